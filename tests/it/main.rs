//! Stories that speak the protocol as a user would, against real servers; and what holds the tree together.

#![allow(
    clippy::unwrap_used,
    reason = "in a test, whatever cannot be had is a failure, and the line tells which"
)]
#![allow(
    clippy::similar_names,
    reason = "what is sent, pulled and pushed has similar names in every story"
)]

mod accounts;
mod bad_input;
mod bench;
mod checker;
mod cluster;
mod direct_chats;
mod documents;
mod drafts;
mod edits;
mod faults;
mod forwards;
mod gateway;
mod groups;
mod layers;
mod mentions;
mod messages;
mod moving;
mod pika;
mod pins;
mod pushes;
mod python;
mod reactions;
mod reads;
mod receipts;
mod restart;
mod retractions;
mod rewound;
mod spread;
mod stores;
mod support;
mod sync;
mod threads;
mod timelines;
mod two_gateways;
mod verifying;
