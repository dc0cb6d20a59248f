//! What a run, or the way back, finds wrong by itself, beside the errors of the systems.

use advice::Diagnostic;
use settings::variables;

/// What a run, or the way back, finds wrong by itself.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum RunError {
    /// A fault of this program.
    #[error("internal error{at}")]
    #[code("RUN-001")]
    #[hint("report this error with the support bundle:", run("bitiq-bootstrap support-bundle <cluster>"))]
    Broken {
        /// ` at`, and the places in its source, or nothing.
        at: String,
    },
    /// Neither the cluster nor Vault can be asked: a success would say that something was given back.
    #[error("nothing to release: {cluster}, and Vault is not changed ({vault})")]
    #[code("RUN-002")]
    #[hint("name the cluster's kubeconfig with --kubeconfig FILE, or export VAULT_ADDR and VAULT_TOKEN")]
    NothingToRelease {
        /// Why the cluster is not asked.
        cluster: String,
        /// Why Vault is not asked.
        vault: String,
    },
    /// The record in the cluster names another mount: the right one would trust the cluster for ever.
    #[error("Vault {now} was not configured for this cluster: the record names Vault {address} auth/{mount}")]
    #[code("RUN-003")]
    #[hint(
        "use that Vault, or skip Vault with SKIP_VAULT_K8S_AUTH_CONFIG=1:",
        run("export VAULT_ADDR={} VAULT_K8S_AUTH_MOUNT={}", address, mount),
        change(variables::VAULT_ADDR),
        change(variables::VAULT_K8S_AUTH_MOUNT)
    )]
    OtherMount {
        /// The mount that the settings name.
        now: String,
        /// The Vault of the record.
        address: String,
        /// The mount of the record.
        mount: String,
    },
    /// The script of the repository failed.
    #[error("scripts/bootstrap.sh exited with code {code}")]
    #[code("RUN-004")]
    #[hint("fix the problem above, then retry. Full log:", paste("{log}"))]
    ScriptFailed {
        /// Its exit code.
        code: i32,
        /// The file with its output.
        log: String,
    },
    /// Something else on this machine ended it.
    #[error("scripts/bootstrap.sh was ended by signal {signal}")]
    #[code("RUN-005")]
    #[hint("fix the problem above, then retry. Full log:", paste("{log}"))]
    ScriptKilled {
        /// The number of the signal.
        signal: i32,
        /// The file with its output.
        log: String,
    },
    /// It took longer than it may.
    #[error("scripts/bootstrap.sh did not end within {limit} and was killed with its process group")]
    #[code("RUN-006")]
    #[hint(
        "retry, with a longer --script-timeout if the script needs more time. Full log:",
        paste("{log}"),
        change(variables::BITIQ_BOOTSTRAP_SCRIPT_TIMEOUT)
    )]
    ScriptTooSlow {
        /// How long it may take.
        limit: String,
        /// The file with its output.
        log: String,
    },
    /// The file system did not take all of its output.
    #[error("scripts/bootstrap.sh succeeded, but its log {log} is incomplete: {problem}")]
    #[code("RUN-007")]
    #[hint(disk(problem))]
    LogNotWhole {
        /// The file with its output.
        log: String,
        /// The error of the file system.
        problem: disk::DiskError,
    },
}
