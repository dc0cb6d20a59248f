//! What ends a command from outside.

use advice::Diagnostic;

/// A signal ended the command.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum StopError {
    /// A signal came while the script ran.
    #[error("{signal}")]
    #[hint("run the same command again: the script begins anew, all before it is done")]
    Script {
        /// `interrupted (SIGINT)`, `terminated (SIGTERM)`, `terminated (SIGHUP)`.
        signal: String,
    },
    /// A signal came while a command read, and wrote nothing.
    #[error("{signal}")]
    #[hint("run the same command again")]
    Command {
        /// `interrupted (SIGINT)`, `terminated (SIGTERM)`, `terminated (SIGHUP)`.
        signal: String,
    },
    /// A signal came between the first look and the end of a run.
    #[error("{signal}")]
    #[hint("run the same command again: it carries on where this run ended")]
    Run {
        /// `interrupted (SIGINT)`, `terminated (SIGTERM)`, `terminated (SIGHUP)`.
        signal: String,
    },
}
