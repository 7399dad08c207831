//! Somebody who sends, follows, loses the connection, comes back, and gives nothing up.

use std::{
    collections::{BTreeMap, VecDeque},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use curlew::{
    model::{ChatId, Entry, EntryKind, Stamp, TimelinePage, UserId},
    protocol::{MessageSent, Method, Outcome, Push, Retry, SendMessage},
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use serde::Serialize;

use super::run::Common;
use crate::{
    checker::{Key, Seen, What, key_of, seen},
    support::{
        Client, Format, Person,
        client::{CallError, Closed},
        people::{hello, pull_after, text_message},
    },
};

/// Sends of one person that may be unanswered.
const IN_FLIGHT: usize = 8;
/// Messages that somebody sends through another gateway than their own before they go back to it.
const AWAY: usize = 20;
/// How long an answer may take before the connection is given up.
const ANSWER: Duration = Duration::from_secs(15);
/// How long a push may be late before its gap is pulled.
const GAP: Duration = Duration::from_millis(50);
/// The first pause before connecting or sending again, and the longest.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(500));

/// One chat as its reader follows it.
pub(super) struct Room {
    /// Its number in the run.
    pub(super) number: u32,
    id: ChatId,
    list: Vec<Seen>,
    /// Entries whose predecessor is not there yet, by its stamp.
    ahead: BTreeMap<u64, Seen>,
    /// Whether somebody sees to the gap already.
    pulling: bool,
    /// Whether a pull was asked for meanwhile.
    again: bool,
}

impl Room {
    /// A chat of which nothing is known.
    pub(super) fn new(number: u32, id: ChatId) -> Self {
        Self {
            number,
            id,
            list: Vec::new(),
            ahead: BTreeMap::new(),
            pulling: false,
            again: false,
        }
    }

    fn cursor(&self) -> u64 {
        self.list.last().map_or(0, |entry| entry.stamp)
    }

    /// Takes an entry from wherever it comes; whether there is a gap after it.
    fn take(&mut self, entry: Seen) -> bool {
        if entry.stamp > self.cursor() {
            self.ahead.insert(entry.prev, entry);
        }
        while let Some(next) = self.ahead.remove(&self.cursor()) {
            self.list.push(next);
        }
        let cursor = self.cursor();
        self.ahead.retain(|_, entry| entry.stamp > cursor);
        !self.ahead.is_empty()
    }
}

/// What a talker waits for.
enum Answer {
    Sent(usize, SendMessage, Result<MessageSent, CallError>),
    /// A pull of room, asked at, after.
    Pulled(usize, u64, u64, Result<TimelinePage, CallError>),
    /// A gap has been open long enough.
    GapIsOld(usize),
    /// Time to send again.
    Again(usize, SendMessage),
}

type Answers<'a> = FuturesUnordered<Pin<Box<dyn Future<Output = Answer> + Send + 'a>>>;

/// The connection is of no use any more.
struct Broken;

/// One person of a run.
pub(super) struct Talker {
    user: u32,
    token: String,
    sender: UserId,
    format: Format,
    rooms: Vec<Room>,
    /// Messages begun and not acknowledged, for the next connection.
    unanswered: VecDeque<(usize, SendMessage)>,
    in_flight: usize,
    said: usize,
    /// When to go back to the own gateway: after so many messages.
    leave_at: Option<usize>,
    common: Arc<Common>,
}

impl Talker {
    /// A person who has not begun to talk.
    pub(super) fn new(user: u32, person: &Person, rooms: Vec<Room>, common: Arc<Common>) -> Self {
        Self {
            user,
            token: person.token.clone(),
            sender: person.id(),
            format: person.format(),
            rooms,
            unanswered: VecDeque::new(),
            in_flight: 0,
            said: 0,
            leave_at: None,
            common,
        }
    }

    /// Talks until everything is said and everything of everybody is known.
    pub(super) async fn talk(mut self) -> Self {
        let mut tries = 0;
        let mut pause = BACK_OFF.0;
        loop {
            if let Some((client, is_home)) = self.connect(tries).await {
                pause = BACK_OFF.0;
                self.leave_at = (!is_home).then_some(self.said + AWAY);
                match self.converse(&client).await {
                    Ok(()) => return self,
                    Err(Broken) => self.hang_up(),
                }
            }
            tries += 1;
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(BACK_OFF.1);
        }
    }

    /// Takes down what was put together, for the checker.
    pub(super) fn record(&self) {
        for room in &self.rooms {
            let entries = room.list.clone();
            let what = What::Followed {
                user: self.user,
                chat: room.number,
                entries,
            };
            self.common.history.add(what);
        }
    }

    /// A connection, and whether it is to the gateway this person prefers.
    async fn connect(&self, tries: usize) -> Option<(Client, bool)> {
        let (url, is_home) = {
            let urls = self.common.urls.lock().unwrap();
            let home = self.user as usize % urls.len();
            let chosen = (home + tries) % urls.len();
            (urls[chosen].clone(), chosen == home)
        };
        let connected = tokio::time::timeout(ANSWER, Client::connect(&url, self.format)).await;
        let client = connected.ok()?.ok()?;
        in_time(&client, &hello(&self.token)).await.ok()?;
        Some((client, is_home))
    }

    fn hang_up(&mut self) {
        self.in_flight = 0;
        self.rooms.iter_mut().for_each(|room| room.pulling = false);
    }

    /// Catches up, then sends and follows until all is done or the connection breaks.
    async fn converse(&mut self, client: &Client) -> Result<(), Broken> {
        let connection = self.common.connection();
        self.common.history.add(What::Connected {
            user: self.user,
            connection,
        });
        let mut finished = self.common.finished.subscribe();
        let mut answers: Answers<'_> = FuturesUnordered::new();
        // What is in flight when the connection breaks goes back to `unanswered`.
        let mut flying: BTreeMap<String, (usize, SendMessage)> = BTreeMap::new();
        for room in 0..self.rooms.len() {
            self.pull(client, &answers, room);
        }
        let end = loop {
            if self.leave_at.is_some_and(|at| self.said >= at) {
                break Err(Broken);
            }
            self.fill(client, &answers, &mut flying);
            if *finished.borrow_and_update() && flying.is_empty() && self.has_all() {
                break Ok(());
            }
            let step = tokio::select! {
                Some(answer) = answers.next(), if !answers.is_empty() => {
                    self.on_answer(client, &answers, &mut flying, answer)
                }
                push = client.push() => self.on_push(client, &answers, connection, push),
                _ = finished.changed() => Ok(()),
            };
            if step.is_err() {
                break step;
            }
        };
        self.unanswered.extend(flying.into_values());
        end
    }

    fn has_all(&self) -> bool {
        self.rooms
            .iter()
            .all(|room| self.common.is_newest(room.number, room.cursor()))
    }

    /// Sends until enough is in flight: first what was begun before.
    fn fill<'a>(
        &mut self,
        client: &'a Client,
        answers: &Answers<'a>,
        flying: &mut BTreeMap<String, (usize, SendMessage)>,
    ) {
        while self.in_flight < IN_FLIGHT {
            let next = self.unanswered.pop_front().or_else(|| self.begin_message());
            let Some((room, message)) = next else { return };
            flying.insert(message.client_id.to_string(), (room, message.clone()));
            self.in_flight += 1;
            answers.push(send(client, room, message));
        }
    }

    fn begin_message(&mut self) -> Option<(usize, SendMessage)> {
        if !self.common.ticket() {
            return None;
        }
        self.said += 1;
        let room = self.said * 7 % self.rooms.len();
        let text = format!(
            "{} of {}: {}",
            self.said,
            self.user,
            "ö".repeat(self.said * 31 % 200)
        );
        let message = text_message(&self.rooms[room].id, &text);
        let (chat, Seen { key, body, .. }) = (self.rooms[room].number, self.as_sent(&message));
        self.common.history.add(What::Sends { chat, key, body });
        Some((room, message))
    }

    /// The message as it will be seen, but for its place.
    fn as_sent(&self, message: &SendMessage) -> Seen {
        seen(&Entry {
            sender: Some(self.sender.clone()),
            client_id: Some(message.client_id.clone()),
            content: Some(message.content.clone()),
            ..Entry::bare(Stamp::ZERO, Stamp::ZERO, 0, EntryKind::Message)
        })
    }

    fn key(&self, message: &SendMessage) -> Key {
        key_of(Some(&self.sender), Some(&message.client_id))
    }

    fn on_answer<'a>(
        &mut self,
        client: &'a Client,
        answers: &Answers<'a>,
        flying: &mut BTreeMap<String, (usize, SendMessage)>,
        answer: Answer,
    ) -> Result<(), Broken> {
        match answer {
            Answer::Sent(room, message, Ok(sent)) => {
                flying.remove(message.client_id.as_str());
                self.in_flight -= 1;
                self.on_sent(answers, room, &message, &sent);
            }
            Answer::Sent(room, message, Err(CallError::Refused(error))) => {
                let again = error.retry == Retry::Later || error.outcome == Outcome::Unknown;
                assert!(again, "a good message was refused: {error:?}");
                let wait = error
                    .retry_after_ms
                    .map_or(BACK_OFF.0 * 5, Duration::from_millis);
                answers.push(Box::pin(async move {
                    tokio::time::sleep(wait).await;
                    Answer::Again(room, message)
                }));
            }
            Answer::Again(room, message) => answers.push(send(client, room, message)),
            Answer::GapIsOld(room) => {
                self.rooms[room].pulling = false;
                let again = std::mem::take(&mut self.rooms[room].again);
                if again || !self.rooms[room].ahead.is_empty() {
                    let (user, chat) = (self.user, self.rooms[room].number);
                    self.common.history.add(What::Gap { user, chat });
                    self.pull(client, answers, room);
                }
            }
            Answer::Pulled(room, asked, after, Ok(page)) => {
                self.on_page(client, answers, (room, asked, after), &page);
            }
            Answer::Pulled(room, _, _, Err(CallError::Refused(error))) => {
                assert_eq!(
                    error.retry,
                    Retry::Later,
                    "a good pull was refused: {error:?}"
                );
                self.rooms[room].again = true;
                answers.push(Box::pin(async move {
                    tokio::time::sleep(BACK_OFF.0 * 5).await;
                    Answer::GapIsOld(room)
                }));
            }
            Answer::Sent(_, _, Err(CallError::Closed(_)))
            | Answer::Pulled(_, _, _, Err(CallError::Closed(_))) => return Err(Broken),
        }
        Ok(())
    }

    fn on_sent(
        &mut self,
        answers: &Answers<'_>,
        room: usize,
        message: &SendMessage,
        sent: &MessageSent,
    ) {
        let chat = self.rooms[room].number;
        let (stamp, prev, ordinal) = (sent.stamp.get(), sent.prev.get(), sent.ordinal);
        let (key, duplicate) = (self.key(message), sent.duplicate);
        self.common.history.add(What::Acked {
            chat,
            key,
            stamp,
            prev,
            ordinal,
            duplicate,
        });
        self.common.acknowledged(chat, stamp);
        let entry = Seen {
            stamp,
            prev,
            ordinal,
            ..self.as_sent(message)
        };
        self.take(answers, room, entry);
    }

    fn on_page<'a>(
        &mut self,
        client: &'a Client,
        answers: &Answers<'a>,
        (room, asked, after): (usize, u64, u64),
        page: &TimelinePage,
    ) {
        let (user, chat) = (self.user, self.rooms[room].number);
        self.rooms[room].pulling = false;
        if page.reset.is_some() {
            // The checker decides what this means; whoever is told so begins anew.
            self.common.history.add(What::Reset { user, chat });
            self.rooms[room].list.clear();
            self.rooms[room].ahead.clear();
            self.pull(client, answers, room);
            return;
        }
        let entries: Vec<Seen> = page.entries.iter().map(seen).collect();
        let has_more = page.has_more;
        let what = What::Page {
            user,
            chat,
            asked,
            after,
            entries: entries.clone(),
            has_more,
        };
        self.common.history.add(what);
        let gap = entries
            .into_iter()
            .map(|entry| self.rooms[room].take(entry))
            .last();
        let again = std::mem::take(&mut self.rooms[room].again);
        if has_more || again || gap == Some(true) {
            self.pull(client, answers, room);
        }
    }

    fn on_push<'a>(
        &mut self,
        client: &'a Client,
        answers: &Answers<'a>,
        connection: u32,
        push: Option<Push>,
    ) -> Result<(), Broken> {
        match push.ok_or(Broken)? {
            Push::Entry { chat, entry, .. } => {
                let room = self.rooms.iter().position(|room| room.id == chat);
                let room = room.expect("pushed a chat one is not in");
                let (user, chat, entry) = (self.user, self.rooms[room].number, seen(&entry));
                self.common.history.add(What::Pushed {
                    user,
                    connection,
                    chat,
                    entry,
                });
                self.take(answers, room, entry);
            }
            Push::Resync { chat, .. } => {
                for room in 0..self.rooms.len() {
                    if chat
                        .as_ref()
                        .is_none_or(|chat| *chat == self.rooms[room].id)
                    {
                        self.pull(client, answers, room);
                    }
                }
            }
            Push::Change { .. }
            | Push::Changed { .. }
            | Push::Delivered { .. }
            | Push::Read { .. }
            | Push::Bye { .. } => {}
        }
        Ok(())
    }

    /// Takes an entry; a gap that stays open for a while is pulled.
    fn take(&mut self, answers: &Answers<'_>, room: usize, entry: Seen) {
        if self.rooms[room].take(entry) && !self.rooms[room].pulling {
            self.rooms[room].pulling = true;
            answers.push(Box::pin(async move {
                tokio::time::sleep(GAP).await;
                Answer::GapIsOld(room)
            }));
        }
    }

    fn pull<'a>(&mut self, client: &'a Client, answers: &Answers<'a>, number: usize) {
        let room = &mut self.rooms[number];
        if std::mem::replace(&mut room.pulling, true) {
            room.again = true;
            return;
        }
        let (asked, after) = (self.common.history.now(), room.cursor());
        let mut ask = pull_after(&room.id, Stamp::from_micros(after), 200);
        ask.epoch = None;
        answers.push(Box::pin(async move {
            Answer::Pulled(number, asked, after, in_time(client, &ask).await)
        }));
    }
}

fn send(
    client: &Client,
    room: usize,
    message: SendMessage,
) -> Pin<Box<dyn Future<Output = Answer> + Send + '_>> {
    Box::pin(async move {
        let sent = in_time(client, &message).await;
        Answer::Sent(room, message, sent)
    })
}

/// Calls a method; an answer that does not come in time ends the connection.
async fn in_time<M: Method + Serialize>(client: &Client, params: &M) -> Result<M::Ok, CallError> {
    let answer = tokio::time::timeout(ANSWER, client.try_call(params)).await;
    answer.unwrap_or_else(|_| Err(CallError::Closed(Closed::default())))
}
