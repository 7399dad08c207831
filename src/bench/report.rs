//! What a run has measured, as a small table or as JSON.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, Write as _},
    time::Duration,
};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{histogram::Histogram, process::Usage};

/// The results of one scenario, in the order they were added.
#[derive(Debug, Default)]
pub(super) struct Report {
    scenario: &'static str,
    figures: Map<String, Value>,
    latencies: Vec<(&'static str, Histogram)>,
    errors: BTreeMap<String, u64>,
}

impl Report {
    pub(super) fn new(scenario: &'static str) -> Self {
        Self {
            scenario,
            ..Self::default()
        }
    }

    /// Adds a number; its unit is the end of its name.
    pub(super) fn figure(&mut self, name: &str, value: impl Serialize) -> &mut Self {
        self.figures.insert(name.to_owned(), json!(value));
        self
    }

    /// Adds a number with one digit after the point.
    pub(super) fn rounded(&mut self, name: &str, value: f64) -> &mut Self {
        self.figure(name, (value * 10.0).round() / 10.0)
    }

    /// Adds what the server used between two looks, if they were taken: `processor` for each of `count`.
    pub(super) fn usage(
        &mut self,
        looks: Option<(Usage, Usage)>,
        processor: &str,
        count: f64,
    ) -> &mut Self {
        let Some((before, after)) = looks else {
            return self;
        };
        self.figure("server_resident_kib", after.resident_bytes / 1_024);
        if let (Some(before), Some(after)) = (before.processor, after.processor) {
            let micros = after.saturating_sub(before).as_secs_f64() * 1e6;
            self.figure(processor, (micros / count * 1e3).round() / 1e3);
        }
        self
    }

    /// Adds latencies.
    pub(super) fn latency(&mut self, name: &'static str, histogram: Histogram) -> &mut Self {
        self.latencies.push((name, histogram));
        self
    }

    /// Adds errors by code.
    pub(super) fn errors(&mut self, errors: BTreeMap<String, u64>) -> &mut Self {
        self.errors.extend(errors);
        self
    }

    /// Writes everything to standard output.
    pub(super) fn print(&self, as_json: bool) -> io::Result<()> {
        let text = if as_json {
            format!("{:#}\n", self.json())
        } else {
            self.table()
        };
        io::stdout().write_all(text.as_bytes())
    }

    fn json(&self) -> Value {
        let latencies: Map<String, Value> = self
            .latencies
            .iter()
            .map(|(name, histogram)| {
                let mut row: Map<String, Value> = columns(histogram)
                    .map(|(column, time)| (column.to_owned(), json!(millis(time))))
                    .into_iter()
                    .collect();
                row.insert("count".to_owned(), json!(histogram.count()));
                ((*name).to_owned(), row.into())
            })
            .collect();
        json!({
            "scenario": self.scenario,
            "figures": self.figures,
            "latencies_ms": latencies,
            "errors": self.errors,
        })
    }

    fn table(&self) -> String {
        let mut text = format!("{}\n", self.scenario);
        let mut line = |name: &str, value: &str| {
            writeln!(text, "  {name:<32} {value:>14}").expect("a text takes any text");
        };
        for (name, value) in &self.figures {
            line(&name.replace('_', " "), &value.to_string());
        }
        for (name, histogram) in &self.latencies {
            line(&format!("{name}: count"), &histogram.count().to_string());
            for (column, time) in columns(histogram) {
                line(
                    &format!("{name}: {column} ms"),
                    &format!("{:.3}", millis(time)),
                );
            }
        }
        for (code, count) in &self.errors {
            line(&format!("error: {code}"), &count.to_string());
        }
        text
    }
}

/// A count to divide with.
#[allow(
    clippy::cast_precision_loss,
    reason = "a report shows a few digits of it"
)]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

fn columns(histogram: &Histogram) -> [(&'static str, Duration); 4] {
    [
        ("p50", histogram.percentile(50)),
        ("p90", histogram.percentile(90)),
        ("p99", histogram.percentile(99)),
        ("max", histogram.max()),
    ]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut times = Histogram::default();
        times.record(Duration::from_micros(1_500));
        let mut report = Report::new("direct");
        report
            .rounded("sent_per_second", 1_234.56)
            .latency("acknowledged", times)
            .errors(BTreeMap::from([("overloaded".to_owned(), 2)]));
        report
    }

    #[test]
    fn the_table_has_a_line_for_each_number() {
        let table = report().table();
        for (name, value) in [
            ("sent per second", "1234.6"),
            ("acknowledged: p99 ms", "1.500"),
            ("error: overloaded", "2"),
        ] {
            let line = table.lines().find(|line| line.trim().starts_with(name));
            assert!(line.is_some_and(|line| line.ends_with(value)), "{table}");
        }
    }

    #[test]
    fn json_has_the_same_numbers() {
        let json = report().json();
        assert_eq!(json["figures"]["sent_per_second"], 1_234.6);
        assert_eq!(json["latencies_ms"]["acknowledged"]["p50"], 1.5);
        assert_eq!(json["errors"]["overloaded"], 2);
    }
}
