//! Samples of logs, sync, pushes and errors.

use super::{
    chats::{draft, row},
    messages::{entry, page},
    *,
};

pub(super) fn log_page() -> m::LogPage {
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
        m::Change::Message(message_change()),
        m::Change::Mention {
            chat: id("c-1"),
            stamp: stamp(7),
            sender: id("u-ada"),
        },
        m::Change::Hidden {
            chat: id("c-1"),
            stamps: vec![stamp(7)],
        },
        m::Change::Draft {
            chat: id("c-1"),
            draft: Some(draft()),
        },
        m::Change::Chat { chat: id("c-1") },
        m::Change::Account,
        m::Change::Session {
            session: id("s-2"),
            alive: false,
        },
        m::Change::Unknown,
    ];
    let entries = (1..).zip(changes).map(|(place, change)| m::LogEntry {
        stamp: stamp(place),
        prev: stamp(place - 1),
        place: Some(m::ChangePlace {
            stamp: stamp(place),
            prev: stamp(place - 1),
        }),
        change,
    });
    m::LogPage {
        reset: Some(m::Reset::Floor),
        epoch: id("e-2"),
        floor: stamp(0),
        next: stamp(10),
        entries: entries.collect(),
        has_more: false,
    }
}

pub(super) fn message_change() -> m::MessageChange {
    m::MessageChange {
        chat: id("c-1"),
        stamp: stamp(7),
        revision: 1,
        event: m::MessageEvent::Edited,
        actor: id("u-ada"),
        entry: Some(Box::new(entry())),
    }
}

pub(super) fn catching_up() -> Vec<Sample> {
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
            changes: Some(log_page()),
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
        method::<p::MarkDelivered>(
            &p::MarkDelivered {
                chat: id("c-1"),
                stamp: stamp(7),
            },
            &p::MarkedDelivered { stamp: stamp(7) },
        ),
        method::<p::SetDraft>(
            &p::SetDraft {
                chat: id("c-1"),
                text: "I think".to_owned(),
                reply_to: Some(stamp(5)),
            },
            &p::DraftSet {
                draft: Some(draft()),
            },
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(super) fn pushes() -> Vec<Sample> {
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
        p::Push::Changed {
            chat: id("c-1"),
            epoch: id("e-1"),
            entry: m::LogEntry {
                stamp: stamp(3),
                prev: stamp(2),
                place: None,
                change: m::Change::Message(message_change()),
            },
        },
        p::Push::Delivered {
            chat: id("c-1"),
            user: id("u-bob"),
            stamp: stamp(7),
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

pub(super) fn errors() -> Vec<Sample> {
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
