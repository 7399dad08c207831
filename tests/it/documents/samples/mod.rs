//! One value of everything on the wire, with every optional field filled.

mod accounts;
mod catching_up;
mod chats;
mod messages;

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
        accounts::accounts(),
        accounts::people(),
        chats::chats(),
        messages::messages(),
        messages::looking(),
        catching_up::catching_up(),
        catching_up::pushes(),
        catching_up::errors(),
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
        hide_reads: true,
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
            edit_window_s: 172_800,
            retract_window_s: 172_800,
            reader_list_members: 50,
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
