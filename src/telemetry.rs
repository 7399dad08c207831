//! What the process writes about itself: log lines to standard error, numbers for `/metrics`.

use std::{io::IsTerminal, sync::OnceLock};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// Starts to write log lines. The first call in a process counts.
///
/// # Errors
///
/// When `log.level` is not a filter.
pub fn start_log(config: &LogConfig) -> Result<(), String> {
    let filter = EnvFilter::try_new(&config.level)
        .map_err(|error| format!("log.level is not a level or a filter: {error}"))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // Fails only when somebody writes log lines already, a test for example.
    let _already = match config.format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    Ok(())
}

/// The numbers of this process. Servers of one process share them.
///
/// # Panics
///
/// When the program records metrics in another way already.
#[must_use]
pub fn metrics() -> PrometheusHandle {
    static NUMBERS: OnceLock<PrometheusHandle> = OnceLock::new();
    let start = || {
        PrometheusBuilder::new()
            .install_recorder()
            .expect("nobody else in this program records metrics")
    };
    NUMBERS.get_or_init(start).clone()
}
