//! Chats: making them, listing them.

use std::cmp::Reverse;

use ring::hmac;

use super::{Caller, Service, ServiceError, settings::check_title};
use crate::{
    model::{
        Account, Change, Chat, ChatCursor, ChatId, ChatKind, ChatPage, ChatRow, ClientId, Epoch,
        MembershipChange, MembershipEvent, ReadMark, Role, Stamp, SystemEvent, UserId, Window,
    },
    store::{
        chats::{ChangeRequest, Effects},
        engine::Swapped,
        record::{ChatInfo, Intent, MemberRecord, Standing},
        rows::{Place, Shown},
    },
};

/// Most people one request may bring into a chat.
pub(super) const MAX_INVITED: usize = 100;

/// A chat to be made.
#[derive(Debug, Clone)]
pub struct NewChat {
    /// Direct or group.
    pub kind: ChatKind,
    /// The other people.
    pub members: Vec<UserId>,
    /// Name of a group.
    pub title: Option<String>,
    /// Makes the request repeatable.
    pub client_id: ClientId,
}

impl Service {
    /// Makes a chat, or gives the one that is there already: a direct chat has one id for each pair, a group
    /// one for each creator and client id.
    ///
    /// # Errors
    ///
    /// `Invalid`, `NotFound` (a member), `TooLarge`, `Forbidden` (too many chats), `Conflict`, `RateLimited`.
    pub async fn create_chat(
        &self,
        caller: &Caller,
        mut new: NewChat,
    ) -> Result<Chat, ServiceError> {
        check(&new)?;
        if new.kind == ChatKind::Group {
            new.members.retain(|user| *user != caller.user);
        }
        new.members.sort();
        new.members.dedup();
        let chat = self.chat_id(&caller.user, &new);
        let request = self.change_request(caller, &new.client_id, &creation_parts(&new))?;
        if self.chats.state(&chat, &[]).await?.is_none() {
            self.make(caller, &chat, &request, &new).await?;
        }
        if new.kind == ChatKind::Group {
            let first = self.chats.record(&chat, &request.id).await?;
            if first.is_some_and(|record| record.digest != request.digest) {
                return Err(super::messages::used_twice());
            }
        }
        Ok(self.chat(caller, &chat).await?.chat)
    }

    /// The caller's chats, most recently active first.
    ///
    /// # Errors
    ///
    /// `Invalid` (limit 0).
    pub async fn chats(&self, caller: &Caller, window: Window) -> Result<ChatPage, ServiceError> {
        let _lane = self.heavy_lane().await?;
        let (rows, has_more) = self.rows(caller, &window, &[]).await?;
        Ok(ChatPage {
            chats: rows.into_iter().map(|(row, _)| row).collect(),
            has_more,
        })
    }

    /// One of the caller's chats.
    ///
    /// # Errors
    ///
    /// `NotFound`.
    pub async fn chat(&self, caller: &Caller, chat: &ChatId) -> Result<ChatRow, ServiceError> {
        let places = self
            .chat_rows
            .places(&caller.user, vec![chat.clone()])
            .await?;
        let rows = self.show(caller, places).await?;
        rows.into_iter()
            .next()
            .map(|(row, _)| row)
            .ok_or(ServiceError::NotFound)
    }

    /// Rows of the window and of those named chats that have something new, most recently active first.
    pub(super) async fn rows(
        &self,
        caller: &Caller,
        window: &Window,
        named: &[ChatCursor],
    ) -> Result<(Vec<(ChatRow, Place)>, bool), ServiceError> {
        let limit = self.page_limit(window.limit)?;
        let chats = self.chats_of(&caller.user).await?;
        let mut places = self.chat_rows.places(&caller.user, chats).await?;
        places.sort_by_key(|place| Reverse(active(place)));
        let begin = (window.offset as usize).min(places.len());
        let end = (begin + limit).min(places.len());
        let has_more = end < places.len();
        let mut position = 0;
        places.retain(|place| {
            let inside = (begin..end).contains(&position);
            position += 1;
            inside
                || named
                    .iter()
                    .any(|cursor| cursor.chat == place.chat && has_news(cursor, place))
        });
        Ok((self.show(caller, places).await?, has_more))
    }

    async fn show(
        &self,
        caller: &Caller,
        places: Vec<Place>,
    ) -> Result<Vec<(ChatRow, Place)>, ServiceError> {
        let peers: Vec<UserId> = places
            .iter()
            .filter_map(|place| place.member.peer.clone())
            .collect();
        let mut asked = peers;
        asked.push(caller.user.clone());
        let (shown, users) = tokio::join!(
            self.chat_rows.show(&caller.user, places),
            self.accounts.users(&asked)
        );
        let mut users = users?;
        let own = users.pop().flatten();
        let hides = own.is_none_or(|own| own.account.hide_reads);
        let mut users = users.into_iter();
        let rows = shown?.into_iter().map(|shown| {
            let peer = shown
                .place
                .member
                .peer
                .as_ref()
                .and_then(|_| users.next().flatten())
                .map(|user| user.account);
            (row(&shown, peer, hides), shown.place)
        });
        Ok(rows.collect())
    }

    fn chat_id(&self, creator: &UserId, new: &NewChat) -> ChatId {
        let parts = match new.kind {
            ChatKind::Direct => {
                let mut pair = [creator.as_str(), new.members[0].as_str()];
                pair.sort_unstable();
                ["direct", pair[0], pair[1]]
            }
            ChatKind::Group | ChatKind::Channel => {
                ["group", creator.as_str(), new.client_id.as_str()]
            }
        };
        ChatId::from_bytes(
            &hmac::sign(&self.instance_key, parts.join("\n").as_bytes()).as_ref()[..15],
        )
    }

    async fn make(
        &self,
        caller: &Caller,
        chat: &ChatId,
        request: &ChangeRequest,
        new: &NewChat,
    ) -> Result<(), ServiceError> {
        let everybody = everybody(&caller.user, new);
        self.check_people(&everybody).await?;
        let intent = Intent::change(chat, &request.id, request.now_us);
        self.intents.note(&intent).await?;
        self.rosters
            .announce(chat, &everybody, &request.id, request.now_us)
            .await?;
        let mut epoch = [0; 12];
        self.parts.random.fill(&mut epoch);
        let effects = creation(chat, caller, new, &everybody, request.now_us);
        let made = self
            .chats
            .create(chat, Epoch::from_bytes(&epoch), request, effects)
            .await?;
        if made == Swapped::Yes {
            self.finish(&intent, None).await?;
        }
        Ok(self.intents.clear(&intent).await?)
    }

    /// They all exist and none of them has too many chats.
    pub(super) async fn check_people(&self, people: &[UserId]) -> Result<(), ServiceError> {
        let (users, counts) = tokio::join!(self.users(people), self.rosters.counts(people));
        if users?.iter().any(Option::is_none) {
            return Err(ServiceError::NotFound);
        }
        let most = u64::from(self.parts.limits.chats_per_user);
        if counts?.iter().any(|count| *count >= most) {
            return Err(ServiceError::Forbidden("somebody has too many chats"));
        }
        Ok(())
    }
}

fn check(new: &NewChat) -> Result<(), ServiceError> {
    match (new.kind, &new.title) {
        (ChatKind::Channel, _) => Err(ServiceError::invalid("kind", "must be direct or group")),
        (ChatKind::Direct, _) if new.members.len() != 1 => Err(ServiceError::invalid(
            "members",
            "must name exactly one person",
        )),
        (ChatKind::Direct, Some(_)) => Err(ServiceError::invalid("title", "is for groups only")),
        (ChatKind::Group, None) => Err(ServiceError::invalid("title", "is missing")),
        (ChatKind::Group, _) if new.members.len() > MAX_INVITED => Err(ServiceError::too_large(
            "members",
            "names more than 100 people",
        )),
        (ChatKind::Group, Some(title)) => check_title(title),
        (ChatKind::Direct, None) => Ok(()),
    }
}

fn creation_parts(new: &NewChat) -> Vec<&str> {
    let title = new.title.as_deref().unwrap_or_default();
    ["create", title]
        .into_iter()
        .chain(new.members.iter().map(UserId::as_str))
        .collect()
}

fn everybody(creator: &UserId, new: &NewChat) -> Vec<UserId> {
    let mut everybody = new.members.clone();
    everybody.push(creator.clone());
    everybody.sort();
    everybody.dedup();
    everybody
}

fn creation(
    chat: &ChatId,
    caller: &Caller,
    new: &NewChat,
    everybody: &[UserId],
    now_us: u64,
) -> Effects {
    let direct = new.kind == ChatKind::Direct;
    let member = |user: &UserId| {
        let peer = direct.then(|| {
            everybody
                .iter()
                .find(|other| *other != user)
                .unwrap_or(user)
        });
        let owns = !direct && *user == caller.user;
        MemberRecord {
            role: if owns { Role::Owner } else { Role::Member },
            since: Stamp::ZERO,
            since_ordinal: 0,
            since_change: Stamp::ZERO,
            peer: peer.cloned(),
        }
    };
    let change = Change::Membership(MembershipChange {
        chat: chat.clone(),
        event: MembershipEvent::Created,
        actor: caller.user.clone(),
        users: everybody.to_vec(),
        members_version: 0,
    });
    Effects {
        info: Some(ChatInfo {
            kind: new.kind,
            title: new.title.clone(),
            creator: caller.user.clone(),
            created_ms: now_us / 1_000,
            members: u32::try_from(everybody.len()).unwrap_or(u32::MAX),
            owners: u32::from(!direct),
            expire_after_s: None,
            pins: Vec::new(),
        }),
        members: everybody
            .iter()
            .map(|user| (user.clone(), Some(member(user))))
            .collect(),
        event: (!direct).then(|| SystemEvent::Created {
            actor: caller.user.clone(),
        }),
        ..Effects::of(change)
    }
}

/// The pins above what is hidden from a member.
fn visible_pins(info: &ChatInfo, hidden_through: Stamp) -> Vec<Stamp> {
    let pins = info.pins.iter().copied();
    pins.filter(|pin| *pin > hidden_through).collect()
}

/// When something last happened in a chat.
fn active(place: &Place) -> Stamp {
    if place.head.last == Stamp::ZERO {
        place.head.change_last
    } else {
        place.head.last
    }
}

/// Whether there are entries or changes that a client at this cursor lacks.
fn has_news(cursor: &ChatCursor, place: &Place) -> bool {
    let changed = |after| after != place.head.change_last;
    cursor.after != place.head.last || cursor.changes_after.is_some_and(changed)
}

/// A row as its owner sees it, who may hide what they read themselves.
fn row(shown: &Shown, peer: Option<Account>, hides: bool) -> ChatRow {
    let Place {
        chat, head, member, ..
    } = &shown.place;
    let hidden = hides || peer.as_ref().is_none_or(|peer| peer.hide_reads);
    let reads = member.peer.iter().map(|user| ReadMark {
        user: user.clone(),
        stamp: if hidden {
            Stamp::ZERO
        } else {
            shown.peer_mark.stamp
        },
        delivered: Some(shown.peer_delivered.stamp).filter(|stamp| *stamp > Stamp::ZERO),
    });
    ChatRow {
        chat: Chat {
            id: chat.clone(),
            kind: shown.info.kind,
            title: shown.info.title.clone(),
            peer: peer.map(|peer| peer.user),
            role: member.role,
            member_count: shown.info.members,
            members_version: head.members_version,
            epoch: head.epoch.clone(),
            created_ms: shown.info.created_ms,
            pins: visible_pins(&shown.info, shown.place.hidden_through()),
            expire_after_s: shown.info.expire_after_s,
        },
        last: shown.last.clone().map(Standing::into_entry),
        unread: shown.unread.messages,
        mentions: shown.unread.mentions,
        read: shown.place.counted_from().stamp,
        reads: reads.collect(),
        draft: shown.draft.clone().shown(),
    }
}
