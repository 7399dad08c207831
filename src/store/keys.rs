//! Every key there is: shape, type, content, life, and who may change it.
//!
//! Keys of one chat share the hash tag `{c:…}`, keys of one user `{u:…}`, so each group stays in one slot when
//! the store is a cluster. Engines put the configured prefix (`store.prefix`) before every key.
//! `docs/storage.md` has the same table, generated from [`TABLE`].

use crate::model::{ChangeId, ChatId, EntryId, Incarnation, SessionId, Stamp, UserId};

/// Type of what a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// One value.
    String,
    /// Rows ordered by score.
    SortedSet,
    /// Members in no order.
    Set,
}

/// One row of the table of keys.
#[derive(Debug, Clone, Copy)]
pub struct KeyShape {
    /// The key, with what varies in angle brackets.
    pub shape: &'static str,
    /// Type of what it holds.
    pub holds: Holds,
    /// What stands there, and how it may be changed.
    pub about: &'static str,
}

/// Keys that say something about one store and the gateways on it, and mean nothing in another one.
const STAY: &[&str] = &[
    "{c:<chat>}:gw",
    "{u:<user>}:gw",
    "gwlease:<incarnation>",
    "copying",
];

impl KeyShape {
    /// Whether a copy of the store takes it along.
    #[must_use]
    pub fn moves(&self) -> bool {
        !STAY.contains(&self.shape)
    }
}

/// Declares keys: the function that builds each one and its row in the table.
macro_rules! keys {
    ($($holds:ident $name:ident($($arg:ident: $type:ty),*) $format:literal $shape:literal $about:literal;)*) => {
        $(
            #[doc = concat!("`", $shape, "`: ", $about)]
            #[must_use]
            pub fn $name($($arg: $type),*) -> String {
                format!($format)
            }
        )*

        /// Every key there is, in the order of `docs/storage.md`.
        pub const TABLE: &[KeyShape] = &[
            $(KeyShape { shape: $shape, holds: Holds::$holds, about: $about },)*
        ];
    };
}

keys! {
    String chat_head(chat: &ChatId) "{{c:{chat}}}:head" "{c:<chat>}:head"
        "`record::Head`: where the chat's timelines end. The commit point of everything in the chat: changed only by append and commit, never removed.";
    String chat_info(chat: &ChatId) "{{c:{chat}}}:info" "{c:<chat>}:info"
        "`record::ChatInfo`, kept with the change that wrote it: kind, title, who made it and when. Changed only together with the head.";
    String entry(chat: &ChatId, id: &EntryId) "{{c:{chat}}}:e:{id}" "{c:<chat>}:e:<entry>"
        "`record::EntryRecord`: one entry. Its key is the duplicate check. Written by append; body replaced by commit; removed by retention.";
    SortedSet segment(chat: &ChatId, number: u64) "{{c:{chat}}}:tl:{number}" "{c:<chat>}:tl:<n>"
        "Segment n of the timeline, at most 128 rows. Score: stamp. Member: entry id. Written by append; dropped whole by retention.";
    SortedSet segments(chat: &ChatId) "{{c:{chat}}}:segs" "{c:<chat>}:segs"
        "Index of segments. Score: first stamp. Member: number. Written by append.";
    SortedSet changes(chat: &ChatId, number: u64) "{{c:{chat}}}:chg:{number}" "{c:<chat>}:chg:<n>"
        "Segment n of the chat's change timeline. Score: change stamp. Member: change id. Written by commit.";
    SortedSet change_segments(chat: &ChatId) "{{c:{chat}}}:csegs" "{c:<chat>}:csegs"
        "Index of change segments. Score: first change stamp. Member: number. Written by commit.";
    String change(chat: &ChatId, id: &ChangeId) "{{c:{chat}}}:x:{id}" "{c:<chat>}:x:<change>"
        "`record::ChangeRecord`: one change; recognises its retry. Written once, by commit.";
    SortedSet own(chat: &ChatId, user: &UserId) "{{c:{chat}}}:own:{user}" "{c:<chat>}:own:<user>"
        "Stamps of the user's own counting entries. Grows with append; trimmed up to the user's read stamp.";
    SortedSet void(chat: &ChatId) "{{c:{chat}}}:void" "{c:<chat>}:void"
        "Stamps of retracted or expired counting entries. Grows with commit; trimmed up to the floor.";
    SortedSet own_void(chat: &ChatId, user: &UserId) "{{c:{chat}}}:ov:{user}" "{c:<chat>}:ov:<user>"
        "Stamps that are in both `own` and `void`. Grows with commit; trimmed up to the user's read stamp.";
    SortedSet mentioned(chat: &ChatId, user: &UserId) "{{c:{chat}}}:mn:{user}" "{c:<chat>}:mn:<user>"
        "Stamps of messages that mention the user, and of retracted ones by which they mentioned all. Grows with append and commit; trimmed up to the user's read stamp.";
    SortedSet unmentioned(chat: &ChatId, user: &UserId) "{{c:{chat}}}:mx:{user}" "{c:<chat>}:mx:<user>"
        "Stamps of retracted messages that mentioned the user, and of those by which they mention all. Grows with append and commit; trimmed up to the user's read stamp.";
    SortedSet all_mentioned(chat: &ChatId) "{{c:{chat}}}:all" "{c:<chat>}:all"
        "Stamps of messages that mention all members. Grows with append; trimmed up to the floor.";
    SortedSet all_unmentioned(chat: &ChatId) "{{c:{chat}}}:allv" "{c:<chat>}:allv"
        "Stamps in `all` whose message was retracted. Grows with commit; trimmed up to the floor.";
    SortedSet thread(chat: &ChatId, root: Stamp) "{{c:{chat}}}:th:{root}" "{c:<chat>}:th:<root>"
        "Messages of the thread under the one at this stamp. Score: stamp. Member: entry id. Grows with append.";
    SortedSet thread_void(chat: &ChatId, root: Stamp) "{{c:{chat}}}:thv:{root}" "{c:<chat>}:thv:<root>"
        "Stamps in `th` whose message was retracted. Grows with commit.";
    SortedSet roots(chat: &ChatId) "{{c:{chat}}}:roots" "{c:<chat>}:roots"
        "Stamps of messages with a thread under them. Grows with append; trimmed up to the floor.";
    SortedSet hidden(chat: &ChatId, user: &UserId) "{{c:{chat}}}:hid:{user}" "{c:<chat>}:hid:<user>"
        "Stamps of entries that the user has hidden for themselves. Only grows.";
    String revisions(chat: &ChatId, id: &EntryId) "{{c:{chat}}}:rev:{id}" "{c:<chat>}:rev:<entry>"
        "`record::Revisions`: what a message said before it was edited. Written by commit; emptied when the message is retracted.";
    String reactor(chat: &ChatId, id: &EntryId, user: &UserId) "{{c:{chat}}}:re:{id}:{user}" "{c:<chat>}:re:<entry>:<user>"
        "`record::ReactorRecord`: what a member reacts with to a message. The truth behind the summary in the entry. Written by commit.";
    SortedSet reactors(chat: &ChatId, id: &EntryId) "{{c:{chat}}}:rx:{id}" "{c:<chat>}:rx:<entry>"
        "Index of members who ever reacted to a message. Score: the message's stamp. Member: user id. Grows with commit; readers ask the record.";
    String member(chat: &ChatId, user: &UserId) "{{c:{chat}}}:m:{user}" "{c:<chat>}:m:<user>"
        "`record::MemberRecord`, kept with the change that wrote it: role, since when, or that it ended. The truth about membership. Changed only together with the head; never removed.";
    SortedSet members(chat: &ChatId) "{{c:{chat}}}:members" "{c:<chat>}:members"
        "Index of those who may be members. Score: stamp of joining. Member: user id. Grows together with the head; rows of those who left are removed afterwards; readers ask the record.";
    String read_mark(chat: &ChatId, user: &UserId) "{{c:{chat}}}:r:{user}" "{c:<chat>}:r:<user>"
        "`record::ReadRecord`: read stamp and its ordinal. Changed by compare-and-set; never falls.";
    String dropping(chat: &ChatId) "{{c:{chat}}}:drop" "{c:<chat>}:drop"
        "`record::DropMark`: segments whose entries were taken out a first time, and when. Set by retention.";
    String delivered(chat: &ChatId, user: &UserId) "{{c:{chat}}}:dv:{user}" "{c:<chat>}:dv:<user>"
        "`record::DeliveredRecord`: up to where entries have reached a device of the user; in direct chats. Changed by compare-and-set; never falls.";
    Set chat_gateways(chat: &ChatId) "{{c:{chat}}}:gw" "{c:<chat>}:gw"
        "Incarnations of gateways with a member of the chat connected. Rows of dead gateways are removed by whoever meets them.";
    String user(user: &UserId) "{{u:{user}}}" "{u:<user>}"
        "`record::UserRecord`: profile and password hash. Changed by compare-and-set.";
    String user_chat(user: &UserId, chat: &ChatId) "{{u:{user}}}:m:{chat}" "{u:<user>}:m:<chat>"
        "Version of the membership that made the user a member. Written before joining; removed by compare-and-delete.";
    SortedSet user_chats(user: &UserId) "{{u:{user}}}:chats" "{u:<user>}:chats"
        "Index of the user's chats. Score: stamp of joining. Member: chat id. Written before joining; readers ask the chat.";
    String draft(user: &UserId, chat: &ChatId) "{{u:{user}}}:d:{chat}" "{u:<user>}:d:<chat>"
        "`record::DraftRecord`: what the user has begun to write in the chat. Changed by compare-and-set.";
    String log_head(user: &UserId) "{{u:{user}}}:loghead" "{u:<user>}:loghead"
        "`record::Head` of the user's change log. Changed only by append.";
    String log_entry(user: &UserId, id: &EntryId) "{{u:{user}}}:le:{id}" "{u:<user>}:le:<entry>"
        "`record::EntryRecord`: one entry of the change log. Written by append.";
    SortedSet log_segment(user: &UserId, number: u64) "{{u:{user}}}:log:{number}" "{u:<user>}:log:<n>"
        "Segment n of the change log. Score: stamp. Member: entry id. Written by append.";
    SortedSet log_segments(user: &UserId) "{{u:{user}}}:lsegs" "{u:<user>}:lsegs"
        "Index of log segments. Score: first stamp. Member: number. Written by append.";
    String log_dropping(user: &UserId) "{{u:{user}}}:ldrop" "{u:<user>}:ldrop"
        "`record::DropMark` of the change log. Set by retention.";
    Set user_gateways(user: &UserId) "{{u:{user}}}:gw" "{u:<user>}:gw"
        "Incarnations of gateways with a connection of the user.";
    String session(user: &UserId, session: &SessionId) "{{u:{user}}}:sess:{session}" "{u:<user>}:sess:<session>"
        "`record::SessionRecord`: device, times, hash of its token. Expires. Changed by compare-and-set.";
    SortedSet sessions(user: &UserId) "{{u:{user}}}:sessions" "{u:<user>}:sessions"
        "Index of the user's sessions. Score: when it was made, in microseconds. Member: session id.";
    String token(hash: &str) "tok:{hash}" "tok:<hash>"
        "`record::TokenRecord`: user and session of the token with this SHA-256. Expires with the session.";
    String name(name: &str) "name:{name}" "name:<name>"
        "User id that has claimed this user name. Set once, when absent, after the user was written.";
    String invite(hash: &str) "invite:{hash}" "invite:<hash>"
        "`record::InviteRecord`: an invitation, by the SHA-256 of its code, and who has used it. Changed by compare-and-set. Expires.";
    String setup() "setup" "setup"
        "`record::SetupRecord`: the code of the set-up link, or who has used it. Changed by compare-and-set.";
    SortedSet due(shard: u8) "due:{shard}" "due:<shard>"
        "Timelines from which something may go. Score: when to look, in microseconds. Member: `c <chat>` or `l <user>`.";
    SortedSet pending(shard: u8) "pend:{shard}" "pend:<shard>"
        "Unfinished steps over several slots. Score: deadline in microseconds. Member: `record::Intent`, one for each attempt. Removed last, by whoever finished it; after a day when it never committed.";
    String lease(incarnation: &Incarnation) "gwlease:{incarnation}" "gwlease:<incarnation>"
        "Says that a gateway lives. Expires; renewed by its gateway only.";
    String copying() "copying" "copying"
        "Where a copy into this store comes from. Written before the first key of the copy, removed after its last was verified; with it there, no server starts.";
    String probe(name: &str) "probe:{name}" "probe:<name>"
        "Written and compared at the start, to see that a store without scripts compares truly. Removed at once.";
    String secret(name: &str) "secret:{name}" "secret:<name>"
        "A generated secret shared by all gateways. Set once, when absent.";
}

/// Keys of the small sets from which one member's unread messages and mentions are counted.
#[must_use]
pub fn counted_for(chat: &ChatId, user: &UserId) -> [String; 4] {
    [
        own(chat, user),
        own_void(chat, user),
        mentioned(chat, user),
        unmentioned(chat, user),
    ]
}

/// Names one ordered log: a chat's messages or a user's change log. Both have the same shape.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TimelineId {
    /// The messages of a chat.
    Chat(ChatId),
    /// The change log of a user.
    Log(UserId),
}

impl TimelineId {
    /// Key of the head.
    #[must_use]
    pub fn head(&self) -> String {
        match self {
            Self::Chat(chat) => chat_head(chat),
            Self::Log(user) => log_head(user),
        }
    }

    /// Key of one entry.
    #[must_use]
    pub fn entry(&self, id: &EntryId) -> String {
        match self {
            Self::Chat(chat) => entry(chat, id),
            Self::Log(user) => log_entry(user, id),
        }
    }

    /// Key of one segment.
    #[must_use]
    pub fn segment(&self, number: u64) -> String {
        match self {
            Self::Chat(chat) => segment(chat, number),
            Self::Log(user) => log_segment(user, number),
        }
    }

    /// Key of the index of segments.
    #[must_use]
    pub fn segments(&self) -> String {
        match self {
            Self::Chat(chat) => segments(chat),
            Self::Log(user) => log_segments(user),
        }
    }

    /// Key of the note about what was taken out a first time.
    #[must_use]
    pub fn dropping(&self) -> String {
        match self {
            Self::Chat(chat) => dropping(chat),
            Self::Log(user) => log_dropping(user),
        }
    }

    /// Key of the gateways to be told of a new entry.
    #[must_use]
    pub fn gateways(&self) -> String {
        match self {
            Self::Chat(chat) => chat_gateways(chat),
            Self::Log(user) => user_gateways(user),
        }
    }
}
