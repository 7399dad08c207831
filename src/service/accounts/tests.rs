//! Registering, logging in and being found.

use std::{sync::atomic::Ordering, time::Duration};

use crate::service::bench::{Bench, HOME, PASSWORD, caller, generous, registration, token};
use crate::{
    config::{AuthConfig, LimitsConfig, RegistrationMode},
    model::{Device, UserId},
    service::{LoggedIn, ServiceError},
    store::{Engine, engine::Read, keys, record::Head},
};

fn mode(registration: RegistrationMode) -> AuthConfig {
    AuthConfig {
        registration,
        ..AuthConfig::default()
    }
}

fn unauthorized<T>(result: &Result<T, ServiceError>) -> bool {
    matches!(result, Err(ServiceError::Unauthorized))
}

fn name_taken(result: &Result<LoggedIn, ServiceError>) -> bool {
    matches!(
        result,
        Err(ServiceError::Conflict {
            field: "username",
            ..
        })
    )
}

#[tokio::test]
async fn who_registers_is_logged_in_and_has_an_empty_change_log() {
    let bench = Bench::new().await;
    let ada = bench.register("Ada").await.unwrap();
    assert_eq!(ada.account.user.username, "ada");
    assert_eq!(ada.account.user.display_name, "ada");
    assert!(!ada.account.admin);
    assert!(bench.is_good(&token(&ada)).await);
    let key = keys::log_head(&ada.account.user.id);
    let mut answers = bench.engine.read(vec![Read::Get { key }]).await.unwrap();
    let head = answers.remove(0).value().unwrap();
    assert!(Head::decode(&head).is_some());
}

#[tokio::test]
async fn of_many_who_want_a_name_at_once_exactly_one_gets_it() {
    let bench = Bench::with(AuthConfig::default(), generous()).await;
    for round in 0..5 {
        let name = format!("wanted{round}");
        let tries = (0..8).map(|_| bench.register(&name));
        let results = futures_util::future::join_all(tries).await;
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
        assert_eq!(results.iter().filter(|r| name_taken(r)).count(), 7);
        let won = results.into_iter().find_map(Result::ok).unwrap();
        let found = bench.service.find_user(&caller(&won), &name).await;
        assert_eq!(found.unwrap().id, won.account.user.id);
    }
}

#[tokio::test]
async fn who_loses_a_name_leaves_no_record_behind() {
    let bench = Bench::with(AuthConfig::default(), generous()).await;
    let tries = (0..8).map(|_| bench.register("wanted"));
    let results = futures_util::future::join_all(tries).await;
    let won = results.into_iter().find_map(Result::ok).unwrap();
    let written = bench.engine.written.lock().unwrap().clone();
    let ids: Vec<UserId> = written
        .iter()
        .filter_map(|write| write.split("loghead").next()?.split("{u:").nth(1))
        .filter_map(|rest| UserId::parse(rest.split('}').next()?))
        .collect();
    assert!(ids.len() > 1, "nobody lost");
    for (id, user) in ids.iter().zip(bench.service.users(&ids).await.unwrap()) {
        assert_eq!(user.is_some(), *id == won.account.user.id);
    }
}

#[tokio::test]
async fn a_crash_before_the_name_is_claimed_leaves_the_name_free() {
    let bench = Bench::new().await;
    bench.engine.writes_left.store(1, Ordering::SeqCst);
    assert!(matches!(
        bench.register("ada").await,
        Err(ServiceError::Store(_))
    ));
    bench.engine.writes_left.store(u64::MAX, Ordering::SeqCst);
    assert!(bench.register("ada").await.is_ok());
}

#[tokio::test]
async fn unknown_names_malformed_names_and_wrong_passwords_get_one_answer() {
    let bench = Bench::with(AuthConfig::default(), generous()).await;
    bench.register("ada").await.unwrap();
    let before = bench.engine.commands();
    let wrong = bench.log_in("ada", "not-her-password").await;
    let cost = bench.engine.commands() - before;
    for (name, password) in [
        ("bob", PASSWORD),
        ("", PASSWORD),
        ("a b", ""),
        ("ada\0", PASSWORD),
    ] {
        let before = bench.engine.commands();
        let unknown = bench.log_in(name, password).await;
        assert!(unauthorized(&unknown), "{name:?}");
        assert_eq!(format!("{unknown:?}"), format!("{wrong:?}"));
        assert_eq!(bench.engine.commands() - before, cost, "{name:?}");
    }
    assert!(bench.log_in("ADA", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn guessing_is_slowed_down_for_one_account_and_for_its_network() {
    let bench = Bench::new().await;
    bench.register("ada").await.unwrap();
    for _ in 0..5 {
        assert!(unauthorized(&bench.log_in("ada", "wrong").await));
    }
    let limited = bench.log_in("ada", PASSWORD).await;
    let Err(ServiceError::RateLimited { after }) = limited else {
        panic!("{limited:?}");
    };
    assert_eq!(after, Duration::from_mins(5));
    bench.clock.turn(after);
    assert!(bench.log_in("ada", PASSWORD).await.is_ok());
    for _ in 0..5 {
        assert!(unauthorized(&bench.log_in("ada", "wrong").await), "afresh");
    }

    let limited = |result| matches!(result, Err(ServiceError::RateLimited { .. }));
    let mut sprayed = 0;
    while !limited(bench.log_in(&format!("name{sprayed}"), "wrong").await) {
        sprayed += 1;
        assert!(sprayed < 60, "names can be sprayed");
    }
}

#[tokio::test]
async fn registrations_from_one_network_are_bounded() {
    let limits = LimitsConfig {
        registrations_per_hour: 2,
        ..LimitsConfig::default()
    };
    let bench = Bench::with(AuthConfig::default(), limits).await;
    assert!(bench.register("one").await.is_ok());
    assert!(bench.register("two").await.is_ok());
    let third = bench.register("three").await;
    assert!(matches!(third, Err(ServiceError::RateLimited { .. })));
    bench.clock.turn(Duration::from_mins(30));
    assert!(bench.register("three").await.is_ok());
}

#[tokio::test]
async fn values_out_of_bounds_are_refused_by_name_and_cost_no_attempt() {
    let limits = LimitsConfig {
        registrations_per_hour: 1,
        ..LimitsConfig::default()
    };
    let bench = Bench::with(AuthConfig::default(), limits).await;
    let refuse = async |change: fn(&mut crate::service::Registration)| {
        let mut bad = registration("ada", None);
        change(&mut bad);
        let refused = bench.service.register(HOME, bad, Device::default()).await;
        match refused {
            Err(ServiceError::Invalid { field, .. } | ServiceError::TooLarge { field, .. }) => {
                field
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        refuse(|r| r.credentials.username = ".a".into()).await,
        "username"
    );
    assert_eq!(
        refuse(|r| r.credentials.password = "password1".into()).await,
        "password"
    );
    assert_eq!(
        refuse(|r| r.credentials.password = "short".into()).await,
        "password"
    );
    assert_eq!(
        refuse(|r| r.credentials.password = "ä?".repeat(90)).await,
        "password"
    );
    assert_eq!(
        refuse(|r| r.display_name = Some(" ".into())).await,
        "display_name"
    );
    assert!(bench.register("ada").await.is_ok());
}

#[tokio::test]
async fn a_closed_server_takes_nobody_and_a_guarded_one_who_is_invited() {
    let closed = Bench::with(mode(RegistrationMode::Closed), generous()).await;
    let code = closed.service.create_invite().await.unwrap();
    for invite in [None, Some(code.as_str()), Some("guess")] {
        let refused = closed.register_with("ada", invite).await;
        assert!(matches!(refused, Err(ServiceError::Forbidden(_))));
    }
    let guarded = Bench::with(mode(RegistrationMode::Invite), generous()).await;
    let code = guarded.service.create_invite().await.unwrap();
    for invite in [None, Some(""), Some("guess"), Some(&code[1..])] {
        assert!(unauthorized(&guarded.register_with("ada", invite).await));
    }
    let ada = guarded.register_with("ada", Some(&code)).await.unwrap();
    assert!(!ada.account.admin);
    assert!(unauthorized(
        &guarded.register_with("bob", Some(&code)).await
    ));
}

#[tokio::test]
async fn an_invitation_expires() {
    let bench = Bench::with(mode(RegistrationMode::Invite), generous()).await;
    let code = bench.service.create_invite().await.unwrap();
    bench.clock.turn(Duration::from_secs(7 * 24 * 3_600 + 1));
    assert!(unauthorized(&bench.register_with("ada", Some(&code)).await));
}

#[tokio::test]
async fn of_many_who_use_one_invitation_at_once_exactly_one_gets_in() {
    let bench = Bench::with(mode(RegistrationMode::Invite), generous()).await;
    for round in 0..5 {
        let code = bench.service.create_invite().await.unwrap();
        let names: Vec<_> = (0..6).map(|n| format!("guest{round}-{n}")).collect();
        let tries = names
            .iter()
            .map(|name| bench.register_with(name, Some(&code)));
        let results = futures_util::future::join_all(tries).await;
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
        assert_eq!(results.iter().filter(|r| unauthorized(r)).count(), 5);
    }
}

#[tokio::test]
async fn an_invitation_is_not_lost_when_the_name_is() {
    let bench = Bench::with(mode(RegistrationMode::Invite), generous()).await;
    for round in 0..10 {
        let codes = [
            bench.service.create_invite().await.unwrap(),
            bench.service.create_invite().await.unwrap(),
        ];
        let name = format!("wanted{round}");
        let tries = codes
            .iter()
            .map(|code| bench.register_with(&name, Some(code)));
        let results = futures_util::future::join_all(tries).await;
        for (code, result) in codes.iter().zip(results) {
            let again = bench
                .register_with(&format!("other{round}"), Some(code))
                .await;
            assert_eq!(result.is_ok(), unauthorized(&again));
        }
    }
}

#[tokio::test]
async fn an_invitation_used_right_before_a_crash_is_good_again_later() {
    let bench = Bench::with(mode(RegistrationMode::Invite), generous()).await;
    let code = bench.service.create_invite().await.unwrap();
    bench.engine.writes_left.store(2, Ordering::SeqCst);
    let crashed = bench.register_with("ada", Some(&code)).await;
    assert!(matches!(crashed, Err(ServiceError::Store(_))));
    bench.engine.writes_left.store(u64::MAX, Ordering::SeqCst);
    assert!(unauthorized(&bench.register_with("ada", Some(&code)).await));
    bench.clock.turn(Duration::from_secs(601));
    assert!(bench.register_with("ada", Some(&code)).await.is_ok());
    bench.clock.turn(Duration::from_secs(601));
    assert!(unauthorized(&bench.register_with("bob", Some(&code)).await));
}

#[tokio::test]
async fn all_gateways_show_one_set_up_code_until_it_made_an_administrator() {
    let bench = Bench::with(mode(RegistrationMode::Closed), generous()).await;
    let other = bench.another(|_| ()).await;
    let asked = futures_util::future::join_all([
        bench.service.setup_code(),
        other.setup_code(),
        bench.service.setup_code(),
    ]);
    let codes: Vec<_> = asked
        .await
        .into_iter()
        .map(|code| code.unwrap().unwrap())
        .collect();
    assert!(codes.iter().all(|code| *code == codes[0]));

    let names = ["ada", "bob", "eve"];
    let tries = names.map(|name| bench.register_with(name, Some(&codes[0])));
    let results = futures_util::future::join_all(tries).await;
    let admins: Vec<_> = results.iter().flatten().collect();
    assert_eq!(admins.len(), 1);
    assert!(admins[0].account.admin);
    assert_eq!(other.setup_code().await.unwrap(), None);
    assert!(
        bench
            .register_with("mallory", Some(&codes[0]))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_set_up_cut_short_by_a_crash_can_be_done_again() {
    let bench = Bench::with(AuthConfig::default(), generous()).await;
    let code = bench.service.setup_code().await.unwrap();
    bench.engine.writes_left.store(2, Ordering::SeqCst);
    assert!(bench.register_with("ada", code.as_deref()).await.is_err());
    bench.engine.writes_left.store(u64::MAX, Ordering::SeqCst);
    assert_eq!(bench.service.setup_code().await.unwrap(), code);
    bench.clock.turn(Duration::from_secs(601));
    let ada = bench.register_with("ada", code.as_deref()).await.unwrap();
    assert!(ada.account.admin);
    assert_eq!(bench.service.setup_code().await.unwrap(), None);
}

#[tokio::test]
async fn people_are_found_by_exact_name_in_any_case_and_by_id() {
    let bench = Bench::new().await;
    let ada = bench.register("ada").await.unwrap();
    let bob = caller(&bench.register("bob").await.unwrap());
    let found = bench.service.find_user(&bob, "aDa").await.unwrap();
    assert_eq!(found, ada.account.user);
    assert_eq!(bench.service.user(&bob, &found.id).await.unwrap(), found);
    for absent in ["ad", "ada ", "", "a{d}a", "nobody", &"x".repeat(4_000)] {
        let refused = bench.service.find_user(&bob, absent).await;
        assert!(matches!(refused, Err(ServiceError::NotFound)), "{absent:?}");
    }
    let ids = [
        UserId::absent(),
        found.id.clone(),
        UserId::from_bytes(b"?"),
        bob.user,
    ];
    let found = bench.service.users(&ids).await.unwrap();
    let names = found.into_iter().map(|user| user.map(|user| user.username));
    let names: Vec<_> = names.collect();
    assert_eq!(
        names,
        [None, Some("ada".to_owned()), None, Some("bob".to_owned())]
    );
    assert!(bench.service.users(&[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn looking_people_up_is_limited() {
    let limits = LimitsConfig {
        lookups_per_hour: 3,
        ..LimitsConfig::default()
    };
    let bench = Bench::with(AuthConfig::default(), limits).await;
    let ada = caller(&bench.register("ada").await.unwrap());
    for name in ["ada", "nobody", "?"] {
        let found = bench.service.find_user(&ada, name).await;
        assert!(!matches!(found, Err(ServiceError::RateLimited { .. })));
    }
    let fourth = bench.service.find_user(&ada, "ada").await;
    assert!(matches!(fourth, Err(ServiceError::RateLimited { .. })));
}

#[tokio::test]
async fn a_name_to_show_is_changed_by_its_owner_and_seen_by_others() {
    let bench = Bench::new().await;
    let ada = caller(&bench.register("ada").await.unwrap());
    let bob = caller(&bench.register("bob").await.unwrap());
    let changed = bench
        .service
        .update_user(&ada, Some(" Ada 爱达 ".into()), None)
        .await;
    assert_eq!(changed.unwrap().user.display_name, "Ada 爱达");
    let seen = bench.service.user(&bob, &ada.user).await.unwrap();
    assert_eq!(seen.display_name, "Ada 爱达");
    let same = bench.service.update_user(&ada, None, None).await.unwrap();
    assert_eq!(same.user, seen);
    let refused = bench
        .service
        .update_user(&ada, Some("\u{202e}".into()), None)
        .await;
    assert!(matches!(refused, Err(ServiceError::Invalid { .. })));
}

#[tokio::test]
async fn changes_of_one_profile_at_once_lose_none() {
    let bench = Bench::new().await;
    let ada = caller(&bench.register("ada").await.unwrap());
    let password = bench
        .service
        .change_password(&ada, PASSWORD.into(), "heron-lake-77".into());
    let name = bench
        .service
        .update_user(&ada, Some("Countess".into()), None);
    let (password, name) = tokio::join!(password, name);
    assert_eq!(password.unwrap(), 0);
    name.unwrap();
    let again = bench.log_in("ada", "heron-lake-77").await.unwrap();
    assert_eq!(again.account.user.display_name, "Countess");
}
