//! `curlew store copy`.

use clap::Args;
use serde::Serialize;

use super::{Verdict, place::Place};
use crate::{
    config::Config,
    store::moving::{self, Copied, Difference, Progress},
};

/// Percent between two lines of progress.
const STEP: u64 = 5;

/// Copies everything from one store into another.
#[derive(Debug, Clone, Args)]
pub struct CopyCommand {
    /// Store to copy from: embedded:FOLDER, redis://… or rediss://…; the configured one when not given.
    #[arg(
        long,
        value_name = "URL",
        env = "CURLEW_COPY_FROM",
        hide_env_values = true
    )]
    from: Option<String>,
    /// What stands before the keys of the store given by --from.
    #[arg(long, value_name = "TEXT", default_value = "", requires = "from")]
    from_prefix: String,
    /// Store to copy into; it must be empty, or hold an earlier run of this copy.
    #[arg(
        long,
        value_name = "URL",
        env = "CURLEW_COPY_TO",
        hide_env_values = true
    )]
    to: String,
    /// What shall stand before its keys.
    #[arg(long, value_name = "TEXT", default_value = "")]
    to_prefix: String,
    /// Copy although gateways run on the source; to be done once more after they were stopped.
    #[arg(long)]
    running: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// The result, for machines.
#[derive(Serialize)]
struct Report {
    complete: bool,
    gateways: u64,
    keys: u64,
    written: u64,
    removed: u64,
    unknown: u64,
    from_digest: String,
    to_digest: String,
    differences: Vec<Difference>,
}

impl CopyCommand {
    /// Copies, and prints what came of it.
    pub(super) async fn run(&self, config: &Config) -> Result<Verdict, String> {
        let place = |side, url, prefix| Place { side, url, prefix };
        let from = place("source", self.from.as_deref(), &self.from_prefix);
        let to = place("target", Some(self.to.as_str()), &self.to_prefix);
        let from = from.open(config).await.map_err(|error| error.to_string())?;
        let to = to.open(config).await.map_err(|error| error.to_string())?;
        let mut said = 0;
        let mut tell = |progress: Progress| tell(progress, &mut said);
        let copied = moving::copy(from.as_ref(), to.as_ref(), self.running, &mut tell).await;
        let report = Report::of(&copied.map_err(|error| error.to_string())?);
        println!(
            "{}",
            if self.json {
                report.json()
            } else {
                report.text()
            }
        );
        Ok(if report.complete {
            Verdict::Good
        } else {
            Verdict::Found
        })
    }
}

fn tell(Progress { done, of }: Progress, said: &mut u64) {
    let percent = (done.saturating_mul(100) / of.max(1)).min(100);
    if percent >= *said + STEP {
        *said = percent;
        eprintln!("{percent} %: {done} of {of} keys");
    }
}

impl Report {
    fn of(copied: &Copied) -> Self {
        let differences = copied.differences();
        Self {
            complete: copied.is_complete(),
            gateways: copied.gateways,
            keys: copied.to.keys(),
            written: copied.written,
            removed: copied.removed,
            unknown: copied.unknown,
            from_digest: copied.from.to_string(),
            to_digest: copied.to.to_string(),
            differences,
        }
    }

    fn json(&self) -> String {
        serde_json::to_string(self).expect("numbers and text can always be spelled")
    }

    fn text(&self) -> String {
        let mut lines = vec![
            format!("source {}", self.from_digest),
            format!("target {}", self.to_digest),
            format!(
                "{} keys, {} writes, {} removed",
                self.keys, self.written, self.removed
            ),
        ];
        if self.unknown > 0 {
            let unknown = self.unknown;
            lines.push(format!(
                "{unknown} keys are of no shape that this version knows: left out"
            ));
        }
        for Difference { keys, from, to } in &self.differences {
            lines.push(format!(
                "differs: {keys} ({from} in the source, {to} in the target)"
            ));
        }
        if self.gateways > 0 {
            let gateways = self.gateways;
            lines.push(format!("{gateways} gateways run on the source"));
        }
        lines.push(if self.complete {
            "the copy is complete: both sides are equal".to_owned()
        } else {
            "the copy is not complete: stop what writes to the source, and copy once more"
                .to_owned()
        });
        lines.join("\n")
    }
}
