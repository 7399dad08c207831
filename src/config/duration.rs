//! Lengths of time as people write them: `5s`, `7days`, `1h 30m`.

use std::time::Duration;

use serde::{Deserializer, Serializer};

/// The units a length of time is written in, longest first, in milliseconds.
const UNITS: [(u128, &str); 5] = [
    (24 * 3_600_000, "days"),
    (3_600_000, "h"),
    (60_000, "m"),
    (1_000, "s"),
    (1, "ms"),
];

pub(super) fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&spelled(*time))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    humantime_serde::deserialize(deserializer)
}

/// `time` as a whole number of the longest unit that fits.
fn spelled(time: Duration) -> String {
    let ms = time.as_millis();
    UNITS
        .iter()
        .find(|(unit, _)| ms >= *unit && ms.is_multiple_of(*unit))
        .map_or_else(
            || format!("{ms}ms"),
            |(unit, name)| format!("{}{name}", ms / unit),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_spelled_with_the_longest_unit_that_fits() {
        for (ms, text) in [
            (0, "0ms"),
            (1_500, "1500ms"),
            (60_000, "1m"),
            (90 * 86_400_000, "90days"),
        ] {
            let time = Duration::from_millis(ms);
            assert_eq!(spelled(time), text);
            let read = deserialize(toml::Value::String(text.to_owned())).unwrap();
            assert_eq!(read, time);
        }
    }
}
