//! Proof that a run kept the promises: a recorder of what clients saw, and rules over the record.
//!
//! The model is an ordered log for each chat, with the client's id of a send as its value. The server hands
//! out the order, so no search is needed: every rule is one pass over the history. What may be missing, be
//! doubled or change is nothing at all, so the union of everything anybody saw is the only truth there can be
//! ([`canon`]), and each page, push and list is compared with it ([`rules`]).
//!
//! A checker that never failed proves nothing: [`mutations`] breaks good histories in every way it must notice.

mod breaks;
mod canon;
mod history;
mod model;
mod mutations;
mod report;
mod rules;

pub(crate) use history::{Event, History, Key, Seen, What, key_of, seen};
pub(crate) use report::{Floor, Report, Violation};

use canon::Canon;

/// Holds a history against every rule, and refuses one that is too small to prove anything.
pub(crate) fn check(events: &[Event], floor: &Floor) -> Report {
    let mut report = Report::over(events);
    let canon = Canon::of(events, &mut report);
    rules::pages(events, &canon, &mut report);
    rules::chains(&canon, &mut report);
    rules::real_time(events, &canon, &mut report);
    rules::pushes(events, &mut report);
    rules::convergence(events, &canon, &mut report);
    rules::departures(events, &mut report);
    rules::full_reads(events, &canon, &mut report);
    report.refuse_below(floor);
    report
}
