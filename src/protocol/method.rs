//! The table of methods.

use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use super::params as p;
use crate::model as m;

/// One method: its name on the wire, what it takes and what it answers.
pub trait Method {
    /// The method's name among its fellows.
    const NAME: MethodName;
    /// What a request carries in `params`.
    type Params: DeserializeOwned + Serialize + JsonSchema + Send;
    /// What a reply carries in `ok`.
    type Ok: DeserializeOwned + Serialize + JsonSchema + Send;
}

/// Declares every method: wire name, params, ok, and whether it is open before authentication.
macro_rules! methods {
    ($($wire:literal $name:ident: $params:ty => $ok:ty $(, $open:ident)?;)*) => {
        /// Name of a method.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum MethodName {
            $(#[doc = concat!("`", $wire, "`")] $name,)*
        }

        impl MethodName {
            /// Every method, in the order of the table in `docs/protocol.md`.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The method called `wire`, if there is one.
            #[must_use]
            pub fn parse(wire: &str) -> Option<Self> {
                match wire {
                    $($wire => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The name on the wire.
            #[must_use]
            pub const fn wire(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)*
                }
            }

            /// Whether the method may be called before authentication.
            #[must_use]
            pub const fn is_open(self) -> bool {
                match self {
                    $(Self::$name => methods!(@open $($open)?),)*
                }
            }

            /// Whether the method changes something kept. Changes of one connection are made in the order asked.
            #[must_use]
            pub const fn changes(self) -> bool {
                match self {
                    Self::ServerInfo
                    | Self::SessionList
                    | Self::UserGet
                    | Self::UserFind
                    | Self::ChatList
                    | Self::ChatGet
                    | Self::ChatMembers
                    | Self::TimelinePull
                    | Self::MessageGet
                    | Self::MessageHistory
                    | Self::MessageReactions
                    | Self::MessageReaders
                    | Self::ThreadPull
                    | Self::MentionList
                    | Self::ChangesPull
                    | Self::LogPull
                    | Self::Sync => false,
                    Self::AccountRegister
                    | Self::SessionLogin
                    | Self::SessionHello
                    | Self::SessionEnd
                    | Self::AccountPassword
                    | Self::UserUpdate
                    | Self::ChatCreate
                    | Self::ChatUpdate
                    | Self::ChatAdd
                    | Self::ChatRemove
                    | Self::ChatLeave
                    | Self::ChatRole
                    | Self::MessageSend
                    | Self::MessageEdit
                    | Self::MessageRetract
                    | Self::MessageReact
                    | Self::MessagePin
                    | Self::MessageHide
                    | Self::MessageForward
                    | Self::DeliveredMark
                    | Self::DraftSet
                    | Self::ReadMark => true,
                }
            }

            /// Names and schemas of what the method takes and answers, for everything derived from the types.
            #[must_use]
            pub fn schemas(self, generator: &mut schemars::SchemaGenerator) -> [(String, schemars::Schema); 2] {
                match self {
                    $(Self::$name => [
                        (<$params>::schema_name().into(), generator.subschema_for::<$params>()),
                        (<$ok>::schema_name().into(), generator.subschema_for::<$ok>()),
                    ],)*
                }
            }
        }

        $(impl Method for $params {
            const NAME: MethodName = MethodName::$name;
            type Params = $params;
            type Ok = $ok;
        })*
    };
    (@open) => { false };
    (@open open) => { true };
}

methods! {
    "server.info" ServerInfo: p::GetServerInfo => p::ServerInfo, open;
    "account.register" AccountRegister: p::Register => p::Welcome, open;
    "session.login" SessionLogin: p::Login => p::Welcome, open;
    "session.hello" SessionHello: p::Hello => p::Welcome, open;
    "session.list" SessionList: p::ListSessions => p::Sessions;
    "session.end" SessionEnd: p::EndSession => p::SessionEnded;
    "account.password" AccountPassword: p::ChangePassword => p::PasswordChanged;
    "user.get" UserGet: p::GetUser => p::FoundUser;
    "user.find" UserFind: p::FindUser => p::FoundUser;
    "user.update" UserUpdate: p::UpdateUser => p::UpdatedUser;
    "chat.create" ChatCreate: p::CreateChat => p::OneChat;
    "chat.list" ChatList: p::ListChats => m::ChatPage;
    "chat.get" ChatGet: p::GetChat => m::ChatRow;
    "chat.members" ChatMembers: p::ListMembers => m::MemberPage;
    "chat.update" ChatUpdate: p::UpdateChat => p::UpdatedChat;
    "chat.add" ChatAdd: p::AddMembers => p::MembersChanged;
    "chat.remove" ChatRemove: p::RemoveMember => p::MemberRemoved;
    "chat.leave" ChatLeave: p::LeaveChat => p::ChatLeft;
    "chat.role" ChatRole: p::SetRole => p::RoleSet;
    "message.send" MessageSend: p::SendMessage => p::MessageSent;
    "message.edit" MessageEdit: p::EditMessage => p::MessageChanged;
    "message.retract" MessageRetract: p::RetractMessage => p::MessageChanged;
    "message.react" MessageReact: p::ReactToMessage => p::MessageChanged;
    "message.pin" MessagePin: p::PinMessage => p::MessagesPinned;
    "message.hide" MessageHide: p::HideMessages => p::MessagesHidden;
    "message.forward" MessageForward: p::ForwardMessages => p::MessagesForwarded;
    "message.get" MessageGet: p::GetMessages => p::Messages;
    "message.history" MessageHistory: p::GetHistory => p::MessageHistory;
    "message.reactions" MessageReactions: p::ListReactions => p::Reactors;
    "message.readers" MessageReaders: p::ListReaders => p::Readers;
    "thread.pull" ThreadPull: p::PullThread => p::ThreadPage;
    "mention.list" MentionList: p::ListMentions => p::Mentions;
    "timeline.pull" TimelinePull: p::PullTimeline => m::TimelinePage;
    "changes.pull" ChangesPull: p::PullChanges => m::LogPage;
    "log.pull" LogPull: p::PullLog => m::LogPage;
    "sync" Sync: p::Sync => m::Synced;
    "read.mark" ReadMark: p::MarkRead => p::MarkedRead;
    "delivered.mark" DeliveredMark: p::MarkDelivered => p::MarkedDelivered;
    "draft.set" DraftSet: p::SetDraft => p::DraftSet;
}
