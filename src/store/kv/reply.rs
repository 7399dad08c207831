//! What the store answered, as the types of the engine.

use bytes::Bytes;
use fred::types::Value;

use crate::store::engine::{Answer, Read, Row};

/// The answer to `read`; `None` when the reply is of no shape that could answer it.
pub(super) fn answer(read: &Read, reply: Value) -> Option<Answer> {
    Some(match read {
        Read::Get { .. } | Read::Head { .. } if reply.is_null() => Answer::Value(None),
        Read::Get { .. } | Read::Head { .. } => Answer::Value(Some(bytes(reply)?)),
        Read::Rows { .. } => Answer::Rows(rows(reply)?),
        Read::Count { .. } => Answer::Count(whole(reply)?),
        Read::Score { .. } if reply.is_null() => Answer::Score(None),
        Read::Score { .. } => Answer::Score(Some(whole(reply)?)),
        Read::Members { .. } => {
            Answer::Members(list(reply)?.into_iter().map(bytes).collect::<Option<_>>()?)
        }
    })
}

/// A string of any bytes.
pub(super) fn bytes(reply: Value) -> Option<Bytes> {
    match reply {
        Value::Bytes(bytes) => Some(bytes),
        Value::String(text) => Some(text.into_inner()),
        _ => None,
    }
}

/// A whole number, however it is spelled.
pub(super) fn whole(reply: Value) -> Option<u64> {
    match reply {
        Value::Integer(number) => number.try_into().ok(),
        Value::Double(number) => exact(number),
        other => {
            let text = bytes(other)?;
            let text = std::str::from_utf8(&text).ok()?;
            text.parse().ok().or_else(|| exact(text.parse().ok()?))
        }
    }
}

/// Several replies in one.
pub(super) fn list(reply: Value) -> Option<Vec<Value>> {
    match reply {
        Value::Array(replies) => Some(replies),
        _ => None,
    }
}

/// Rows come in pairs (RESP3) or flat (RESP2).
fn rows(reply: Value) -> Option<Vec<Row>> {
    let mut rows = Vec::new();
    let mut replies = list(reply)?.into_iter();
    while let Some(first) = replies.next() {
        let (member, score) = match first {
            Value::Array(pair) => <[Value; 2]>::try_from(pair)
                .ok()
                .map(|[member, score]| (member, score))?,
            member => (member, replies.next()?),
        };
        rows.push(Row {
            score: whole(score)?,
            member: bytes(member)?,
        });
    }
    Some(rows)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "only whole numbers from 0 to below 2^53 are cast"
)]
fn exact(number: f64) -> Option<u64> {
    const BOUND: f64 = 9_007_199_254_740_992.0;
    ((0.0..BOUND).contains(&number) && number.fract() == 0.0).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_whole_numbers_below_two_to_the_53rd() {
        let stamp = 1_763_700_000_000_001_u64;
        for reply in [
            Value::Double(1_763_700_000_000_001.0),
            Value::from("1763700000000001"),
        ] {
            assert_eq!(whole(reply), Some(stamp));
        }
        assert_eq!(
            whole(Value::from("1.7637e+15")),
            Some(1_763_700_000_000_000)
        );
        for bad in [
            Value::Double(0.5),
            Value::Double(-1.0),
            Value::Double(f64::INFINITY),
            Value::from("x"),
        ] {
            assert_eq!(whole(bad.clone()), None, "{bad:?}");
        }
    }

    #[test]
    fn rows_are_read_in_pairs_and_flat() {
        let [member, score] = [Value::from("a"), Value::Double(3.0)];
        let pairs = Value::Array(vec![Value::Array(vec![member.clone(), score])]);
        let flat = Value::Array(vec![member, Value::from("3")]);
        let expected = vec![Row {
            score: 3,
            member: Bytes::from_static(b"a"),
        }];
        assert_eq!(rows(pairs), Some(expected.clone()));
        assert_eq!(rows(flat), Some(expected));
    }
}
