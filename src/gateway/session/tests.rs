use super::*;

const LIMITS: SessionLimits = SessionLimits {
    frame: FrameLimits {
        bytes: 1_000,
        depth: 16,
    },
    first_frame_bytes: 100,
    in_flight: 4,
};

fn ask(session: &mut Session, id: u64, method: &str) -> Effect {
    let frame = format!(r#"{{"id":{id},"method":"{method}"}}"#);
    session.on_frame(Format::Json, &Bytes::from(frame), &LIMITS)
}

fn authenticated() -> Session {
    let mut session = Session::new();
    assert!(runs(&ask(&mut session, 1, "session.hello")));
    assert_eq!(
        session.on_done(1, MethodName::SessionHello, Done::Authenticated),
        Next::Rest
    );
    session
}

fn runs(effect: &Effect) -> bool {
    matches!(effect, Effect::Run(_))
}

fn refused(effect: &Effect) -> Option<ErrorCode> {
    match effect {
        Effect::Refuse(_, _, error) => Some(error.code),
        _ => None,
    }
}

#[test]
fn only_open_methods_run_before_authentication() {
    for method in MethodName::ALL {
        let effect = ask(&mut Session::new(), 1, method.wire());
        if method.is_open() {
            assert!(runs(&effect), "{}", method.wire());
        } else {
            assert_eq!(
                refused(&effect),
                Some(ErrorCode::Unauthorized),
                "{}",
                method.wire()
            );
        }
    }
}

#[test]
fn the_first_frames_may_be_smaller_than_later_ones() {
    let long = Bytes::from(format!(
        r#"{{"id":2,"method":"user.get","x":"{}"}}"#,
        "x".repeat(200)
    ));
    let mut stranger = Session::new();
    let effect = stranger.on_frame(Format::Json, &long, &LIMITS);
    assert_eq!(effect, Effect::Close(CloseCode::TooLarge));
    let effect = authenticated().on_frame(Format::Json, &long, &LIMITS);
    assert!(runs(&effect));
    let longer = Bytes::from("x".repeat(1_001));
    let effect = authenticated().on_frame(Format::Json, &longer, &LIMITS);
    assert_eq!(effect, Effect::Close(CloseCode::TooLarge));
}

#[test]
fn a_frame_that_is_no_request_closes_the_connection_and_nothing_runs_after_it() {
    let mut session = authenticated();
    let effect = session.on_frame(Format::Json, &Bytes::from_static(b"{}"), &LIMITS);
    assert_eq!(effect, Effect::Close(CloseCode::Protocol));
    assert_eq!(ask(&mut session, 2, "user.get"), Effect::Wait);
}

#[test]
fn an_unknown_method_is_answered_and_the_connection_stays() {
    let mut session = authenticated();
    assert_eq!(
        refused(&ask(&mut session, 2, "no.such")),
        Some(ErrorCode::UnknownMethod)
    );
    assert!(runs(&ask(&mut session, 2, "user.get")));
}

#[test]
fn authenticating_twice_is_refused() {
    let mut session = Session::new();
    assert!(runs(&ask(&mut session, 1, "session.login")));
    assert_eq!(
        refused(&ask(&mut session, 2, "session.hello")),
        Some(ErrorCode::BadRequest)
    );
    session.on_done(1, MethodName::SessionLogin, Done::Answered);
    assert!(
        runs(&ask(&mut session, 3, "session.login")),
        "a failed log-in may be repeated"
    );
    let refusal = ask(&mut authenticated(), 2, "session.hello");
    assert_eq!(refused(&refusal), Some(ErrorCode::BadRequest));
}

#[test]
fn an_id_in_flight_is_refused_and_the_first_request_is_unaffected() {
    let mut session = authenticated();
    assert!(runs(&ask(&mut session, 5, "user.get")));
    assert_eq!(
        refused(&ask(&mut session, 5, "user.get")),
        Some(ErrorCode::BadRequest)
    );
    session.on_done(5, MethodName::UserGet, Done::Answered);
    assert!(
        runs(&ask(&mut session, 5, "user.get")),
        "an answered id is free again"
    );
}

#[test]
fn more_requests_than_may_be_in_flight_are_refused_until_one_is_answered() {
    let mut session = authenticated();
    for id in 0..4 {
        assert!(runs(&ask(&mut session, id, "user.get")));
    }
    assert_eq!(
        refused(&ask(&mut session, 9, "user.get")),
        Some(ErrorCode::Overloaded)
    );
    session.on_done(2, MethodName::UserGet, Done::Answered);
    assert!(runs(&ask(&mut session, 9, "user.get")));
}

#[test]
fn changes_run_one_after_the_other_in_order_while_reads_pass_them() {
    let mut session = authenticated();
    assert!(runs(&ask(&mut session, 1, "message.send")));
    assert_eq!(ask(&mut session, 2, "message.send"), Effect::Wait);
    assert_eq!(ask(&mut session, 3, "read.mark"), Effect::Wait);
    assert!(runs(&ask(&mut session, 4, "timeline.pull")));
    session.on_done(4, MethodName::TimelinePull, Done::Answered);
    for (done, next) in [(1, 2), (2, 3)] {
        let Next::Run(run) = session.on_done(done, MethodName::MessageSend, Done::Answered) else {
            panic!("the next change runs");
        };
        assert_eq!(run.id, next);
    }
    assert_eq!(
        session.on_done(3, MethodName::ReadMark, Done::Answered),
        Next::Rest
    );
    assert!(runs(&ask(&mut session, 5, "message.send")));
}

#[test]
fn who_goes_on_in_spite_of_rate_limits_is_closed() {
    let mut session = authenticated();
    let mut flood = |answers: u16| {
        for _ in 1..answers {
            ask(&mut session, 1, "user.find");
            let next = session.on_done(1, MethodName::UserFind, Done::RateLimited);
            assert_eq!(next, Next::Rest);
        }
        ask(&mut session, 1, "user.find");
        session.on_done(1, MethodName::UserFind, Done::Answered)
    };
    assert_eq!(
        flood(PATIENCE),
        Next::Rest,
        "a good answer begins a new count"
    );
    assert_eq!(flood(PATIENCE), Next::Rest);
    for _ in 1..PATIENCE {
        session.on_done(1, MethodName::UserFind, Done::RateLimited);
    }
    let next = session.on_done(1, MethodName::UserFind, Done::RateLimited);
    assert_eq!(next, Next::Close(CloseCode::Policy));
}

#[test]
fn a_closing_connection_starts_nothing_more() {
    let mut session = authenticated();
    assert!(runs(&ask(&mut session, 1, "message.send")));
    assert_eq!(ask(&mut session, 2, "message.send"), Effect::Wait);
    session.on_close();
    assert_eq!(
        session.on_done(1, MethodName::MessageSend, Done::Answered),
        Next::Rest
    );
}

#[test]
fn an_ended_session_answers_what_is_under_way_and_closes() {
    let mut session = authenticated();
    assert!(authenticated().on_ended(), "an idle one closes at once");
    assert!(runs(&ask(&mut session, 1, "session.end")));
    assert!(runs(&ask(&mut session, 2, "timeline.pull")));
    assert!(!session.on_ended());
    assert_eq!(
        refused(&ask(&mut session, 3, "user.get")),
        Some(ErrorCode::Unauthorized)
    );
    assert_eq!(
        session.on_done(1, MethodName::SessionEnd, Done::Answered),
        Next::Rest
    );
    let next = session.on_done(2, MethodName::TimelinePull, Done::Answered);
    assert_eq!(next, Next::Close(CloseCode::SessionEnded));
}
