//! Whether what is left after a run is what it has to be.
//!
//! Each rule looks at all the facts and says in words what is wrong.

mod facts;
mod members;
mod reads;
mod timelines;

use self::facts::Facts;
use super::run::Run;

/// What is wrong after a run; nothing when all is well.
pub(super) fn faults(run: &mut Run) -> Vec<String> {
    let facts = match Facts::gather(run) {
        Ok(facts) => facts,
        Err(error) => return vec![format!("what is there cannot be read: {error}")],
    };
    let mut faults = Vec::new();
    for room in &facts.rooms {
        timelines::order(room, &mut faults);
        timelines::sends(&facts, room, &mut faults);
        timelines::pages(&facts, room, &mut faults);
        timelines::real_time(&facts, room, &mut faults);
        timelines::follower(room, &mut faults);
        members::changes(room, &mut faults);
        members::membership(&facts, room, &mut faults);
        members::renames(&facts, room, &mut faults);
        members::logs(&facts, room, &mut faults);
        members::mentions(&facts, room, &mut faults);
        reads::counts(&facts, room, &mut faults);
        reads::marks(&facts, room, &mut faults);
    }
    members::lists(&facts, &mut faults);
    faults
}
