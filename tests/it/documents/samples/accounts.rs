//! Samples of accounts, sessions and people.

use super::*;

pub(super) fn accounts() -> Vec<Sample> {
    let session = m::Session {
        id: id("s-1"),
        device: device(),
        created_ms: 1_763_700_000_000,
        seen_ms: 1_763_700_060_000,
        expires_ms: 1_771_476_000_000,
        current: true,
    };
    let register = p::Register {
        username: "ada".to_owned(),
        password: "correct horse battery".to_owned(),
        display_name: Some("Ada".to_owned()),
        invite: Some("inv-1".to_owned()),
        device: device(),
    };
    let login = p::Login {
        username: "ada".to_owned(),
        password: "correct horse battery".to_owned(),
        device: device(),
    };
    let hello = p::Hello {
        token: "dG9rZW4".to_owned(),
        device: Some(device()),
        client: Some("curlew-web 0.1.0".to_owned()),
        features: vec!["sync".to_owned()],
    };
    let password = p::ChangePassword {
        old: "old password".to_owned(),
        new: "new password".to_owned(),
    };
    [
        method::<p::GetServerInfo>(&p::GetServerInfo {}, &server()),
        method::<p::Register>(&register, &welcome()),
        method::<p::Login>(&login, &welcome()),
        method::<p::Hello>(&hello, &welcome()),
        method::<p::ListSessions>(
            &p::ListSessions {},
            &p::Sessions {
                sessions: vec![session],
            },
        ),
        method::<p::EndSession>(&p::EndSession { id: id("s-2") }, &p::SessionEnded {}),
        method::<p::ChangePassword>(&password, &p::PasswordChanged { ended: 2 }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(super) fn people() -> Vec<Sample> {
    let found = p::FoundUser { user: user("bob") };
    let update = p::UpdateUser {
        display_name: Some("Ada L.".to_owned()),
        hide_reads: Some(true),
    };
    [
        method::<p::GetUser>(&p::GetUser { id: id("u-bob") }, &found),
        method::<p::FindUser>(
            &p::FindUser {
                username: "Bob".to_owned(),
            },
            &found,
        ),
        method::<p::UpdateUser>(&update, &p::UpdatedUser { user: account() }),
    ]
    .into_iter()
    .flatten()
    .collect()
}
