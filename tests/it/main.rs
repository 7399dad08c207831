//! Stories: a real server, real sockets, and people who use them.
#![allow(clippy::unwrap_used, reason = "in tests a panic is the answer")]

mod checker;
mod support;
