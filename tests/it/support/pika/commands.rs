//! What each command does and what it does wrong.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::Write,
    net::TcpStream,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{Settings, resp::Reply};

type Words<'a> = [&'a [u8]];

/// Everything a stand-in holds. Strings, sorted sets and sets are apart, so one key can be in all of them.
pub(crate) struct State {
    settings: Settings,
    strings: HashMap<Vec<u8>, (Vec<u8>, Option<SystemTime>)>,
    /// What the cache answers instead, where it lies.
    poisoned: HashMap<Vec<u8>, Vec<u8>>,
    sorted: HashMap<Vec<u8>, BTreeMap<Vec<u8>, u64>>,
    sets: HashMap<Vec<u8>, BTreeSet<Vec<u8>>>,
    subscribers: HashMap<Vec<u8>, Vec<Arc<Mutex<TcpStream>>>>,
    pub(super) most_scanned: usize,
    pub(super) refused: Vec<String>,
}

/// One connection.
pub(crate) struct Session {
    authenticated: bool,
    subscriptions: i64,
    outlet: Arc<Mutex<TcpStream>>,
    queued: Option<Vec<Vec<Vec<u8>>>>,
}

impl Session {
    pub(super) fn new(outlet: Arc<Mutex<TcpStream>>) -> Self {
        Self {
            authenticated: false,
            subscriptions: 0,
            outlet,
            queued: None,
        }
    }
}

impl State {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            strings: HashMap::new(),
            poisoned: HashMap::new(),
            sorted: HashMap::new(),
            sets: HashMap::new(),
            subscribers: HashMap::new(),
            most_scanned: 0,
            refused: Vec::new(),
        }
    }

    /// Answers one command.
    pub(super) fn answer(&mut self, session: &mut Session, words: &[Vec<u8>]) -> Reply {
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let Some((name, rest)) = words.split_first() else {
            return error("ERR empty command");
        };
        let name = String::from_utf8_lossy(name).to_uppercase();
        let is_open = self.settings.requirepass.is_empty() && self.settings.userpass.is_empty();
        if !is_open && !session.authenticated && name != "AUTH" {
            return error("NOAUTH Authentication required.");
        }
        if let Some(queued) = &mut session.queued
            && !matches!(name.as_str(), "EXEC" | "DISCARD" | "MULTI" | "WATCH")
        {
            queued.push(words.iter().map(|word| word.to_vec()).collect());
            return Reply::Simple("QUEUED");
        }
        let reply = self.run(session, &name, rest);
        if let Reply::Error(text) = &reply {
            self.refused.push(format!("{name}: {text}"));
        }
        reply
    }

    fn run(&mut self, session: &mut Session, name: &str, words: &Words<'_>) -> Reply {
        match (name, words) {
            ("AUTH", [.., password]) => self.authenticate(session, password),
            ("HELLO", _) => greeting(),
            ("QUIT", []) => Reply::Bye,
            ("PING", []) if session.subscriptions > 0 => {
                Reply::Array(vec![Reply::bulk("pong"), Reply::bulk("")])
            }
            ("PING", []) => Reply::Simple("PONG"),
            ("CLIENT", [sub, ..]) => client(sub),
            ("INFO", _) => Reply::bulk(self.info()),
            ("CONFIG", [_, name]) => self.setting(name),
            ("TIME", []) => time(),
            ("SUBSCRIBE", [channel]) => self.subscribe(session, channel),
            ("UNSUBSCRIBE", channels) => self.unsubscribe(session, channels),
            ("PUBLISH", [channel, body]) => self.publish(channel, body),
            ("MULTI", []) => {
                session.queued = Some(Vec::new());
                Reply::Simple("OK")
            }
            // `WATCH` says so too, and then no EXEC is ever refused.
            ("SELECT", [b"0"]) | ("WATCH", [_, ..]) => Reply::Simple("OK"),
            ("EXEC", []) => self.exec(session),
            _ => self.on_data(name, words),
        }
    }

    fn on_data(&mut self, name: &str, words: &Words<'_>) -> Reply {
        if let Some(key) = words.first() {
            self.forget_ended(key);
        }
        match (name, words) {
            ("GET", [key]) => self.get(key),
            ("SET", [key, value, options @ ..]) => self.set(key, value, options),
            ("SETNX", [key, value]) => match self.set(key, value, &[b"NX"]) {
                Reply::Nil => Reply::Integer(0),
                _ => Reply::Integer(1),
            },
            ("DELVX", [key, expected]) => self.delete_if(key, expected),
            ("DEL", keys @ [_, ..]) => {
                Reply::Integer(keys.iter().map(|key| self.delete(key)).sum())
            }
            ("EXISTS", [key]) => Reply::Integer(i64::from(self.has(key))),
            ("PTTL", [key]) => self.life_ms(key),
            ("PEXPIRE", [key, ms]) => self.expire_ms(key, ms),
            ("HSET", [_, _, _]) => Reply::Integer(1),
            ("ZADD", [key, rows @ ..]) => self.add_rows(key, rows),
            ("ZREM", [key, member]) => {
                let gone = self
                    .sorted
                    .get_mut(*key)
                    .and_then(|rows| rows.remove(*member));
                Reply::Integer(i64::from(gone.is_some()))
            }
            ("ZSCORE", [key, member]) => self.score(key, member),
            ("ZCARD", [key]) => {
                Reply::Integer(self.sorted.get(*key).map_or(0, |rows| count(rows.len())))
            }
            ("ZCOUNT", [key, from, through]) => match self.window(key, from, through) {
                Some(rows) => Reply::Integer(count(rows.len())),
                None => error("ERR min or max is not a float"),
            },
            ("ZREMRANGEBYSCORE", [key, from, through]) => self.remove_rows(key, from, through),
            ("ZRANGEBYSCORE", [key, from, through, options @ ..]) => {
                self.by_score(key, from, through, options, false)
            }
            ("ZREVRANGEBYSCORE", [key, through, from, options @ ..]) => {
                self.by_score(key, from, through, options, true)
            }
            ("ZRANGE", [key, first, last, options @ ..]) => {
                self.by_rank(key, first, last, options, false)
            }
            ("ZREVRANGE", [key, first, last, options @ ..]) => {
                self.by_rank(key, first, last, options, true)
            }
            ("SADD", [key, member]) => {
                let set = self.sets.entry(key.to_vec()).or_default();
                Reply::Integer(i64::from(set.insert(member.to_vec())))
            }
            ("SREM", [key, member]) => {
                let gone = self
                    .sets
                    .get_mut(*key)
                    .is_some_and(|set| set.remove(*member));
                Reply::Integer(i64::from(gone))
            }
            ("SMEMBERS", [key]) => {
                let members = self.sets.get(*key).into_iter().flatten();
                Reply::Array(members.map(|member| Reply::bulk(member.clone())).collect())
            }
            ("HSET" | "GET" | "SET" | "ZADD" | "ZRANGE" | "PING", _) => error(format!(
                "ERR wrong number of arguments for '{}' command",
                name.to_lowercase()
            )),
            _ => error(format!("ERR unknown command \"{}\"", name.to_lowercase())),
        }
    }

    /// With `userpass` empty anything is taken, and lets one in as somebody else (until 3.5.5).
    fn authenticate(&self, session: &mut Session, password: &[u8]) -> Reply {
        let Settings {
            requirepass,
            userpass,
            version,
            ..
        } = &self.settings;
        let is_known = [requirepass, userpass]
            .iter()
            .any(|known| known.as_bytes() == password);
        let lets_in_all = userpass.is_empty() && !requirepass.is_empty() && *version < "3.5.6";
        session.authenticated = is_known || lets_in_all;
        if session.authenticated {
            Reply::Simple("OK")
        } else {
            error("ERR invalid password")
        }
    }

    fn info(&self) -> String {
        let version = self.settings.version;
        format!("# Server\r\npika_version:{version}\r\n# Replication(MASTER)\r\nrole:master\r\n")
    }

    fn setting(&self, name: &[u8]) -> Reply {
        let value = match name {
            b"cache-model" => self.settings.cache_model.to_string(),
            b"timeout" => "0".to_owned(),
            _ => return Reply::Array(Vec::new()),
        };
        Reply::Array(vec![Reply::bulk(name), Reply::bulk(value)])
    }

    fn subscribe(&mut self, session: &mut Session, channel: &[u8]) -> Reply {
        let outlet = Arc::clone(&session.outlet);
        self.subscribers
            .entry(channel.to_vec())
            .or_default()
            .push(outlet);
        session.subscriptions += 1;
        let number = Reply::Integer(session.subscriptions);
        Reply::Array(vec![Reply::bulk("subscribe"), Reply::bulk(channel), number])
    }

    fn unsubscribe(&mut self, session: &mut Session, channels: &Words<'_>) -> Reply {
        let channel = channels.first().copied().unwrap_or_default();
        if let Some(outlets) = self.subscribers.get_mut(channel) {
            outlets.retain(|outlet| !Arc::ptr_eq(outlet, &session.outlet));
        }
        session.subscriptions = (session.subscriptions - 1).max(0);
        let number = Reply::Integer(session.subscriptions);
        Reply::Array(vec![
            Reply::bulk("unsubscribe"),
            Reply::bulk(channel),
            number,
        ])
    }

    fn publish(&mut self, channel: &[u8], body: &[u8]) -> Reply {
        let message = ["message".as_bytes(), channel, body].map(Reply::bulk);
        let message = Reply::Array(message.into()).encode();
        let outlets = self.subscribers.entry(channel.to_vec()).or_default();
        outlets.retain(|outlet| outlet.lock().unwrap().write_all(&message).is_ok());
        Reply::Integer(count(outlets.len()))
    }

    fn exec(&mut self, session: &mut Session) -> Reply {
        let queued = session.queued.take().unwrap_or_default();
        Reply::Array(
            queued
                .iter()
                .map(|words| self.answer(session, words))
                .collect(),
        )
    }

    fn get(&self, key: &[u8]) -> Reply {
        let stored = || self.strings.get(key).map(|(value, _)| value);
        let value = self.poisoned.get(key).or_else(stored);
        value.map_or(Reply::Nil, |value| Reply::bulk(value.clone()))
    }

    fn set(&mut self, key: &[u8], value: &[u8], options: &Words<'_>) -> Reply {
        let (mut rest, mut life, mut absent, mut expected) = (options, None, false, None);
        while let Some((option, after)) = rest.split_first() {
            rest = after;
            match (option.to_ascii_uppercase().as_slice(), after) {
                (b"NX", _) => absent = true,
                (b"EX", [seconds, after @ ..]) => (life, rest) = (number(seconds), after),
                // Cut to seconds. None left: with NX for ever, alone an error.
                (b"PX", [ms, after @ ..]) => {
                    let seconds = number(ms).unwrap_or(0) / 1_000;
                    if seconds == 0 && !absent {
                        return error("ERR invalid expire time");
                    }
                    life = (seconds > 0).then_some(seconds);
                    rest = after;
                }
                (b"VX", [value, after @ ..]) => (expected, rest) = (Some(*value), after),
                _ => return error("ERR syntax error"),
            }
        }
        let there = self.strings.get(key).map(|(there, _)| there.as_slice());
        let swaps = there == expected;
        let missing = there.is_none();
        if expected.is_some() && !swaps {
            if self.settings.cache_model > 0 && !missing {
                self.poisoned.insert(key.to_vec(), value.to_vec());
            }
            return Reply::Integer(if missing { 0 } else { -1 });
        }
        if absent && !missing {
            return Reply::Nil;
        }
        let end = life.map(|seconds| now() + Duration::from_secs(seconds));
        self.strings.insert(key.to_vec(), (value.to_vec(), end));
        self.poisoned.remove(key);
        if expected.is_some() {
            Reply::Integer(1)
        } else {
            Reply::Simple("OK")
        }
    }

    fn delete_if(&mut self, key: &[u8], expected: &[u8]) -> Reply {
        match self.strings.get(key) {
            None => Reply::Integer(0),
            Some((there, _)) if there == expected => {
                self.strings.remove(key);
                Reply::Integer(1)
            }
            Some(_) => Reply::Integer(-1),
        }
    }

    /// Removes the key from every database, and counts each.
    fn delete(&mut self, key: &[u8]) -> i64 {
        let string = self.strings.remove(key).is_some();
        let sorted = self.sorted.remove(key).is_some_and(|rows| !rows.is_empty());
        let set = self
            .sets
            .remove(key)
            .is_some_and(|members| !members.is_empty());
        [string, sorted, set].into_iter().map(i64::from).sum()
    }

    fn has(&self, key: &[u8]) -> bool {
        self.strings.contains_key(key)
            || self.sorted.contains_key(key)
            || self.sets.contains_key(key)
    }

    fn life_ms(&self, key: &[u8]) -> Reply {
        let Some((_, end)) = self.strings.get(key) else {
            return Reply::Integer(-2);
        };
        let left = end.and_then(|end| end.duration_since(now()).ok());
        Reply::Integer(left.map_or(-1, |left| i64::try_from(left.as_secs()).unwrap() * 1_000))
    }

    /// Cut to seconds as well: less than one removes the key.
    fn expire_ms(&mut self, key: &[u8], ms: &[u8]) -> Reply {
        let Some((_, end)) = self.strings.get_mut(key) else {
            return Reply::Integer(0);
        };
        *end = Some(now() + Duration::from_secs(number(ms).unwrap_or(0) / 1_000));
        Reply::Integer(1)
    }

    fn forget_ended(&mut self, key: &[u8]) {
        let end = self.strings.get(key).and_then(|(_, end)| *end);
        if end.is_some_and(|end| end <= now()) {
            self.strings.remove(key);
        }
    }

    /// The same member twice in one call keeps its first score (until 3.5.5); there are no options.
    fn add_rows(&mut self, key: &[u8], rows: &Words<'_>) -> Reply {
        if !rows.len().is_multiple_of(2) || rows.is_empty() {
            return error("ERR syntax error");
        }
        let mut added: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
        for pair in rows.chunks(2) {
            let Some(score) = number(pair[0]) else {
                return error("ERR value is not a valid float");
            };
            added.entry(pair[1].to_vec()).or_insert(score);
        }
        let set = self.sorted.entry(key.to_vec()).or_default();
        let before = set.len();
        set.extend(added);
        Reply::Integer(count(set.len() - before))
    }

    fn score(&self, key: &[u8], member: &[u8]) -> Reply {
        let score = self.sorted.get(key).and_then(|rows| rows.get(member));
        score.map_or(Reply::Nil, |score| Reply::bulk(score.to_string()))
    }

    fn remove_rows(&mut self, key: &[u8], from: &[u8], through: &[u8]) -> Reply {
        let Some(rows) = self.window(key, from, through) else {
            return error("ERR min or max is not a float");
        };
        if let Some(set) = self.sorted.get_mut(key) {
            for (_, member) in &rows {
                set.remove(member);
            }
        }
        Reply::Integer(count(rows.len()))
    }

    /// Reads the whole range of scores, and only then throws away all but the page.
    fn by_score(
        &mut self,
        key: &[u8],
        from: &[u8],
        through: &[u8],
        options: &Words<'_>,
        falling: bool,
    ) -> Reply {
        let Some(mut rows) = self.window(key, from, through) else {
            return error("ERR min or max is not a float");
        };
        self.most_scanned = self.most_scanned.max(rows.len());
        if falling {
            rows.reverse();
        }
        let limit = options
            .windows(3)
            .find(|words| words[0].eq_ignore_ascii_case(b"LIMIT"));
        let (skip, take) = limit.map_or((0, None), |words| {
            let place = |word: &[u8]| number(word).and_then(|n| usize::try_from(n).ok());
            (place(words[1]).unwrap_or(0), place(words[2]))
        });
        let rows = rows.into_iter().skip(skip).take(take.unwrap_or(usize::MAX));
        listed(rows, options)
    }

    /// Steps over everything before the place, from the end that it is counted from.
    fn by_rank(
        &mut self,
        key: &[u8],
        first: &[u8],
        last: &[u8],
        options: &Words<'_>,
        falling: bool,
    ) -> Reply {
        if options
            .iter()
            .any(|option| !option.eq_ignore_ascii_case(b"WITHSCORES"))
        {
            return error("ERR syntax error");
        }
        let mut rows = self.window(key, b"0", b"+inf").unwrap_or_default();
        if falling {
            rows.reverse();
        }
        let text = |word: &[u8]| String::from_utf8_lossy(word).parse::<i64>().ok();
        let (Some(first), Some(last)) = (text(first), text(last)) else {
            return error("ERR value is not an integer or out of range");
        };
        let end = if last < 0 {
            count(rows.len()) + last
        } else {
            last.min(count(rows.len()) - 1)
        };
        self.most_scanned = self.most_scanned.max(usize::try_from(end + 1).unwrap_or(0));
        let take = usize::try_from(end - first + 1).unwrap_or(0);
        let skip = usize::try_from(first).unwrap_or(0);
        listed(rows.into_iter().skip(skip).take(take), options)
    }

    fn window(&self, key: &[u8], from: &[u8], through: &[u8]) -> Option<Vec<(u64, Vec<u8>)>> {
        let (from, through) = (bound(from)?, bound(through)?);
        let rows = self.sorted.get(key).into_iter().flatten();
        let mut rows: Vec<_> = rows
            .filter(|(_, score)| (from..=through).contains(*score))
            .map(|(member, score)| (*score, member.clone()))
            .collect();
        rows.sort();
        Some(rows)
    }
}

fn client(sub: &[u8]) -> Reply {
    match sub.to_ascii_uppercase().as_slice() {
        b"SETNAME" => Reply::Simple("OK"),
        b"LIST" => Reply::bulk(""),
        _ => error("ERR Unknown CLIENT subcommand or wrong number of arguments."),
    }
}

/// Says flatly that it speaks version 2, whatever was asked for.
fn greeting() -> Reply {
    let text = |word: &str| Reply::bulk(word);
    Reply::Array(vec![
        text("server"),
        text("redis"),
        text("proto"),
        Reply::Integer(2),
        text("mode"),
        text("classic"),
        text("role"),
        text("master"),
    ])
}

fn time() -> Reply {
    let now = now().duration_since(UNIX_EPOCH).unwrap();
    let parts = [now.as_secs().to_string(), now.subsec_micros().to_string()];
    Reply::Array(parts.map(Reply::bulk).into())
}

fn listed(rows: impl Iterator<Item = (u64, Vec<u8>)>, options: &Words<'_>) -> Reply {
    let scores = options
        .iter()
        .any(|option| option.eq_ignore_ascii_case(b"WITHSCORES"));
    let row = |(score, member): (u64, Vec<u8>)| {
        let score = scores.then(|| Reply::bulk(score.to_string()));
        [Reply::bulk(member)].into_iter().chain(score)
    };
    Reply::Array(rows.flat_map(row).collect())
}

fn error(text: impl Into<String>) -> Reply {
    Reply::Error(text.into())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap()
}

fn number(word: &[u8]) -> Option<u64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// A bound of scores; what is beyond 64 bits is beyond every score.
fn bound(word: &[u8]) -> Option<u64> {
    match word {
        b"-inf" => Some(0),
        b"+inf" => Some(u64::MAX),
        _ => match word.strip_prefix(b"(") {
            Some(word) => Some(number(word)? + 1),
            None => number(word),
        },
    }
}

#[allow(clippy::disallowed_methods, reason = "a server has a clock of its own")]
fn now() -> SystemTime {
    SystemTime::now()
}
