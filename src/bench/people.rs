//! The people of a run and their chats.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    Bench,
    client::{CallError, Client, Traffic},
};
use crate::{
    model::{ChatId, ChatKind, ClientId, Device, UserId},
    protocol::{AddMembers, CreateChat, Register},
};

/// Preparations that run at once.
pub(super) const PARALLEL: usize = 32;
/// People that one request may add to a group.
const PEOPLE_PER_REQUEST: usize = 100;

/// Somebody with an account.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// Who.
    pub(super) id: UserId,
    /// Token of their session.
    pub(super) token: String,
}

/// Makes accounts.
pub(super) async fn register(bench: &Bench, count: usize) -> Result<Vec<Person>, CallError> {
    stream::iter(0..count)
        .map(|number| register_one(bench, number))
        .buffered(PARALLEL)
        .try_collect()
        .await
}

async fn register_one(bench: &Bench, number: usize) -> Result<Person, CallError> {
    let mut client = Client::connect(bench, number, Traffic::Little).await?;
    let account = Register {
        username: format!("b{}-{number}", bench.run),
        password: format!("bench {} {number}", bench.run),
        display_name: None,
        invite: None,
        device: Device {
            name: "bench".to_owned(),
            platform: "bot".to_owned(),
        },
    };
    let welcome = client.call(&account).await?;
    let token = welcome.session.token.ok_or_else(|| CallError::Broken {
        what: "account.register",
        reason: "the answer has no token".to_owned(),
    })?;
    Ok(Person {
        id: welcome.user.user.id,
        token,
    })
}

/// Makes the direct chat with `peer`.
pub(super) async fn direct_chat(
    bench: &Bench,
    client: &mut Client,
    peer: &UserId,
) -> Result<ChatId, CallError> {
    let chat = CreateChat {
        kind: ChatKind::Direct,
        members: vec![peer.clone()],
        title: None,
        client_id: client_id(bench, "direct", 0),
    };
    Ok(client.call(&chat).await?.chat.id)
}

/// Makes group number `number` of a run with these people in it.
pub(super) async fn group(
    bench: &Bench,
    client: &mut Client,
    number: usize,
    others: &[UserId],
) -> Result<ChatId, CallError> {
    let (first, rest) = others.split_at(others.len().min(PEOPLE_PER_REQUEST));
    let chat = CreateChat {
        kind: ChatKind::Group,
        members: first.to_vec(),
        title: Some(format!("bench {} {number}", bench.run)),
        client_id: client_id(bench, "group", number as u64),
    };
    let chat = client.call(&chat).await?.chat.id;
    for (part, users) in rest.chunks(PEOPLE_PER_REQUEST).enumerate() {
        let add = AddMembers {
            chat: chat.clone(),
            users: users.to_vec(),
            client_id: client_id(bench, "add", part as u64),
        };
        client.call(&add).await?;
    }
    Ok(chat)
}

/// The client id of request number `number` of one kind and one sender in this run.
pub(super) fn client_id(bench: &Bench, kind: &str, number: u64) -> ClientId {
    let text = format!("{}-{kind}-{number:012}", bench.run);
    ClientId::parse(&text).expect("the kinds are short words")
}
