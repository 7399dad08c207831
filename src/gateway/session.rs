//! What a connection may ask, and when: a state machine without a socket or a clock.
//!
//! Requests of one connection run at once, except that changes run one after the other in the order they
//! came: so two messages to one chat keep their order. Time is the business of [`super::pulse`].

use std::collections::VecDeque;

use bytes::Bytes;

use crate::protocol::{
    CloseCode, ErrorCode, Format, FrameLimits, MethodName, RawParams, Request, WireError,
    decode_frame,
};

/// `rate_limited` answers in a row after which the connection is closed.
const PATIENCE: u16 = 200;

/// Bounds of a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct SessionLimits {
    /// Bounds of a frame once authenticated.
    pub(super) frame: FrameLimits,
    /// Most bytes of a frame before that.
    pub(super) first_frame_bytes: usize,
    /// Requests that may be unanswered.
    pub(super) in_flight: usize,
}

/// A request that may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// Its id.
    pub(super) id: u64,
    /// What to do.
    pub(super) method: MethodName,
    /// With what.
    pub(super) params: RawParams,
}

/// What follows from a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing yet: the request waits for its turn.
    Wait,
    /// Run this; [`Session::on_done`] follows.
    Run(Run),
    /// Answer this at once.
    Refuse(Format, u64, WireError),
    /// Close the connection.
    Close(CloseCode),
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// It was answered, well or with an error.
    Answered,
    /// It was answered `rate_limited`.
    RateLimited,
    /// The client has proved who it is.
    Authenticated,
}

/// What follows from a request that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing.
    Rest,
    /// The next change in line.
    Run(Run),
    /// Close the connection.
    Close(CloseCode),
}

#[derive(Debug)]
enum Phase {
    /// Nobody yet; whether a request that could change that is under way.
    Open {
        asking: bool,
    },
    Authenticated,
    Closed,
}

/// One connection's requests.
#[derive(Debug)]
pub(super) struct Session {
    phase: Phase,
    in_flight: Vec<u64>,
    changing: bool,
    ended: bool,
    waiting: VecDeque<Run>,
    rate_limited: u16,
}

impl Session {
    /// A connection that was just opened.
    pub(super) fn new() -> Self {
        Self {
            phase: Phase::Open { asking: false },
            in_flight: Vec::new(),
            changing: false,
            ended: false,
            waiting: VecDeque::new(),
            rate_limited: 0,
        }
    }

    /// A frame has come.
    pub(super) fn on_frame(
        &mut self,
        format: Format,
        frame: &Bytes,
        limits: &SessionLimits,
    ) -> Effect {
        let frame_limits = match self.phase {
            Phase::Closed => return Effect::Wait,
            Phase::Authenticated => limits.frame,
            Phase::Open { .. } => FrameLimits {
                bytes: limits.first_frame_bytes,
                ..limits.frame
            },
        };
        match decode_frame(format, frame, frame_limits) {
            Ok(request) => self.on_request(format, request, limits.in_flight),
            Err(fault) => self.close(fault.close_code()),
        }
    }

    /// A request is answered.
    pub(super) fn on_done(&mut self, id: u64, method: MethodName, done: Done) -> Next {
        self.in_flight.retain(|other| *other != id);
        if self.in_flight.is_empty() {
            // An idle connection keeps no memory for its busy hours.
            self.in_flight = Vec::new();
        }
        if matches!(self.phase, Phase::Closed) {
            return Next::Rest;
        }
        self.note(method, done);
        if self.rate_limited >= PATIENCE {
            self.close(CloseCode::Policy);
            return Next::Close(CloseCode::Policy);
        }
        if self.ended {
            return if self.in_flight.is_empty() {
                Next::Close(CloseCode::SessionEnded)
            } else {
                Next::Rest
            };
        }
        if !method.changes() {
            return Next::Rest;
        }
        if let Some(run) = self.waiting.pop_front() {
            return Next::Run(run);
        }
        self.changing = false;
        self.waiting = VecDeque::new();
        Next::Rest
    }

    /// The log-in session was ended. Answers whether to close now; what is under way is answered first.
    pub(super) fn on_ended(&mut self) -> bool {
        self.ended = true;
        for run in std::mem::take(&mut self.waiting) {
            self.in_flight.retain(|id| *id != run.id);
        }
        self.in_flight.is_empty()
    }

    /// The connection is closing: whatever comes from now on means nothing.
    pub(super) fn on_close(&mut self) {
        self.phase = Phase::Closed;
        self.waiting = VecDeque::new();
    }

    fn note(&mut self, method: MethodName, done: Done) {
        if let Phase::Open { asking } = &mut self.phase
            && is_greeting(method)
        {
            *asking = false;
        }
        self.rate_limited = match done {
            Done::RateLimited => self.rate_limited + 1,
            Done::Answered | Done::Authenticated => 0,
        };
        if done == Done::Authenticated {
            self.phase = Phase::Authenticated;
        }
    }

    fn on_request(&mut self, format: Format, request: Request, most: usize) -> Effect {
        let Request { id, method, params } = request;
        let refuse = |code, message| Effect::Refuse(format, id, WireError::new(code, message));
        if self.in_flight.contains(&id) {
            let error =
                WireError::new(ErrorCode::BadRequest, "a request with this id is under way");
            return Effect::Refuse(format, id, error.at("id"));
        }
        let Some(method) = method else {
            return refuse(ErrorCode::UnknownMethod, "no such method");
        };
        if self.in_flight.len() >= most {
            return refuse(ErrorCode::Overloaded, "too many requests are unanswered");
        }
        if let Some((code, message)) = self.refusal(method) {
            return refuse(code, message);
        }
        self.start(Run { id, method, params })
    }

    /// Why a method may not be called now, if it may not.
    fn refusal(&mut self, method: MethodName) -> Option<(ErrorCode, &'static str)> {
        if self.ended {
            return Some((ErrorCode::Unauthorized, "the session was ended"));
        }
        match &mut self.phase {
            Phase::Open { .. } if !method.is_open() => {
                Some((ErrorCode::Unauthorized, "authenticate first"))
            }
            Phase::Open { asking: true } if is_greeting(method) => {
                Some((ErrorCode::BadRequest, "authentication is under way"))
            }
            Phase::Open { asking } => {
                *asking |= is_greeting(method);
                None
            }
            Phase::Authenticated if is_greeting(method) => {
                Some((ErrorCode::BadRequest, "authenticated already"))
            }
            Phase::Authenticated | Phase::Closed => None,
        }
    }

    fn start(&mut self, run: Run) -> Effect {
        self.in_flight.push(run.id);
        if !run.method.changes() {
            return Effect::Run(run);
        }
        if self.changing {
            self.waiting.push_back(run);
            return Effect::Wait;
        }
        self.changing = true;
        Effect::Run(run)
    }

    fn close(&mut self, code: CloseCode) -> Effect {
        self.on_close();
        Effect::Close(code)
    }
}

/// Whether a method says who is at the other end.
fn is_greeting(method: MethodName) -> bool {
    method.is_open() && method.changes()
}

#[cfg(test)]
mod tests;
