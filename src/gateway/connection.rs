//! One client connection as the rest of the gateway sees it. The socket itself is in [`super::pump`].

use std::{
    net::IpAddr,
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use bytes::Bytes;

use super::{
    broadcast::{Broadcast, message},
    lock,
    outbox::{Bounds, Class, Outbox, Posted},
    pulse::{Beat, Pulse, Rhythm},
    session::{Done, Effect, Next, Session, SessionLimits},
};
use crate::{
    model::{SessionId, UserId},
    protocol::{
        ByeReason, CloseCode, Format, MethodName, Push, ResyncReason, WireError, encode_reply,
    },
};

/// What every connection of a gateway shares.
pub(super) struct House {
    /// Bounds of what connections ask.
    pub(super) session: SessionLimits,
    /// Bounds of what waits for them.
    pub(super) outbox: Bounds,
    /// How long they may do what.
    pub(super) rhythm: Rhythm,
    /// Tells a slow client to pull.
    resync_slow: Broadcast,
    /// Tells a far too slow client to come back.
    bye_slow: Broadcast,
    /// Tells a device that it is logged out.
    bye_ended: Broadcast,
}

impl House {
    pub(super) fn new(session: SessionLimits, outbox: Bounds, rhythm: Rhythm) -> Self {
        let resync_slow = Broadcast::new(Push::Resync {
            reason: ResyncReason::Slow,
            chat: None,
        });
        let bye_slow = Broadcast::new(Push::Bye {
            reason: ByeReason::Slow,
            reconnect: true,
            after_ms: 1_000,
        });
        let bye_ended = Broadcast::new(Push::Bye {
            reason: ByeReason::SessionEnded,
            reconnect: false,
            after_ms: 0,
        });
        Self {
            session,
            outbox,
            rhythm,
            resync_slow,
            bye_slow,
            bye_ended,
        }
    }
}

/// Who is at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// The person.
    pub(super) user: UserId,
    /// The session they are logged in with.
    pub(super) session: SessionId,
}

/// One client connection.
pub(super) struct Connection {
    /// Its number in this process.
    pub(super) id: u64,
    /// Where the client is.
    pub(super) address: IpAddr,
    /// Its times.
    pub(super) pulse: Pulse,
    /// What waits to be written to it.
    pub(super) outbox: Outbox,
    identity: OnceLock<Identity>,
    session: Mutex<Session>,
    speaks_packed: AtomicBool,
    ended: AtomicBool,
}

impl Connection {
    pub(super) fn new(id: u64, address: IpAddr, now: u64) -> Self {
        Self {
            id,
            address,
            pulse: Pulse::new(now),
            outbox: Outbox::default(),
            identity: OnceLock::new(),
            session: Mutex::new(Session::new()),
            speaks_packed: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        }
    }

    /// Who is at the other end, once that is known.
    pub(super) fn identity(&self) -> Option<&Identity> {
        self.identity.get()
    }

    /// The client has proved who it is.
    pub(super) fn authenticate(&self, identity: Identity) {
        self.pulse.authenticated();
        // Cannot be set twice: the session refuses a second greeting.
        let _twice = self.identity.set(identity);
    }

    /// A frame has come. Pushes go out in the format that came last.
    pub(super) fn on_frame(&self, format: Format, frame: &Bytes, house: &House) -> Effect {
        self.speaks_packed
            .store(format == Format::MessagePack, Relaxed);
        lock(&self.session).on_frame(format, frame, &house.session)
    }

    /// A request is answered.
    pub(super) fn on_done(&self, id: u64, method: MethodName, done: Done) -> Next {
        lock(&self.session).on_done(id, method, done)
    }

    /// Answers a request with an error.
    pub(super) fn refuse(&self, format: Format, id: u64, error: &WireError, house: &House) {
        self.reply(format, encode_reply::<()>(format, id, Err(error)), house);
    }

    /// Sends an encoded reply.
    pub(super) fn reply(&self, format: Format, reply: Bytes, house: &House) {
        let posted = self
            .outbox
            .post(Class::Reply, message(format, reply), house.outbox);
        self.settle(posted, house);
    }

    /// Sends a push that can be pulled again.
    pub(super) fn push(&self, push: &Broadcast, house: &House) {
        self.post(Class::Push, push, house);
    }

    /// Sends a push that is never dropped.
    pub(super) fn notice(&self, push: &Broadcast, house: &House) {
        self.post(Class::Reply, push, house);
    }

    /// Closes for the reason `code`, telling it before when there is a push for it.
    pub(super) fn part(&self, code: CloseCode, house: &House) {
        let last = (code == CloseCode::SessionEnded).then_some(&house.bye_ended);
        self.close(code, last);
    }

    /// Says `last`, if there is something to say, and closes.
    pub(super) fn close(&self, code: CloseCode, last: Option<&Broadcast>) {
        lock(&self.session).on_close();
        self.outbox
            .close(code, last.map(|push| push.message(self.format())));
    }

    /// The session was ended: closes after what is under way, at the next tick at the latest.
    pub(super) fn end(&self, house: &House) {
        if lock(&self.session).on_ended() {
            self.close(CloseCode::SessionEnded, Some(&house.bye_ended));
        } else {
            self.ended.store(true, Relaxed);
        }
    }

    /// Does what the clock asks for.
    pub(super) fn tick(&self, now: u64, house: &House) {
        if self.ended.load(Relaxed) {
            self.close(CloseCode::SessionEnded, Some(&house.bye_ended));
        }
        match self.pulse.beat(now, &house.rhythm) {
            Beat::Fine => {}
            Beat::Ping => self.outbox.ping(),
            Beat::Close(code) => self.close(code, None),
            Beat::Kill => self.outbox.kill(),
        }
    }

    fn post(&self, class: Class, push: &Broadcast, house: &House) {
        let message = push.message(self.format());
        let posted = self.outbox.post(class, message, house.outbox);
        self.settle(posted, house);
    }

    fn settle(&self, posted: Posted, house: &House) {
        match posted {
            Posted::Waits | Posted::DroppedAgain => {}
            Posted::Dropped => self.post(Class::Pull, &house.resync_slow, house),
            Posted::Overflow => self.close(CloseCode::TooSlow, Some(&house.bye_slow)),
        }
    }

    fn format(&self) -> Format {
        if self.speaks_packed.load(Relaxed) {
            Format::MessagePack
        } else {
            Format::Json
        }
    }
}
