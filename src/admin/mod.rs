//! What the operator does on the command line: `curlew admin …`.
//!
//! The commands work on the store itself. An embedded store belongs to one process at a time, so the server
//! must be stopped first; with a store of its own (Redis and its family) the server may run. Sessions that a
//! command ends are refused at once; a connection that is open at that moment is closed when the server next
//! looks at its session, within half an hour.
//!
//! Layer: admin. Stands on the service, as the gateway does.

use std::{
    io::{self, BufRead, BufReader},
    sync::Arc,
};

use clap::Subcommand;

use crate::{
    clock::{Clock, Random, SystemClock, SystemRandomness},
    cluster::Cluster,
    config::{Config, ServerConfig},
    model::Incarnation,
    service::{Parts, Service, ServiceError},
    store::{self, StoreError},
};

/// What the operator can do.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum AdminCommand {
    /// Give somebody another password and end all their sessions.
    ResetPassword {
        /// Name of the account.
        username: String,
        /// Read the password from standard input, instead of making one up.
        #[arg(long)]
        stdin: bool,
    },
    /// Print the link of a new invitation, which lets one person register.
    Invite,
    /// Print the link that makes the first administrator, if nobody has used it yet.
    SetupLink,
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The store cannot be opened; an embedded one perhaps because the server runs.
    #[error("{0} (an embedded store belongs to one process: stop the server first)")]
    Embedded(StoreError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(StoreError),
    /// There is no account of this name.
    #[error("there is no account {0:?}")]
    NoAccount(String),
    /// The first administrator is there already.
    #[error("the set-up link was used already; reset the administrator's password if it is lost")]
    SetUp,
    /// The server would refuse it as well.
    #[error(transparent)]
    Refused(#[from] ServiceError),
    /// Standard input cannot be read.
    #[error("cannot read the password: {0}")]
    Input(#[from] io::Error),
}

impl AdminCommand {
    /// Carries the command out and prints the result.
    ///
    /// # Errors
    ///
    /// [`AdminError`], whose text says what to do.
    pub async fn run(&self, config: &Config) -> Result<(), AdminError> {
        let service = open(config).await?;
        let result = self
            .carry_out(&service, &config.server, &mut BufReader::new(io::stdin()))
            .await?;
        println!("{result}");
        Ok(())
    }

    async fn carry_out(
        &self,
        service: &Service,
        server: &ServerConfig,
        input: &mut (impl BufRead + Send),
    ) -> Result<String, AdminError> {
        match self {
            Self::ResetPassword { username, stdin } => {
                let chosen = stdin.then(|| line(input)).transpose()?;
                reset_password(service, username, chosen).await
            }
            Self::Invite => {
                let code = service.create_invite().await?;
                Ok(format!("{}/#invite={code}", address(server)))
            }
            Self::SetupLink => {
                let code = service.setup_code().await?.ok_or(AdminError::SetUp)?;
                Ok(format!("{}/#setup={code}", address(server)))
            }
        }
    }
}

async fn reset_password(
    service: &Service,
    username: &str,
    chosen: Option<String>,
) -> Result<String, AdminError> {
    let made_up = chosen.is_none();
    match service.reset_password(username, chosen).await {
        Ok(password) if made_up => Ok(format!("new password of {username}: {password}")),
        Ok(_) => Ok(format!("{username} has the new password")),
        Err(ServiceError::NotFound) => Err(AdminError::NoAccount(username.to_owned())),
        Err(refused) => Err(refused.into()),
    }
}

async fn open(config: &Config) -> Result<Service, AdminError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let random: Arc<dyn Random> = Arc::new(SystemRandomness::new());
    let engine = store::open(&config.server, &config.store, Arc::clone(&clock)).await;
    let engine = engine.map_err(|error| match config.store.url.scheme() {
        "embedded" => AdminError::Embedded(error),
        _ => AdminError::Store(error),
    })?;
    let mut name = [0; 12];
    random.fill(&mut name);
    let (cluster, _) = Cluster::alone(Incarnation::from_bytes(&name));
    let parts = Parts {
        engine,
        cluster,
        clock,
        random,
        auth: config.auth.clone(),
        limits: config.limits.clone(),
        retention: config.retention.clone(),
    };
    Ok(Service::start(parts).await?)
}

/// Where people reach the server.
fn address(server: &ServerConfig) -> String {
    if !server.public_url.is_empty() {
        return server.public_url.trim_end_matches('/').to_owned();
    }
    let scheme = match (&server.tls_cert, &server.tls_key) {
        (Some(_), Some(_)) => "https",
        _ => "http",
    };
    format!("{scheme}://{}", server.listen)
}

/// One line, without what ends it.
fn line(input: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
#[cfg(feature = "embedded")]
mod tests;
