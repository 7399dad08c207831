//! Stories that need real servers: one test binary, started from nothing but this repository.

#![allow(
    clippy::unwrap_used,
    reason = "in a test, whatever cannot be had is a failure, and the line tells which"
)]

mod cluster;
mod stores;
mod support;
