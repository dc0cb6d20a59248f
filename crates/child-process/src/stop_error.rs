//! What ends a command from outside.

use advice::Diagnostic;

/// A signal ended the command.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum StopError {
    /// Ctrl-C.
    #[error("interrupted (SIGINT){further}")]
    #[code("PROCESS-026")]
    #[hint("run the same command again{then}")]
    #[fix("run the same command again: it carries on where this run ended, and begins the script anew")]
    Interrupted {
        /// `, and killed by another signal`, or nothing.
        further: &'static str,
        /// What the next run does.
        then: &'static str,
    },
    /// The terminal was closed, or the process was asked to end.
    #[error("terminated ({signal}){further}")]
    #[code("PROCESS-027")]
    #[hint("run the same command again{then}")]
    #[fix("run the same command again: it carries on where this run ended, and begins the script anew")]
    Terminated {
        /// `SIGTERM` or `SIGHUP`.
        signal: &'static str,
        /// `, and killed by another signal`, or nothing.
        further: &'static str,
        /// What the next run does.
        then: &'static str,
    },
}
