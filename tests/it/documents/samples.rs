//! One value of everything on the wire, with every optional field filled.

use curlew::{config::RegistrationMode, model as m, protocol as p};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// What was read, written again in both formats; or why it could not be read.
type Read = Result<(Value, Vec<u8>), String>;

/// A value in both formats, and how to read it again.
pub(crate) struct Sample {
    /// File it belongs to: the method, or the kind of push.
    pub(crate) group: String,
    /// Its name there: `params`, `ok`, `data`.
    pub(crate) part: String,
    /// As JSON.
    pub(crate) json: Value,
    /// As MessagePack.
    pub(crate) packed: Vec<u8>,
    /// Reads JSON as the type of the sample and writes it in both formats.
    pub(crate) from_json: fn(&Value) -> Read,
    /// Reads MessagePack as the type of the sample and writes it in both formats.
    pub(crate) from_packed: fn(&[u8]) -> Read,
}

impl Sample {
    fn of<T: Serialize + DeserializeOwned>(group: &str, part: &str, value: &T) -> Self {
        let (json, packed) = both(value);
        Self {
            group: group.to_owned(),
            part: part.to_owned(),
            json,
            packed,
            from_json: |json| {
                // Through text, as frames are read.
                let value: T =
                    serde_json::from_str(&json.to_string()).map_err(|error| error.to_string())?;
                Ok(both(&value))
            },
            from_packed: |packed| {
                let value: T = rmp_serde::from_slice(packed).map_err(|error| error.to_string())?;
                Ok(both(&value))
            },
        }
    }
}

fn both<T: Serialize>(value: &T) -> (Value, Vec<u8>) {
    (
        serde_json::to_value(value).unwrap(),
        rmp_serde::to_vec_named(value).unwrap(),
    )
}

/// Every sample, in the order of the table of methods, then pushes, then errors.
pub(crate) fn all() -> Vec<Sample> {
    [
        accounts(),
        people(),
        chats(),
        messages(),
        catching_up(),
        pushes(),
        errors(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn method<M: p::Method>(params: &M::Params, ok: &M::Ok) -> [Sample; 2] {
    let name = M::NAME.wire();
    [
        Sample::of(name, "params", params),
        Sample::of(name, "ok", ok),
    ]
}

fn id<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_value(text.into()).unwrap()
}

fn stamp(micros: u64) -> m::Stamp {
    m::Stamp::from_micros(1_763_700_000_000_000 + micros)
}

fn user(name: &str) -> m::User {
    m::User {
        id: id(&format!("u-{name}")),
        username: name.to_owned(),
        display_name: format!("{name} 你好"),
        created_ms: 1_763_700_000_000,
    }
}

fn account() -> m::Account {
    m::Account {
        user: user("ada"),
        admin: true,
    }
}

fn device() -> m::Device {
    m::Device {
        name: "Firefox on Linux".to_owned(),
        platform: "web".to_owned(),
    }
}

fn server() -> p::ServerInfo {
    p::ServerInfo {
        name: "curlew".to_owned(),
        version: "0.1.0".to_owned(),
        features: vec!["sync".to_owned()],
        registration: RegistrationMode::Invite,
        time_us: 1_763_700_000_000_001,
        limits: p::Limits {
            frame_bytes: 65_536,
            text_bytes: 16_384,
            page: 200,
            group_members: 10_000,
            members_per_request: 100,
            requests_in_flight: 64,
            sends_per_second: 20,
            sends_burst: 60,
            ping_ms: 25_000,
        },
    }
}

fn welcome() -> p::Welcome {
    p::Welcome {
        user: account(),
        session: p::SessionGrant {
            id: id("s-1"),
            token: Some("dG9rZW4".to_owned()),
            expires_ms: 1_771_476_000_000,
        },
        server: server(),
    }
}

fn accounts() -> Vec<Sample> {
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

fn people() -> Vec<Sample> {
    let found = p::FoundUser { user: user("bob") };
    let update = p::UpdateUser {
        display_name: Some("Ada L.".to_owned()),
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

fn chat() -> m::Chat {
    m::Chat {
        id: id("c-1"),
        kind: m::ChatKind::Group,
        title: Some("Birds".to_owned()),
        peer: Some(user("bob")),
        role: m::Role::Owner,
        member_count: 3,
        members_version: 2,
        epoch: id("e-1"),
        created_ms: 1_763_700_000_000,
    }
}

fn row() -> m::ChatRow {
    m::ChatRow {
        chat: chat(),
        last: Some(entry()),
        unread: 3,
        mentions: 1,
        read: stamp(5),
        reads: vec![m::ReadMark {
            user: id("u-bob"),
            stamp: stamp(4),
        }],
    }
}

fn chats() -> Vec<Sample> {
    let create = p::CreateChat {
        kind: m::ChatKind::Group,
        members: vec![id("u-bob"), id("u-cyd")],
        title: Some("Birds".to_owned()),
        client_id: client_id(),
    };
    let window = m::Window {
        offset: 50,
        limit: 20,
    };
    let members = p::ListMembers {
        chat: id("c-1"),
        after: Some(id("u-ada")),
        limit: 100,
    };
    let page = m::MemberPage {
        members: vec![m::Member {
            user: user("bob"),
            role: m::Role::Member,
            since: stamp(1),
        }],
        members_version: 2,
        has_more: true,
    };
    let rename = p::UpdateChat {
        chat: id("c-1"),
        title: "Waders".to_owned(),
        client_id: client_id(),
    };
    let add = p::AddMembers {
        chat: id("c-1"),
        users: vec![id("u-dan")],
        client_id: client_id(),
    };
    let remove = p::RemoveMember {
        chat: id("c-1"),
        user: id("u-dan"),
        client_id: client_id(),
    };
    let leave = p::LeaveChat {
        chat: id("c-1"),
        client_id: client_id(),
    };
    [
        method::<p::CreateChat>(&create, &p::OneChat { chat: chat() }),
        method::<p::ListChats>(
            &p::ListChats { window },
            &m::ChatPage {
                chats: vec![row()],
                has_more: false,
            },
        ),
        method::<p::GetChat>(&p::GetChat { chat: id("c-1") }, &row()),
        method::<p::ListMembers>(&members, &page),
        method::<p::UpdateChat>(&rename, &p::UpdatedChat { chat: chat() }),
        method::<p::AddMembers>(&add, &p::MembersChanged { members_version: 3 }),
        method::<p::RemoveMember>(&remove, &p::MemberRemoved { members_version: 4 }),
        method::<p::LeaveChat>(&leave, &p::ChatLeft {}),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn client_id() -> m::ClientId {
    id("0123456789abcdefABCDEF")
}

fn entry() -> m::Entry {
    m::Entry {
        stamp: stamp(7),
        prev: stamp(6),
        ordinal: 4,
        kind: m::EntryKind::Message,
        sender: Some(id("u-ada")),
        client_id: Some(client_id()),
        revision: 1,
        content: Some(m::Content::text("hello 你好 😀 مرحبا <script>")),
        reply_to: Some(stamp(5)),
        mentions: vec![id("u-bob")],
        edited: true,
        retracted: false,
    }
}

fn system_entry() -> m::Entry {
    m::Entry {
        kind: m::EntryKind::System,
        content: Some(m::Content::System(m::SystemEvent::Added {
            actor: id("u-ada"),
            users: vec![id("u-dan")],
        })),
        client_id: None,
        reply_to: None,
        mentions: Vec::new(),
        edited: false,
        revision: 0,
        ..entry()
    }
}

fn tombstone() -> m::Entry {
    m::Entry {
        kind: m::EntryKind::Tombstone,
        sender: None,
        content: None,
        ..system_entry()
    }
}

fn page() -> m::TimelinePage {
    m::TimelinePage {
        reset: None,
        epoch: id("e-1"),
        floor: m::Stamp::ZERO,
        entries: vec![tombstone(), system_entry(), entry()],
        has_more: true,
    }
}

fn messages() -> Vec<Sample> {
    let poll = json!({ "type": "x.poll", "question": "When?", "choices": ["now", { "at": 1.5 }] });
    let send = p::SendMessage {
        chat: id("c-1"),
        client_id: client_id(),
        content: serde_json::from_value(poll).unwrap(),
        reply_to: Some(stamp(5)),
        mentions: vec![id("u-bob")],
    };
    let sent = p::MessageSent {
        chat: id("c-1"),
        stamp: stamp(8),
        prev: stamp(7),
        ordinal: 5,
        epoch: id("e-1"),
        duplicate: false,
        level: m::Level::Synced,
    };
    let pull = p::PullTimeline {
        chat: id("c-1"),
        after: Some(stamp(5)),
        before: None,
        around: None,
        epoch: Some(id("e-1")),
        limit: 50,
    };
    [
        method::<p::SendMessage>(&send, &sent),
        method::<p::PullTimeline>(&pull, &page()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn log_page() -> m::LogPage {
    let membership = m::MembershipChange {
        chat: id("c-1"),
        event: m::MembershipEvent::Added,
        actor: id("u-ada"),
        users: vec![id("u-dan")],
        members_version: 3,
    };
    let changes = [
        m::Change::Membership(membership),
        m::Change::Read {
            chat: id("c-1"),
            stamp: stamp(7),
        },
        m::Change::Chat { chat: id("c-1") },
        m::Change::Unknown,
    ];
    let entries = (1..).zip(changes).map(|(place, change)| m::LogEntry {
        stamp: stamp(place),
        prev: stamp(place - 1),
        change,
    });
    m::LogPage {
        reset: Some(m::Reset::Floor),
        epoch: id("e-2"),
        floor: stamp(0),
        next: stamp(4),
        entries: entries.collect(),
        has_more: false,
    }
}

fn catching_up() -> Vec<Sample> {
    let changes = p::PullChanges {
        chat: id("c-1"),
        after: Some(stamp(1)),
        epoch: Some(id("e-1")),
        limit: 100,
    };
    let log = p::PullLog {
        after: Some(stamp(1)),
        epoch: Some(id("e-2")),
        limit: 100,
    };
    let sync = p::Sync {
        log: Some(m::LogCursor {
            after: stamp(1),
            epoch: id("e-2"),
        }),
        chats: vec![m::ChatCursor {
            chat: id("c-1"),
            after: stamp(5),
            epoch: id("e-1"),
            changes_after: Some(stamp(2)),
            changes_epoch: Some(id("e-1")),
        }],
        window: m::Window::default(),
    };
    let synced = m::Synced {
        log: log_page(),
        chats: vec![m::SyncedChat {
            row: row(),
            timeline: Some(page()),
            changes_next: stamp(3),
        }],
        has_more: true,
    };
    let mark = p::MarkRead {
        chat: id("c-1"),
        stamp: stamp(7),
    };
    [
        method::<p::PullChanges>(&changes, &log_page()),
        method::<p::PullLog>(&log, &log_page()),
        method::<p::Sync>(&sync, &synced),
        method::<p::MarkRead>(
            &mark,
            &p::MarkedRead {
                stamp: stamp(7),
                unread: 0,
            },
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn pushes() -> Vec<Sample> {
    let log_entry = log_page().entries.remove(0);
    [
        p::Push::Entry {
            chat: id("c-1"),
            epoch: id("e-1"),
            entry: entry(),
        },
        p::Push::Change {
            epoch: id("e-2"),
            entry: log_entry,
        },
        p::Push::Read {
            chat: id("c-1"),
            user: id("u-bob"),
            stamp: stamp(7),
        },
        p::Push::Resync {
            reason: p::ResyncReason::Position,
            chat: Some(id("c-1")),
        },
        p::Push::Bye {
            reason: p::ByeReason::Shutdown,
            reconnect: true,
            after_ms: 1_500,
        },
    ]
    .iter()
    .map(|push| {
        let kind = serde_json::to_value(push).unwrap()["push"]
            .as_str()
            .unwrap()
            .to_owned();
        Sample::of(&format!("push.{kind}"), "push", push)
    })
    .collect()
}

fn errors() -> Vec<Sample> {
    p::ErrorCode::ALL
        .iter()
        .map(|code| {
            let error = p::WireError {
                field: Some("content.text".to_owned()),
                retry_after_ms: Some(2_000),
                ..p::WireError::new(*code, "says why")
            };
            Sample::of("errors", code.wire().0, &error)
        })
        .collect()
}
