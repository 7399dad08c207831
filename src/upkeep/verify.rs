//! `curlew store verify`.

use clap::Args;
use serde::Serialize;

use super::{Verdict, place::Place};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    store::{
        moving,
        verify::{self, Finding, Report},
    },
};

/// Walks a store and says what is not as it should be.
#[derive(Debug, Clone, Args)]
pub struct VerifyCommand {
    /// Store to look at: embedded:FOLDER, redis://… or rediss://…; the configured one when not given.
    #[arg(
        long,
        value_name = "URL",
        env = "CURLEW_VERIFY_AT",
        hide_env_values = true
    )]
    at: Option<String>,
    /// What stands before its keys, when --at is given.
    #[arg(long, value_name = "TEXT", default_value = "", requires = "at")]
    prefix: String,
    /// Mend what can be mended safely.
    #[arg(long)]
    repair: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// The result, for machines.
#[derive(Serialize)]
struct Outcome<'a> {
    clean: bool,
    #[serde(flatten)]
    report: &'a Report,
}

impl VerifyCommand {
    /// Looks, mends if asked to, and prints what came of it.
    pub(super) async fn run(&self, config: &Config) -> Result<Verdict, String> {
        let place = Place {
            side: "verified",
            url: self.at.as_deref(),
            prefix: &self.prefix,
        };
        let store = place
            .open(config)
            .await
            .map_err(|error| error.to_string())?;
        let gateways = moving::gateways(store.as_ref())
            .await
            .map_err(|error| error.to_string())?;
        if gateways > 0 && self.repair {
            return Err(format!(
                "{gateways} gateways run on this store: stop them before anything is mended"
            ));
        } else if gateways > 0 {
            eprintln!(
                "{gateways} gateways run on this store: what they are busy with may look broken"
            );
        }
        let now_us = SystemClock.now_us();
        let report = if self.repair {
            verify::repair(store.as_ref(), now_us).await
        } else {
            verify::verify(store.as_ref(), now_us).await
        };
        let report = report.map_err(|error| error.to_string())?;
        println!(
            "{}",
            if self.json {
                json(&report)
            } else {
                text(&report)
            }
        );
        Ok(if report.is_clean() {
            Verdict::Good
        } else {
            Verdict::Found
        })
    }
}

fn json(report: &Report) -> String {
    let clean = report.is_clean();
    serde_json::to_string(&Outcome { clean, report })
        .expect("text and numbers can always be spelled")
}

fn text(report: &Report) -> String {
    let line = |finding: &Finding, fate: &str| {
        let Finding {
            kind, key, detail, ..
        } = finding;
        format!("{fate}{kind}: {key}: {detail}")
    };
    let mut lines: Vec<String> = report
        .mended
        .iter()
        .map(|finding| line(finding, "mended: "))
        .collect();
    lines.extend(report.findings.iter().map(|finding| {
        line(
            finding,
            if finding.mendable {
                "can be mended: "
            } else {
                ""
            },
        )
    }));
    lines.extend(
        report
            .counts()
            .iter()
            .map(|(kind, count)| format!("{count} × {kind}")),
    );
    if report.more > 0 {
        lines.push(format!("and {} more", report.more));
    }
    let all = if report.is_clean() {
        "all is well"
    } else {
        "not all is well"
    };
    lines.push(format!(
        "{} keys looked at, {} findings mended: {all}",
        report.keys,
        report.mended.len()
    ));
    lines.join("\n")
}
