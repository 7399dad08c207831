//! Tokens, sessions and the change of passwords.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;

use crate::service::bench::{Bench, PASSWORD, caller, generous, token};
use crate::{
    config::{AuthConfig, LimitsConfig},
    model::{Device, SessionId},
    service::ServiceError,
    store::{Engine, engine::Read, keys},
};

const HOUR: Duration = Duration::from_hours(1);
const LIFE: Duration = Duration::from_hours(90 * 24);
const NEW_PASSWORD: &str = "heron-lake-77";

#[tokio::test]
async fn every_kind_of_bad_token_gets_the_same_answer() {
    let bench = Bench::with(AuthConfig::default(), generous()).await;
    let ada = bench.register("ada").await.unwrap();
    let good = token(&ada);
    let bob = token(&bench.register("bob").await.unwrap());
    let ended = bench.log_in("ada", PASSWORD).await.unwrap();
    let service = &bench.service;
    service
        .end_session(&caller(&ada), &ended.session.id)
        .await
        .unwrap();
    let old = bench.register("old").await.unwrap();
    service
        .change_password(&caller(&old), PASSWORD.into(), NEW_PASSWORD.into())
        .await
        .unwrap();
    let outlived = bench.log_in("old", NEW_PASSWORD).await.unwrap();
    service.reset_password("old", None).await.unwrap();
    let hash = crate::service::sessions::sha256(&good);
    let mut flipped = good.clone().into_bytes();
    flipped[0] = if flipped[0] == b'A' { b'B' } else { b'A' };

    let bad = [
        String::new(),
        " ".to_owned(),
        "null".to_owned(),
        "undefined".to_owned(),
        good[..42].to_owned(),
        good[1..].to_owned(),
        format!("{good}A"),
        format!("{good}="),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{good}\0"),
        good.to_uppercase(),
        String::from_utf8(flipped).unwrap(),
        format!("{}{}", &good[..20], &bob[20..]),
        BASE64URL_NOPAD.encode(&[0; 32]),
        BASE64URL_NOPAD.encode(&[255; 32]),
        BASE64URL_NOPAD.encode(&[7; 16]),
        hash,
        ada.session.id.to_string(),
        ada.account.user.id.to_string(),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.".to_owned(),
        "ä".repeat(22),
        "A".repeat(1_000_000),
        token(&ended),
        token(&old),
        token(&outlived),
    ];
    for (number, bad) in bad.iter().enumerate() {
        let refused = service.resume(bad, None).await;
        assert!(
            matches!(refused, Err(ServiceError::Unauthorized)),
            "{number}: {refused:?}"
        );
    }
    assert!(bench.is_good(&good).await);
    bench.clock.turn(LIFE);
    assert!(!bench.is_good(&good).await, "expired");
}

#[tokio::test]
async fn no_token_password_or_invitation_is_ever_written() {
    let bench = Bench::with(AuthConfig::default(), generous()).await;
    let ada = bench.register("ada").await.unwrap();
    let again = bench.log_in("ada", PASSWORD).await.unwrap();
    let invite = bench.service.create_invite().await.unwrap();
    bench.clock.turn(2 * HOUR);
    assert!(bench.is_good(&token(&ada)).await);
    bench
        .service
        .change_password(&caller(&ada), PASSWORD.into(), NEW_PASSWORD.into())
        .await
        .unwrap();
    let written = bench.engine.written.lock().unwrap().join("\n");
    assert!(written.contains(again.session.id.as_str()), "search works");
    assert!(written.contains("$argon2id$"), "search sees values");
    for secret in [
        &token(&ada),
        &token(&again),
        &invite,
        PASSWORD,
        NEW_PASSWORD,
    ] {
        assert!(!written.contains(secret));
    }
    assert!(!format!("{ada:?}").contains(&token(&ada)));
}

#[tokio::test]
async fn a_session_that_is_used_lives_on_and_one_that_is_not_ends() {
    let bench = Bench::with(AuthConfig::default(), generous()).await;
    let used = bench.register("ada").await.unwrap();
    let unused = bench.log_in("ada", PASSWORD).await.unwrap();
    for _ in 0..3 {
        bench.clock.turn(LIFE / 2);
        assert!(bench.is_good(&token(&used)).await);
    }
    assert!(!bench.is_good(&token(&unused)).await);
    let sessions = bench.service.sessions(&caller(&used)).await.unwrap();
    assert_eq!(sessions.len(), 1);
    let rows = Read::Count {
        key: keys::sessions(&used.account.user.id),
        from: 0,
        through: u64::MAX >> 11,
    };
    let answers = bench.engine.read(vec![rows]).await.unwrap();
    assert_eq!(answers.into_iter().next().unwrap().count(), 1, "index");
}

#[tokio::test]
async fn a_connection_that_stays_open_keeps_its_session_alive() {
    let bench = Bench::with(AuthConfig::default(), generous()).await;
    let ada = bench.register("ada").await.unwrap();
    for _ in 0..3 {
        bench.clock.turn(LIFE / 2);
        assert!(bench.service.session_alive(&caller(&ada)).await.unwrap());
    }
    assert!(bench.is_good(&token(&ada)).await);
    let me = caller(&ada);
    bench.service.end_session(&me, &me.session).await.unwrap();
    assert!(!bench.service.session_alive(&me).await.unwrap());
}

#[tokio::test]
async fn coming_back_often_writes_nothing_and_after_an_hour_once() {
    let bench = Bench::new().await;
    let ada = bench.register("ada").await.unwrap();
    let writes = || bench.engine.written.lock().unwrap().len();
    let before = writes();
    for _ in 0..10 {
        assert!(bench.is_good(&token(&ada)).await);
    }
    assert_eq!(writes(), before);
    bench.clock.turn(HOUR);
    for _ in 0..10 {
        assert!(bench.is_good(&token(&ada)).await);
    }
    assert_eq!(writes(), before + 2, "the session and its token");
}

#[tokio::test]
async fn a_device_that_describes_itself_anew_is_listed_so() {
    let bench = Bench::new().await;
    let ada = bench.register("ada").await.unwrap();
    let device = Device {
        name: "Firefox".into(),
        platform: "web".into(),
    };
    let token = token(&ada);
    let back = bench.service.resume(&token, Some(device.clone()));
    let back = back.await.unwrap();
    assert!(back.token.is_none() && back.session.current);
    let sessions = bench.service.sessions(&caller(&ada)).await.unwrap();
    assert_eq!(sessions[0].device, device);
}

#[tokio::test]
async fn sessions_are_listed_newest_first_and_say_which_one_asks() {
    let bench = Bench::with(AuthConfig::default(), generous()).await;
    let mut made = vec![bench.register("ada").await.unwrap()];
    for _ in 0..3 {
        bench.clock.turn(Duration::from_secs(1));
        made.push(bench.log_in("ada", PASSWORD).await.unwrap());
    }
    bench.register("bob").await.unwrap();
    let listed = bench.service.sessions(&caller(&made[1])).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|session| &session.id).collect();
    let expected: Vec<_> = made.iter().rev().map(|made| &made.session.id).collect();
    assert_eq!(ids, expected);
    let current: Vec<_> = listed.iter().map(|session| session.current).collect();
    assert_eq!(current, [false, false, true, false]);
}

#[tokio::test]
async fn an_ended_session_is_told_to_the_gateways_of_its_owner() {
    let mut bench = Bench::with(AuthConfig::default(), generous()).await;
    let ada = bench.register("ada").await.unwrap();
    let other = bench.log_in("ada", PASSWORD).await.unwrap();
    bench.watch(&ada).await;
    let me = caller(&ada);
    let end = bench.service.end_session(&me, &other.session.id);
    end.await.unwrap();
    assert!(!bench.is_good(&token(&other)).await);
    assert_eq!(bench.ended(), [other.session.id.to_string()]);
    bench.service.end_session(&me, &me.session).await.unwrap();
    assert_eq!(bench.ended(), [ada.session.id.to_string()]);
    assert!(!bench.is_good(&token(&ada)).await);
}

#[tokio::test]
async fn ending_a_session_of_somebody_else_or_none_changes_nothing() {
    let mut bench = Bench::with(AuthConfig::default(), generous()).await;
    let ada = bench.register("ada").await.unwrap();
    let bob = bench.register("bob").await.unwrap();
    bench.watch(&ada).await;
    bench.watch(&bob).await;
    let unknown = SessionId::from_bytes(b"unknown");
    for id in [&ada.session.id, &unknown, &SessionId::absent()] {
        bench.service.end_session(&caller(&bob), id).await.unwrap();
    }
    assert!(bench.is_good(&token(&ada)).await);
    assert!(bench.is_good(&token(&bob)).await);
    assert!(bench.ended().is_empty());
}

#[tokio::test]
async fn the_session_longest_unused_makes_room_for_a_new_one() {
    let limits = LimitsConfig {
        sessions_per_user: 3,
        ..generous()
    };
    let mut bench = Bench::with(AuthConfig::default(), limits).await;
    let first = bench.register("ada").await.unwrap();
    bench.watch(&first).await;
    let mut made = vec![first];
    for _ in 0..2 {
        bench.clock.turn(2 * HOUR);
        made.push(bench.log_in("ada", PASSWORD).await.unwrap());
    }
    bench.clock.turn(2 * HOUR);
    assert!(bench.is_good(&token(&made[0])).await, "now seen last");
    made.push(bench.log_in("ada", PASSWORD).await.unwrap());
    assert_eq!(bench.ended(), [made[1].session.id.to_string()]);
    for (number, session) in made.iter().enumerate() {
        assert_eq!(bench.is_good(&token(session)).await, number != 1);
    }
}

#[tokio::test]
async fn changing_the_password_ends_all_other_sessions() {
    let mut bench = Bench::with(AuthConfig::default(), generous()).await;
    let ada = bench.register("ada").await.unwrap();
    let bob = bench.register("bob").await.unwrap();
    bench.watch(&ada).await;
    let others = [
        bench.log_in("ada", PASSWORD).await.unwrap(),
        bench.log_in("ada", PASSWORD).await.unwrap(),
    ];
    let (me, service) = (caller(&ada), bench.service.clone());
    let change = |old: &str, new: &str| service.change_password(&me, old.into(), new.into());
    let wrong = change("wrong-password", NEW_PASSWORD).await;
    assert!(matches!(wrong, Err(ServiceError::Unauthorized)));
    let weak = change(PASSWORD, "password1").await;
    assert!(matches!(
        weak,
        Err(ServiceError::Invalid { field: "new", .. })
    ));
    assert!(bench.is_good(&token(&others[0])).await, "nothing happened");

    assert_eq!(change(PASSWORD, NEW_PASSWORD).await.unwrap(), 2);
    assert_eq!(change(NEW_PASSWORD, "otter-creek-31").await.unwrap(), 0);
    assert!(bench.is_good(&token(&ada)).await);
    assert!(bench.is_good(&token(&bob)).await);
    assert_eq!(bench.ended().len(), 2);
    for other in &others {
        assert!(!bench.is_good(&token(other)).await);
    }
    assert!(bench.log_in("ada", PASSWORD).await.is_err());
    assert!(bench.log_in("ada", "otter-creek-31").await.is_ok());
}

#[tokio::test]
async fn other_sessions_are_over_even_when_the_server_dies_while_ending_them() {
    let bench = Bench::with(AuthConfig::default(), generous()).await;
    let ada = bench.register("ada").await.unwrap();
    let other = bench.log_in("ada", PASSWORD).await.unwrap();
    let left = &bench.engine.writes_left;
    left.store(1, std::sync::atomic::Ordering::SeqCst);
    let me = caller(&ada);
    let change = bench
        .service
        .change_password(&me, PASSWORD.into(), NEW_PASSWORD.into());
    assert!(matches!(change.await, Err(ServiceError::Store(_))));
    left.store(u64::MAX, std::sync::atomic::Ordering::SeqCst);
    assert!(!bench.is_good(&token(&other)).await);
    assert!(!bench.service.session_alive(&caller(&other)).await.unwrap());
    assert!(bench.is_good(&token(&ada)).await);
    let listed = bench.service.sessions(&caller(&ada)).await.unwrap();
    assert_eq!(listed.len(), 1);
}

#[tokio::test]
async fn guessing_the_old_password_is_slowed_down() {
    let bench = Bench::new().await;
    let ada = caller(&bench.register("ada").await.unwrap());
    for number in 0..6 {
        let wrong = bench
            .service
            .change_password(&ada, "wrong".into(), NEW_PASSWORD.into())
            .await;
        match wrong {
            Err(ServiceError::Unauthorized) => assert!(number < 5),
            Err(ServiceError::RateLimited { .. }) => assert_eq!(number, 5),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_reset_password_ends_every_session_and_logs_in() {
    let mut bench = Bench::with(AuthConfig::default(), generous()).await;
    let ada = bench.register("ada").await.unwrap();
    bench.watch(&ada).await;
    let fresh = bench.service.reset_password("Ada", None).await.unwrap();
    assert!(!bench.is_good(&token(&ada)).await);
    assert_eq!(bench.ended(), [ada.session.id.to_string()]);
    assert!(bench.log_in("ada", PASSWORD).await.is_err());
    assert!(bench.log_in("ada", &fresh).await.is_ok());
    let chosen = bench
        .service
        .reset_password("ada", Some(NEW_PASSWORD.into()));
    assert_eq!(chosen.await.unwrap(), NEW_PASSWORD);
    let weak = bench.service.reset_password("ada", Some("password".into()));
    assert!(matches!(weak.await, Err(ServiceError::Invalid { .. })));
    let nobody = bench.service.reset_password("nobody", None).await;
    assert!(matches!(nobody, Err(ServiceError::NotFound)));
}

#[tokio::test]
async fn logging_in_renews_a_hash_of_old_parameters_and_keeps_the_sessions() {
    let bench = Bench::with(AuthConfig::default(), generous()).await;
    let ada = bench.register("ada").await.unwrap();
    let stronger = bench.another(|auth| auth.argon2_memory_kib = 128).await;
    for _ in 0..2 {
        let credentials = crate::service::Credentials {
            username: "ada".into(),
            password: PASSWORD.into(),
        };
        let back = stronger.log_in(crate::service::bench::HOME, credentials, Device::default());
        back.await.unwrap();
    }
    let written = bench.engine.written.lock().unwrap().join("\n");
    assert!(written.contains("$argon2id$v=19$m=128,t=1,p=1$"));
    assert!(bench.is_good(&token(&ada)).await);
}
