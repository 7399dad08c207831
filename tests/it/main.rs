//! Stories that speak the protocol as a user would, against real servers; and what holds the tree together.

mod documents;
mod stores;
mod support;
