//! Good histories, broken in every way that the rules must notice, and each noticed.

use super::{
    Floor, Report, Violation as V,
    breaks::*,
    check,
    history::{Event, What},
    model::{Luck, good_run},
};

const SEEDS: u64 = 10;

/// Breaks a history; `None` when this one offers no place for it.
type Break = fn(&mut Vec<Event>, &mut Luck) -> Option<()>;

/// Whether a violation is one that the break must bring.
type Expected = fn(&V) -> bool;

/// Every mutation with the violations of which one must be found.
const MUTATIONS: &[(&str, Break, Expected)] = &[
    ("acknowledged, and in no pull", lose_everywhere, |v| {
        matches!(v, V::AckedMissing { .. })
    }),
    ("missing in one last pull", lose_in_one_walk, is_missing),
    ("sent once, there twice", double, |v| {
        matches!(v, V::TwoStampsForOneSend { .. })
    }),
    ("two entries change places in a page", swap_in_page, |v| {
        matches!(v, V::NotRising { .. })
    }),
    (
        "two entries change stamps in a page",
        swap_stamps_in_page,
        |v| matches!(v, V::TwoEntriesAtOneStamp { .. }),
    ),
    ("page cut off, and no more", truncate_walk, is_missing),
    ("page with a hole", hole_in_page, |v| {
        is_missing(v) || matches!(v, V::AppearedBelow { .. })
    }),
    (
        "tail lost at a restart, and written over",
        rewind_tail,
        is_missing,
    ),
    ("another body in one page", change_body_once, |v| {
        matches!(v, V::BodyChanged { .. })
    }),
    ("another body for everybody", change_body_everywhere, |v| {
        matches!(v, V::BodyChanged { .. })
    }),
    ("refused, and there", fail_visible, |v| {
        matches!(v, V::FailedButVisible { .. })
    }),
    ("there, and never sent", forget_send, |v| {
        matches!(v, V::NeverSent { .. })
    }),
    ("later send before the earlier", reorder_real_time, |v| {
        matches!(v, V::OutOfRealTime { .. })
    }),
    ("prev of another entry", break_chain, |v| {
        matches!(v, V::BrokenChain { .. })
    }),
    ("ordinal left out", break_ordinals, |v| {
        matches!(v, V::BrokenOrdinals { .. })
    }),
    ("pushes change places", push_backwards, |v| {
        matches!(v, V::PushedBackwards { .. })
    }),
    ("push lost for ever", diverge, |v| {
        matches!(v, V::Diverged { .. })
    }),
    ("pushed, then gone", vanish_after_push, is_missing),
    ("appears below what was read", appear_below, |v| {
        is_missing(v) || matches!(v, V::AppearedBelow { .. })
    }),
    ("cursor refused", reset, |v| {
        matches!(v, V::ResetForNothing { .. })
    }),
    ("pushed to who left", leak_push, |v| {
        matches!(v, V::Leaked { .. })
    }),
    ("pulled by who left", leak_page, |v| {
        matches!(v, V::Leaked { .. })
    }),
];

fn is_missing(violation: &V) -> bool {
    matches!(violation, V::AckedMissing { .. } | V::SeenMissing { .. })
}

fn report(events: &[Event]) -> Report {
    check(events, &Floor::default())
}

#[test]
fn good_histories_are_found_good() {
    for seed in 1..=SEEDS {
        let report = report(&good_run(seed));
        assert!(
            report.is_good(),
            "seed {seed}: {:?} {:?}",
            report.violations,
            report.refusals
        );
        assert!(
            report.acked > 30 && report.pages > 50 && report.gaps > 2,
            "seed {seed}: {report}"
        );
    }
}

#[test]
fn every_broken_history_is_caught_by_the_rule_for_it() {
    for (name, mutate, expected) in MUTATIONS {
        let mut broken = 0;
        for seed in 1..=SEEDS {
            let mut events = good_run(seed);
            if mutate(&mut events, &mut Luck::new(seed + 100)).is_some() {
                broken += 1;
                let found = report(&events).violations;
                assert!(
                    found.iter().any(expected),
                    "{name}, seed {seed}: found only {found:?}"
                );
            }
        }
        assert!(
            broken > SEEDS / 4,
            "{name}: only {broken} histories could be broken this way"
        );
    }
}

#[test]
fn run_that_is_too_small_is_refused() {
    let good = good_run(1);
    let is = report(&good);
    let floors = [
        Floor {
            acked: is.acked + 1,
            ..Floor::default()
        },
        Floor {
            kills: is.kills + 1,
            ..Floor::default()
        },
        Floor {
            pages: is.pages + 1,
            ..Floor::default()
        },
    ];
    for floor in floors {
        assert_eq!(check(&good, &floor).refusals.len(), 1, "{floor:?}");
    }
    assert!(!report(&[]).is_good(), "an empty history proves nothing");
}

#[test]
fn run_whose_end_nobody_read_is_refused() {
    for seed in 1..=SEEDS {
        let mut events = good_run(seed);
        let last_walk = events
            .iter()
            .rposition(|event| is_walk(&event.what))
            .unwrap();
        let What::Page { user, chat, .. } = events[last_walk].what else {
            unreachable!()
        };
        events.retain(|event| {
            !matches!(&event.what, What::Page { user: u, chat: c, .. } if (*u, *c) == (user, chat))
        });
        assert_eq!(report(&events).refusals.len(), 1, "seed {seed}");

        let mut events = good_run(seed);
        let followed = events
            .iter()
            .rposition(|event| matches!(event.what, What::Followed { .. }));
        events.remove(followed.unwrap());
        assert_eq!(report(&events).refusals.len(), 1, "seed {seed}");
    }
}
