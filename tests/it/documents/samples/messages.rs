//! Samples of messages and what is asked about them.

use super::*;

pub(super) fn client_id() -> m::ClientId {
    id("0123456789abcdefABCDEF")
}

pub(super) fn entry() -> m::Entry {
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
        thread: Some(stamp(5)),
        replies: Some(m::Replies {
            count: 2,
            last: stamp(9),
        }),
        mentions: vec![id("u-bob")],
        mention_all: true,
        forwarded: Some(m::Source {
            sender: id("u-cyd"),
            stamp: stamp(3),
        }),
        reactions: vec![m::Reaction {
            kind: "👍".to_owned(),
            count: 1,
            users: vec![id("u-bob")],
            mine: true,
        }],
        edited: true,
        retracted: false,
        hidden: false,
    }
}

pub(super) fn bundle() -> m::Entry {
    let item = m::BundleItem {
        sender: id("u-cyd"),
        name: "Cyd".to_owned(),
        stamp: stamp(3),
        content: m::Content::text("hi"),
    };
    m::Entry {
        content: Some(m::Content::Bundle(m::Bundle {
            title: Some("Birds".to_owned()),
            items: vec![item],
        })),
        ..m::Entry::bare(stamp(8), stamp(7), 5, m::EntryKind::Message)
    }
}

pub(super) fn system_entry() -> m::Entry {
    m::Entry {
        content: Some(m::Content::System(m::SystemEvent::Added {
            actor: id("u-ada"),
            users: vec![id("u-dan")],
        })),
        sender: Some(id("u-ada")),
        ..m::Entry::bare(stamp(6), stamp(5), 3, m::EntryKind::System)
    }
}

pub(super) fn tombstone() -> m::Entry {
    m::Entry::bare(stamp(5), stamp(4), 3, m::EntryKind::Tombstone)
}

pub(super) fn page() -> m::TimelinePage {
    m::TimelinePage {
        reset: None,
        epoch: id("e-1"),
        floor: m::Stamp::ZERO,
        entries: vec![tombstone(), system_entry(), entry(), bundle()],
        has_more: true,
    }
}

pub(super) fn messages() -> Vec<Sample> {
    let poll = json!({ "type": "x.poll", "question": "When?", "choices": ["now", { "at": 1.5 }] });
    let send = p::SendMessage {
        chat: id("c-1"),
        client_id: client_id(),
        content: serde_json::from_value(poll).unwrap(),
        reply_to: Some(stamp(5)),
        thread: Some(stamp(5)),
        mentions: vec![id("u-bob")],
        mention_all: true,
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
    let changed = p::MessageChanged {
        stamp: stamp(7),
        revision: 2,
    };
    let forward = p::ForwardMessages {
        chat: id("c-1"),
        stamps: vec![stamp(7)],
        to: vec![id("c-2")],
        merged: true,
        client_id: client_id(),
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
        method::<p::EditMessage>(&edit(), &changed),
        method::<p::RetractMessage>(
            &p::RetractMessage {
                chat: id("c-1"),
                stamp: stamp(7),
                client_id: client_id(),
            },
            &changed,
        ),
        method::<p::ReactToMessage>(&react(), &changed),
        method::<p::PinMessage>(
            &p::PinMessage {
                chat: id("c-1"),
                stamp: stamp(7),
                client_id: client_id(),
                pinned: true,
            },
            &p::MessagesPinned {
                pins: vec![stamp(7)],
            },
        ),
        method::<p::HideMessages>(
            &p::HideMessages {
                chat: id("c-1"),
                stamps: vec![stamp(7)],
            },
            &p::MessagesHidden {},
        ),
        method::<p::ForwardMessages>(
            &forward,
            &p::MessagesForwarded {
                sent: vec![sent.clone()],
            },
        ),
        method::<p::PullTimeline>(&pull, &page()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(super) fn edit() -> p::EditMessage {
    p::EditMessage {
        chat: id("c-1"),
        stamp: stamp(7),
        client_id: client_id(),
        content: m::Content::text("hello again"),
        mentions: vec![id("u-bob")],
        revision: Some(1),
    }
}

pub(super) fn react() -> p::ReactToMessage {
    p::ReactToMessage {
        chat: id("c-1"),
        stamp: stamp(7),
        client_id: client_id(),
        kind: "👍".to_owned(),
        on: true,
    }
}

pub(super) fn looking() -> Vec<Sample> {
    let (chat, limit) = (|| id("c-1"), 50);
    let revision = m::Revision {
        content: m::Content::text("helo"),
        since_ms: 1_763_700_000_000,
    };
    let reactor = m::Reactor {
        user: id("u-bob"),
        kinds: vec!["👍".to_owned()],
    };
    let reader = m::ReadMark {
        user: id("u-bob"),
        stamp: stamp(8),
        delivered: None,
    };
    [
        method::<p::GetMessages>(
            &p::GetMessages {
                chat: chat(),
                stamps: vec![stamp(7)],
            },
            &p::Messages {
                entries: vec![entry()],
                has_more: false,
            },
        ),
        method::<p::GetHistory>(
            &p::GetHistory {
                chat: chat(),
                stamp: stamp(7),
            },
            &p::MessageHistory {
                revisions: vec![revision],
            },
        ),
        method::<p::ListReactions>(
            &p::ListReactions {
                chat: chat(),
                stamp: stamp(7),
                after: Some(id("u-ada")),
                limit,
            },
            &p::Reactors {
                reactors: vec![reactor],
                has_more: false,
            },
        ),
        method::<p::ListReaders>(
            &p::ListReaders {
                chat: chat(),
                stamp: stamp(7),
            },
            &p::Readers {
                readers: vec![reader],
            },
        ),
        method::<p::PullThread>(
            &p::PullThread {
                chat: chat(),
                root: stamp(5),
                after: Some(stamp(6)),
                before: None,
                limit,
            },
            &p::ThreadPage {
                root: entry(),
                entries: vec![entry()],
                has_more: false,
            },
        ),
        method::<p::ListMentions>(
            &p::ListMentions {
                chat: chat(),
                limit,
            },
            &p::Mentions {
                stamps: vec![stamp(7)],
            },
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}
