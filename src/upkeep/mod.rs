//! What is done to a whole store while no gateway runs on it: `curlew store …`.
//!
//! The result goes to standard output, for people or with `--json` for machines; progress goes to standard
//! error. How it ended is also the exit code: 0 all is well, 3 something was found, 1 it could not be done.
//!
//! Layer: upkeep. Stands on the store alone: nothing here knows what a message is.

mod copy;
mod place;
mod verify;

use clap::Subcommand;

pub use place::OpenError;

use crate::config::Config;

/// What can be done to a whole store.
#[derive(Debug, Clone, Subcommand)]
pub enum StoreCommand {
    /// Copies everything into another store and proves it by digests; may be cut short and done again.
    Copy(copy::CopyCommand),
    /// Looks at everything in a store, says what is wrong, and mends what can be mended.
    Verify(verify::VerifyCommand),
}

/// How a command ended that could be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Good,
    /// Something was found that is not as it should be; it has been printed.
    Found,
}

impl StoreCommand {
    /// Carries the command out and prints its result.
    ///
    /// # Errors
    ///
    /// A sentence for the operator.
    pub async fn run(&self, config: &Config) -> Result<Verdict, String> {
        match self {
            Self::Copy(command) => command.run(config).await,
            Self::Verify(command) => command.run(config).await,
        }
    }
}
