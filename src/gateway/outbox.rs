//! What waits to be written to one connection, bounded in bytes.
//!
//! Up to the soft bound everything waits. Above it, pushes that can be pulled again give way to a single
//! `resync`; replies still wait. Above the hard bound the connection is closed. Bytes count until they are
//! handed to the operating system, so a client that reads nothing holds no more than the hard bound and
//! one frame.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::Waker,
};

use axum::extract::ws::{Message, Utf8Bytes};
use bytes::Bytes;
use futures_util::task::AtomicWaker;

use super::lock;
use crate::protocol::CloseCode;

/// Slots an empty queue keeps; what a burst needed beyond is given back.
const SPARE_SLOTS: usize = 16;

/// What may become of a frame when too much waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Replies and what the server says about the connection: never dropped.
    Reply,
    /// Pushes that can be pulled again.
    Push,
    /// The notice that pushes were dropped. Never dropped itself.
    Pull,
}

/// Bounds of an outbox, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Above this, pushes are dropped for a `resync`.
    pub(super) soft: usize,
    /// Above this, the connection is closed.
    pub(super) hard: usize,
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Posted {
    /// It waits, or the connection closes anyway.
    Waits,
    /// It was dropped with the pushes that waited: tell the client to pull.
    Dropped,
    /// It was dropped; the client is told to pull already.
    DroppedAgain,
    /// Far too much waits: close the connection.
    Overflow,
}

/// What is to be written next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A frame.
    Frame(Message),
    /// The last frame: why the connection closes.
    Close(CloseCode),
    /// Nothing.
    Nothing,
}

#[derive(Default)]
struct Queue {
    frames: VecDeque<(Class, Message)>,
    waiting_bytes: usize,
    unflushed_bytes: usize,
    told_to_pull: bool,
    ping: bool,
    closing: Option<CloseCode>,
}

/// Frames on their way to one connection.
#[derive(Default)]
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    waker: AtomicWaker,
    killed: AtomicBool,
}

impl Outbox {
    /// Adds a frame.
    pub(super) fn post(&self, class: Class, frame: Message, bounds: Bounds) -> Posted {
        let posted = lock(&self.queue).post(class, frame, bounds);
        if posted == Posted::Waits {
            self.waker.wake();
        }
        posted
    }

    /// Asks the client for a sign of life.
    pub(super) fn ping(&self) {
        lock(&self.queue).ping = true;
        self.waker.wake();
    }

    /// Ends the connection after the replies that wait and `last`, if there is one. The first call counts.
    pub(super) fn close(&self, code: CloseCode, last: Option<Message>) {
        let mut queue = lock(&self.queue);
        if queue.closing.is_none() {
            queue.drop_pushes();
            queue.add(last.map(|frame| (Class::Reply, frame)));
            queue.closing = Some(code);
        }
        drop(queue);
        self.waker.wake();
    }

    /// Ends the connection without another word.
    pub(super) fn kill(&self) {
        self.killed.store(true, Relaxed);
        self.waker.wake();
    }

    /// Whether the connection is to end at once.
    pub(super) fn is_killed(&self) -> bool {
        self.killed.load(Relaxed)
    }

    /// Wakes `waker` when there is something new to do.
    pub(super) fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    /// Whether there is something to write.
    pub(super) fn is_due(&self) -> bool {
        let queue = lock(&self.queue);
        queue.ping || queue.closing.is_some() || !queue.frames.is_empty()
    }

    /// Takes what is to be written next.
    pub(super) fn next(&self) -> Due {
        lock(&self.queue).next()
    }

    /// All that was taken has been handed to the operating system.
    pub(super) fn flushed(&self) {
        let mut queue = lock(&self.queue);
        queue.unflushed_bytes = 0;
        if queue.frames.is_empty() && queue.frames.capacity() > SPARE_SLOTS {
            queue.frames = VecDeque::new();
        }
    }
}

impl Queue {
    fn post(&mut self, class: Class, frame: Message, bounds: Bounds) -> Posted {
        if self.closing.is_some() {
            return Posted::Waits;
        }
        let held = self.waiting_bytes + self.unflushed_bytes;
        if held > bounds.hard {
            return Posted::Overflow;
        }
        if class == Class::Push {
            if self.told_to_pull {
                return Posted::DroppedAgain;
            }
            if held + size(&frame) > bounds.soft {
                self.drop_pushes();
                self.told_to_pull = true;
                return Posted::Dropped;
            }
        }
        self.add(Some((class, frame)));
        Posted::Waits
    }

    fn add(&mut self, frame: Option<(Class, Message)>) {
        if let Some((class, frame)) = frame {
            self.waiting_bytes += size(&frame);
            self.frames.push_back((class, frame));
        }
    }

    fn drop_pushes(&mut self) {
        self.frames.retain(|(class, _)| *class != Class::Push);
        self.waiting_bytes = self.frames.iter().map(|(_, frame)| size(frame)).sum();
    }

    fn next(&mut self) -> Due {
        if std::mem::take(&mut self.ping) {
            return Due::Frame(Message::Ping(Bytes::new()));
        }
        if let Some((class, frame)) = self.frames.pop_front() {
            if class == Class::Pull {
                // It is on its way: what is pushed after it reaches the client after it.
                self.told_to_pull = false;
            }
            self.waiting_bytes -= size(&frame);
            self.unflushed_bytes += size(&frame);
            return Due::Frame(frame);
        }
        self.closing.map_or(Due::Nothing, Due::Close)
    }
}

fn size(frame: &Message) -> usize {
    match frame {
        Message::Text(text) => Utf8Bytes::as_str(text).len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        soft: 100,
        hard: 200,
    };

    fn frame(bytes: usize) -> Message {
        Message::Text("x".repeat(bytes).into())
    }

    fn taken(outbox: &Outbox) -> Vec<usize> {
        std::iter::from_fn(|| match outbox.next() {
            Due::Frame(frame) => Some(size(&frame)),
            Due::Close(_) | Due::Nothing => None,
        })
        .collect()
    }

    #[test]
    fn frames_come_out_in_the_order_they_went_in() {
        let outbox = Outbox::default();
        for bytes in [1, 2, 3] {
            assert_eq!(
                outbox.post(Class::Push, frame(bytes), BOUNDS),
                Posted::Waits
            );
        }
        assert!(outbox.is_due());
        assert_eq!(taken(&outbox), [1, 2, 3]);
        assert!(!outbox.is_due());
    }

    #[test]
    fn above_the_soft_bound_pushes_give_way_to_one_notice_and_replies_stay() {
        let outbox = Outbox::default();
        assert_eq!(outbox.post(Class::Push, frame(60), BOUNDS), Posted::Waits);
        assert_eq!(outbox.post(Class::Reply, frame(30), BOUNDS), Posted::Waits);
        assert_eq!(outbox.post(Class::Push, frame(60), BOUNDS), Posted::Dropped);
        assert_eq!(
            outbox.post(Class::Push, frame(1), BOUNDS),
            Posted::DroppedAgain
        );
        assert_eq!(outbox.post(Class::Pull, frame(9), BOUNDS), Posted::Waits);
        assert_eq!(taken(&outbox), [30, 9]);
        outbox.flushed();
        assert_eq!(outbox.post(Class::Push, frame(60), BOUNDS), Posted::Waits);
    }

    #[test]
    fn bytes_count_until_they_are_flushed() {
        let outbox = Outbox::default();
        outbox.post(Class::Push, frame(90), BOUNDS);
        assert_eq!(taken(&outbox), [90]);
        assert_eq!(outbox.post(Class::Push, frame(90), BOUNDS), Posted::Dropped);
        outbox.post(Class::Pull, frame(1), BOUNDS);
        assert_eq!(taken(&outbox), [1]);
        outbox.flushed();
        assert_eq!(outbox.post(Class::Push, frame(90), BOUNDS), Posted::Waits);
    }

    #[test]
    fn above_the_hard_bound_the_connection_is_given_up() {
        let outbox = Outbox::default();
        assert_eq!(outbox.post(Class::Reply, frame(201), BOUNDS), Posted::Waits);
        assert_eq!(
            outbox.post(Class::Reply, frame(1), BOUNDS),
            Posted::Overflow
        );
    }

    #[test]
    fn closing_drops_pushes_and_writes_replies_and_the_last_word_first() {
        let outbox = Outbox::default();
        outbox.post(Class::Push, frame(1), BOUNDS);
        outbox.post(Class::Reply, frame(2), BOUNDS);
        outbox.close(CloseCode::SessionEnded, Some(frame(3)));
        outbox.close(CloseCode::GoingAway, Some(frame(4)));
        outbox.post(Class::Reply, frame(5), BOUNDS);
        assert_eq!(taken(&outbox), [2, 3]);
        assert_eq!(outbox.next(), Due::Close(CloseCode::SessionEnded));
    }
}
