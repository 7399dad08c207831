//! Accounts, log-in and sessions.

use std::time::Duration;

use curlew::{
    config::RegistrationMode,
    protocol::{self as p, ByeReason, ErrorCode, Push},
};
use serde_json::json;

use crate::support::{
    Format, Person, Server,
    people::{PASSWORD, connect, hello, login, registration},
};

/// What the server closes a connection with when its session was ended.
const SESSION_ENDED: Option<u16> = Some(4002);

#[tokio::test]
async fn registered_person_logs_in_and_comes_back_with_the_token_in_both_formats() {
    let server = Server::start().await;
    for (name, format) in [("ann", Format::Json), ("bob", Format::MessagePack)] {
        let first = Person::speaking(&server, name, format).await;
        let second = first.device(&server, format).await;
        assert_eq!(first.user, second.user);
        assert_ne!(first.session, second.session);
        assert_ne!(first.token, second.token);

        let back = connect(&server, format).await;
        let welcome = back.call(hello(&second.token)).await.unwrap();
        assert_eq!(welcome.user.user, first.user);
        assert_eq!(welcome.session.id, second.session);
        assert_eq!(welcome.session.token, None, "a token is told once");
        assert!(welcome.session.expires_ms > welcome.server.time_us / 1_000);
    }
}

#[tokio::test]
async fn user_names_are_the_same_in_any_case() {
    let server = Server::start().await;
    let ann = Person::new(&server, "Ann.Lee").await;
    assert_eq!(ann.user.username, "ann.lee");
    let found = ann
        .call(p::FindUser {
            username: "ANN.lee".to_owned(),
        })
        .await
        .unwrap();
    assert_eq!(found.user, ann.user);
    let client = connect(&server, Format::Json).await;
    let taken = client.call(registration("ANN.LEE")).await.unwrap_err();
    assert_eq!(
        (taken.code, taken.field.as_deref()),
        (ErrorCode::Conflict, Some("username"))
    );
}

#[tokio::test]
async fn name_taken_by_two_people_at_once_is_given_to_one() {
    let server = Server::start().await;
    for round in 0..10 {
        let name = format!("name-{round}");
        let one = connect(&server, Format::Json).await;
        let other = connect(&server, Format::MessagePack).await;
        let (one, other) = tokio::join!(
            one.call(registration(&name)),
            other.call(registration(&name))
        );
        let (won, lost) = match (one, other) {
            (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won, lost),
            both => panic!("not one of two: {both:?}"),
        };
        assert_eq!(
            (lost.code, lost.field.as_deref()),
            (ErrorCode::Conflict, Some("username"))
        );
        let client = connect(&server, Format::Json).await;
        let welcome = client.call(login(&name, PASSWORD)).await.unwrap();
        assert_eq!(welcome.user, won.user);
    }
}

#[tokio::test]
async fn unknown_user_and_wrong_password_are_answered_with_the_same_bytes() {
    let server = Server::start().await;
    let _ann = Person::new(&server, "ann").await;
    for format in Format::ALL {
        let client = connect(&server, format).await;
        let wrong = json!({ "username": "ann", "password": "wrong password" });
        let unknown = json!({ "username": "nobody", "password": "wrong password" });
        let wrong = client.reply_to(7, "session.login", &wrong).await;
        let unknown = client.reply_to(7, "session.login", &unknown).await;
        assert_eq!(wrong, unknown);
        let error = client
            .call(login("ann", "wrong password"))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::Unauthorized);
    }
}

#[tokio::test]
async fn every_kind_of_bad_token_is_refused_with_the_same_bytes() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let ended = ann.device(&server, Format::Json).await;
    ann.call(p::EndSession {
        id: ended.session.clone(),
    })
    .await
    .unwrap();
    let mut swapped = ann.token.clone().into_bytes();
    swapped.swap(1, 2);
    let long = "x".repeat(1_000);
    let tokens = [
        "",
        " ",
        "x",
        "null",
        "undefined",
        "{}",
        "e30.e30.",
        "../../etc/passwd",
        "*",
        "\0",
        "\r\nAUTH x",
        &long,
        ann.session.as_str(),
        ann.user.id.as_str(),
        &ended.token,
        &ann.token[1..],
        &ann.token[..ann.token.len() - 1],
        &format!("{}x", ann.token),
        &format!("{} ", ann.token),
        &format!("{}{}", ann.token, bob.token),
    ];
    let mut answers = Vec::new();
    for token in tokens {
        let client = connect(&server, Format::Json).await;
        answers.push((
            token,
            client
                .reply_to(1, "session.hello", &json!({ "token": token }))
                .await,
        ));
        let error = client.call(hello(token)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Unauthorized, "{token:?}");
        let error = client.call(p::ListSessions {}).await.unwrap_err();
        assert_eq!(
            error.code,
            ErrorCode::Unauthorized,
            "{token:?} let somebody in"
        );
    }
    for (token, answer) in &answers {
        assert_eq!(*answer, answers[0].1, "{token:?}");
    }
}

#[tokio::test]
async fn sessions_are_listed_and_one_ended_elsewhere_is_closed_at_once() {
    let server = Server::start().await;
    let phone = Person::new(&server, "ann").await;
    let laptop = phone.device(&server, Format::MessagePack).await;
    let tab = laptop.again(&server).await;

    let sessions = phone.call(p::ListSessions {}).await.unwrap().sessions;
    assert_eq!(sessions.len(), 2);
    for session in &sessions {
        assert_eq!(session.current, session.id == phone.session);
    }

    phone
        .call(p::EndSession {
            id: laptop.session.clone(),
        })
        .await
        .unwrap();
    for connection in [&laptop, &tab] {
        let closed = connection.closed_within(Duration::from_secs(1)).await;
        assert_eq!(closed.expect("closed within a second").code, SESSION_ENDED);
        let pushes = connection.pushes_so_far().await;
        let bye = |push: &Push| {
            matches!(
                push,
                Push::Bye {
                    reason: ByeReason::SessionEnded,
                    reconnect: false,
                    ..
                }
            )
        };
        assert!(pushes.iter().any(bye), "{pushes:?}");
    }
    let client = connect(&server, Format::Json).await;
    let refused = client.call(hello(&laptop.token)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Unauthorized);

    let again = phone
        .call(p::EndSession {
            id: laptop.session.clone(),
        })
        .await;
    assert!(again.is_ok(), "ending what is gone succeeds");
    assert_eq!(
        phone.call(p::ListSessions {}).await.unwrap().sessions.len(),
        1
    );
}

#[tokio::test]
async fn nobody_ends_the_session_of_another() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::new(&server, "bob").await;
    let id = json!({ "id": ann.session });
    let absent = json!({ "id": "no-such-session" });
    let foreign = bob.reply_to(9, "session.end", &id).await;
    assert_eq!(foreign, bob.reply_to(9, "session.end", &absent).await);
    assert_eq!(
        ann.call(p::ListSessions {}).await.unwrap().sessions.len(),
        1
    );
    ann.again(&server).await;
}

#[tokio::test]
async fn logging_out_answers_and_then_closes_the_own_connection() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    ann.call(p::EndSession {
        id: ann.session.clone(),
    })
    .await
    .unwrap();
    assert_eq!(ann.closed().await.code, SESSION_ENDED);
}

#[tokio::test]
async fn changed_password_ends_all_other_sessions() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let laptop = ann.device(&server, Format::MessagePack).await;
    let tablet = ann.device(&server, Format::Json).await;
    let change = |old: &str, new: &str| p::ChangePassword {
        old: old.to_owned(),
        new: new.to_owned(),
    };

    let wrong = ann
        .call(change("not the password", "another good one"))
        .await
        .unwrap_err();
    assert_eq!(wrong.code, ErrorCode::Unauthorized);
    let weak = ann.call(change(PASSWORD, "short")).await.unwrap_err();
    assert_eq!(
        (weak.code, weak.field.as_deref()),
        (ErrorCode::BadRequest, Some("new"))
    );

    let changed = ann
        .call(change(PASSWORD, "another good one"))
        .await
        .unwrap();
    assert_eq!(changed.ended, 2);
    for other in [&laptop, &tablet] {
        assert_eq!(other.closed().await.code, SESSION_ENDED);
    }
    assert_eq!(
        ann.call(p::ListSessions {}).await.unwrap().sessions.len(),
        1
    );
    let client = connect(&server, Format::Json).await;
    let old = client.call(login("ann", PASSWORD)).await.unwrap_err();
    assert_eq!(old.code, ErrorCode::Unauthorized);
    client.call(login("ann", "another good one")).await.unwrap();
}

#[tokio::test]
async fn set_up_link_makes_one_administrator() {
    let server = Server::start().await;
    let code = server.setup_code().await;
    let with_code = |name: &str| p::Register {
        invite: Some(code.clone()),
        ..registration(name)
    };
    let client = connect(&server, Format::Json).await;
    let welcome = client.call(with_code("root")).await.unwrap();
    assert!(welcome.user.admin);
    let second = connect(&server, Format::Json).await;
    let refused = second.call(with_code("second")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Unauthorized);
}

#[tokio::test]
async fn closed_registration_is_refused_and_said_beforehand() {
    let server = Server::with(&["auth.registration=closed"]).await;
    let client = connect(&server, Format::Json).await;
    let info = client.call(p::GetServerInfo {}).await.unwrap();
    assert_eq!(info.registration, RegistrationMode::Closed);
    let refused = client.call(registration("ann")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden);
}

#[tokio::test]
async fn log_ins_beyond_the_limit_are_told_when_to_come_back() {
    let server = Server::with(&["limits.logins_burst=3", "limits.logins_per_minute=0.2"]).await;
    let _ann = Person::new(&server, "ann").await;
    let client = connect(&server, Format::Json).await;
    let mut codes = Vec::new();
    for _ in 0..5 {
        codes.push(
            client
                .call(login("ann", "wrong password"))
                .await
                .unwrap_err(),
        );
    }
    assert_eq!(codes[0].code, ErrorCode::Unauthorized);
    let last = codes.last().unwrap();
    assert_eq!(last.code, ErrorCode::RateLimited);
    assert!(
        last.retry_after_ms
            .is_some_and(|ms| (1..=300_000).contains(&ms)),
        "{last:?}"
    );
}

#[tokio::test]
async fn people_are_found_by_exact_name_and_by_id() {
    let server = Server::start().await;
    let ann = Person::new(&server, "ann").await;
    let bob = Person::speaking(&server, "bob", Format::MessagePack).await;
    assert_eq!(
        bob.call(p::GetUser { id: ann.id() }).await.unwrap().user,
        ann.user
    );
    let missing = bob
        .call(p::FindUser {
            username: "an".to_owned(),
        })
        .await
        .unwrap_err();
    assert_eq!(missing.code, ErrorCode::NotFound);

    let renamed = p::UpdateUser {
        hide_reads: None,
        display_name: Some("安妮 👩‍🚀".to_owned()),
    };
    ann.call(renamed).await.unwrap();
    let found = bob
        .call(p::FindUser {
            username: "ann".to_owned(),
        })
        .await
        .unwrap()
        .user;
    assert_eq!(found.display_name, "安妮 👩‍🚀");
}
