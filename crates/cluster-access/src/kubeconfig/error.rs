use std::path::PathBuf;

use advice::Diagnostic;
use thiserror::Error;

/// Why there is no kubeconfig to use. No variant holds a value from a file.
#[derive(Debug, Error, Diagnostic)]
pub enum KubeconfigError {
    /// Neither the cluster's own kubeconfig nor the installer's is there.
    #[error("find a kubeconfig: there is neither {} nor {}", existing.display(), installer.display())]
    #[code("KUBECONFIG-001")]
    #[hint(say("install the cluster, copy its kubeconfig to {}, or name one with --kubeconfig FILE", existing.display()))]
    Missing {
        /// `.work/kubeconfig`
        existing: PathBuf,
        /// `.work/installer/auth/kubeconfig`
        installer: PathBuf,
    },
    /// The named file is not there, or can't be read.
    #[error("read the kubeconfig")]
    #[code("KUBECONFIG-002")]
    #[hint("name another file with --kubeconfig FILE, or ", disk(&disk::explain_io(source)))]
    Unreadable {
        /// Where.
        file: PathBuf,
        /// Why (its text names the path).
        #[source]
        source: std::io::Error,
    },
    /// The file is there and has nothing in it.
    #[error("read the kubeconfig {}: it is empty", file.display())]
    #[code("KUBECONFIG-003")]
    #[hint("take a fresh one (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE")]
    Empty {
        /// Where.
        file: PathBuf,
    },
    /// The file is no kubeconfig.
    #[error("read the kubeconfig {}: it is no kubeconfig: {problem}", file.display())]
    #[code("KUBECONFIG-004")]
    #[hint("take a fresh one (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE")]
    NotKubeconfig {
        /// Where.
        file: PathBuf,
        /// What is wrong, and where in the file.
        problem: String,
    },
    /// Several contexts, and none of them is the current one; or the current one is not there.
    #[error("read the kubeconfig {}: {problem}", file.display())]
    #[code("KUBECONFIG-005")]
    #[hint(when(contexts.is_empty()), "name another file with --kubeconfig FILE")]
    #[hint(say("choose one of {}:", contexts.join(", ")), run("kubectl config use-context NAME --kubeconfig {}", file))]
    NoContext {
        /// Where.
        file: PathBuf,
        /// Which one is missing.
        problem: String,
        /// The contexts there are.
        contexts: Vec<String>,
    },
    /// A part of the context is missing or can't be used.
    #[error("read the kubeconfig {}: {problem}", file.display())]
    #[code("KUBECONFIG-006")]
    #[hint(
        "correct the part that is named, or take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE"
    )]
    Unusable {
        /// Where.
        file: PathBuf,
        /// Which part, and why.
        problem: String,
    },
    /// A file that the kubeconfig names can't be read.
    #[error("read the {what} that the kubeconfig {} names", file.display())]
    #[code("KUBECONFIG-007")]
    #[hint("files in a kubeconfig are looked for from its own folder: was it copied without them?")]
    Named {
        /// The kubeconfig.
        file: PathBuf,
        /// `client certificate`, `certificate authority`
        what: &'static str,
        /// Why (its text names the path).
        #[source]
        source: std::io::Error,
    },
}
