//! Random programs on the embedded store and on the reference.

use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;

use super::{EmbeddedEngine, EmbeddedOptions};
use crate::{
    clock::SystemClock,
    model::Epoch,
    store::{
        Engine,
        engine::{Commit, Order, Part, Read, Row, Swap, Write},
        record::Head,
        reference::Reference,
    },
};

/// Few names, so that steps meet; some begin like others.
const STRINGS: [&str; 3] = ["s", "s1", "s\u{ff}"];
const SORTED: [&str; 3] = ["z", "z1", "zz"];
const SETS: [&str; 3] = ["t", "t1", "tt"];
const MEMBERS: [&[u8]; 6] = [b"", b"\0", b"a", b"a\0", b"ab", b"\xff\xff"];

#[derive(Debug, Clone)]
enum Action {
    Write(Vec<Write>),
    Commit(Commit),
    Swap(Swap),
    Read(Vec<Read>),
    Flush,
    Reopen,
}

fn name(of: [&'static str; 3]) -> impl Strategy<Value = String> {
    prop::sample::select(of.to_vec()).prop_map(str::to_owned)
}

fn member() -> impl Strategy<Value = Bytes> {
    prop::sample::select(MEMBERS.to_vec()).prop_map(Bytes::from_static)
}

fn value() -> impl Strategy<Value = Bytes> {
    prop::sample::select(vec!["", "1", "2"]).prop_map(Bytes::from)
}

fn score() -> impl Strategy<Value = u64> {
    prop_oneof![0..4_u64, 254..258_u64, Just((1 << 53) - 1)]
}

fn write() -> impl Strategy<Value = Write> {
    prop_oneof![
        (name(STRINGS), value()).prop_map(|(key, value)| Write::Set {
            key,
            value,
            life: None
        }),
        (name(STRINGS), value()).prop_map(|(key, value)| Write::SetAbsent { key, value }),
        prop_oneof![name(STRINGS), name(SORTED), name(SETS)].prop_map(|key| Write::Delete { key }),
        (name(SORTED), score(), member()).prop_map(|(key, score, member)| Write::AddRow {
            key,
            row: Row { score, member }
        }),
        (name(SORTED), score(), member()).prop_map(|(key, score, member)| Write::AddRow {
            key,
            row: Row { score, member }
        }),
        (name(SORTED), member()).prop_map(|(key, member)| Write::RemoveRow { key, member }),
        (name(SORTED), score()).prop_map(|(key, through)| Write::RemoveRows { key, through }),
        (name(SETS), member()).prop_map(|(key, member)| Write::AddMember { key, member }),
        (name(SETS), member()).prop_map(|(key, member)| Write::RemoveMember { key, member }),
    ]
}

fn read() -> impl Strategy<Value = Read> {
    let order = || prop::sample::select(vec![Order::Rising, Order::Falling]);
    prop_oneof![
        name(STRINGS).prop_map(|key| Read::Get { key }),
        (name(SORTED), score(), score(), 0..8_usize, order()).prop_map(
            |(key, from, through, limit, order)| Read::Rows {
                key,
                from,
                through,
                limit,
                order
            }
        ),
        name(SORTED).prop_map(|key| Read::Rows {
            key,
            from: 0,
            through: u64::MAX,
            limit: usize::MAX,
            order: Order::Rising
        }),
        (name(SORTED), score(), score()).prop_map(|(key, from, through)| Read::Count {
            key,
            from,
            through
        }),
        (name(SORTED), member()).prop_map(|(key, member)| Read::Score { key, member }),
        name(SETS).prop_map(|key| Read::Members { key }),
    ]
}

fn head() -> impl Strategy<Value = Head> {
    (0..2_u64).prop_map(|ordinal| Head {
        ordinal,
        ..Head::new(Epoch::from_bytes(b"model"))
    })
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        (name(STRINGS), value()).prop_map(|(key, value)| Part::SetAbsent { key, value }),
        (name(STRINGS), value(), value()).prop_map(|(key, expected, new)| Part::Replace {
            key,
            expected,
            new
        }),
        (name(SORTED), score(), member()).prop_map(|(key, score, member)| Part::AddRow {
            key,
            row: Row { score, member }
        }),
    ]
}

fn swap() -> impl Strategy<Value = Swap> {
    let value = || prop::option::of(value());
    (name(STRINGS), value(), value()).prop_map(|(key, expected, new)| Swap {
        key,
        expected,
        new,
        life: None,
    })
}

fn commit() -> impl Strategy<Value = Commit> {
    let expected = prop_oneof![
        value().prop_map(Some),
        Just(None),
        head().prop_map(|head| Some(head.encode()))
    ];
    let parts = prop::collection::vec(part(), 0..6);
    (name(STRINGS), expected, head(), parts).prop_map(|(key, expected, head, parts)| Commit {
        key,
        expected,
        head,
        parts,
    })
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        8 => prop::collection::vec(write(), 1..8).prop_map(Action::Write),
        6 => commit().prop_map(Action::Commit),
        4 => swap().prop_map(Action::Swap),
        8 => prop::collection::vec(read(), 1..8).prop_map(Action::Read),
        1 => Just(Action::Flush),
        1 => Just(Action::Reopen),
    ]
}

/// Runs a program on both, and compares every answer and, at the end, everything there is.
async fn run(program: Vec<Action>) {
    let dir = tempfile::tempdir().unwrap();
    let open =
        || EmbeddedEngine::open(EmbeddedOptions::new(dir.path()), Arc::new(SystemClock)).unwrap();
    let (mut engine, mut model) = (Some(open()), Reference::default());
    for action in program
        .into_iter()
        .chain([Action::Reopen, Action::Read(everything())])
    {
        let running = engine.as_ref().unwrap();
        match action {
            Action::Write(writes) => {
                for write in &writes {
                    model.write(write, 0);
                }
                running.write(writes).await.unwrap();
            }
            Action::Commit(commit) => {
                let expected = model.commit(&commit, 0);
                assert_eq!(running.commit(commit).await.unwrap(), expected);
            }
            Action::Swap(swap) => {
                let expected = model.swap(&swap, 0);
                assert_eq!(running.swap(swap).await.unwrap(), expected);
            }
            Action::Read(reads) => {
                let expected: Vec<_> = reads.iter().map(|read| model.read(read, 0)).collect();
                assert_eq!(running.read(reads).await.unwrap(), expected);
            }
            Action::Flush => running.disk.flush(),
            Action::Reopen => {
                drop(engine.take());
                engine = Some(open());
            }
        }
    }
}

fn everything() -> Vec<Read> {
    let all = |key: &str, order| Read::Rows {
        key: key.into(),
        from: 0,
        through: u64::MAX,
        limit: usize::MAX,
        order,
    };
    let strings = STRINGS.iter().map(|key| Read::Get { key: (*key).into() });
    let rising = SORTED.iter().map(|key| all(key, Order::Rising));
    let falling = SORTED.iter().map(|key| all(key, Order::Falling));
    let sets = SETS.iter().map(|key| Read::Members { key: (*key).into() });
    strings.chain(rising).chain(falling).chain(sets).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_program_ends_as_it_does_on_the_model(
        program in prop::collection::vec(action(), 1..40)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(program));
    }
}
