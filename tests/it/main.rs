//! Stories that speak the protocol as a user would, against real servers; and what holds the tree together.
#![allow(
    clippy::unwrap_used,
    reason = "in a test, whatever cannot be had is a failure, and the line tells which"
)]

mod checker;
mod documents;
mod stores;
mod support;
