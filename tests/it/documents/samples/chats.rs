//! Samples of chats and their members.

use super::{
    messages::{client_id, entry},
    *,
};

pub(super) fn chat() -> m::Chat {
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
        pins: vec![stamp(7)],
        expire_after_s: Some(86_400),
    }
}

pub(super) fn row() -> m::ChatRow {
    m::ChatRow {
        chat: chat(),
        last: Some(entry()),
        unread: 3,
        mentions: 1,
        read: stamp(5),
        reads: vec![m::ReadMark {
            user: id("u-bob"),
            stamp: stamp(4),
            delivered: Some(stamp(6)),
        }],
        draft: Some(draft()),
    }
}

pub(super) fn draft() -> m::Draft {
    m::Draft {
        text: "I think".to_owned(),
        reply_to: Some(stamp(5)),
        updated_ms: 1_763_700_000_000,
    }
}

pub(super) fn chats() -> Vec<Sample> {
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
        title: Some("Waders".to_owned()),
        expire_after_s: Some(86_400),
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
    let role = p::SetRole {
        chat: id("c-1"),
        user: id("u-bob"),
        role: m::Role::Admin,
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
        method::<p::SetRole>(&role, &p::RoleSet { members_version: 5 }),
    ]
    .into_iter()
    .flatten()
    .collect()
}
