use std::path::PathBuf;

use thiserror::Error;

/// Why there is no kubeconfig to use. No variant holds a value from a file.
#[derive(Debug, Error)]
pub enum KubeconfigError {
    /// Neither the cluster's own kubeconfig nor the installer's is there.
    #[error("find a kubeconfig: there is neither {} nor {}", existing.display(), installer.display())]
    Missing {
        /// `.work/kubeconfig`
        existing: PathBuf,
        /// `.work/installer/auth/kubeconfig`
        installer: PathBuf,
    },
    /// The named file is not there, or can't be read.
    #[error("read the kubeconfig")]
    Unreadable {
        /// Where.
        file: PathBuf,
        /// Why (its text names the path).
        #[source]
        source: std::io::Error,
    },
    /// The file is there and has nothing in it.
    #[error("read the kubeconfig {}: it is empty", file.display())]
    Empty {
        /// Where.
        file: PathBuf,
    },
    /// The file is no kubeconfig.
    #[error("read the kubeconfig {}: it is no kubeconfig: {problem}", file.display())]
    NotKubeconfig {
        /// Where.
        file: PathBuf,
        /// What is wrong, and where in the file.
        problem: String,
    },
    /// Several contexts, and none of them is the current one; or the current one is not there.
    #[error("read the kubeconfig {}: {problem}", file.display())]
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
    Unusable {
        /// Where.
        file: PathBuf,
        /// Which part, and why.
        problem: String,
    },
    /// A file that the kubeconfig names can't be read.
    #[error("read the {what} that the kubeconfig {} names", file.display())]
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

impl KubeconfigError {
    /// What to do next, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Missing { existing, .. } => {
                format!(
                    "install the cluster, copy its kubeconfig to {}, or name one with --kubeconfig FILE",
                    existing.display()
                )
            }
            Self::NoContext { contexts, .. } if contexts.is_empty() => {
                "name another file with --kubeconfig FILE".into()
            }
            Self::NoContext { file, contexts, .. } => format!(
                "choose one of {}:\nkubectl config use-context NAME --kubeconfig {}",
                contexts.join(", "),
                secret::quoted_path(file)
            ),
            Self::Unreadable { source, .. } => {
                format!("name another file with --kubeconfig FILE, or {}", disk::hint_of(source))
            }
            Self::Empty { .. } | Self::NotKubeconfig { .. } => {
                "take a fresh one (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE"
                    .into()
            }
            Self::Named { .. } => {
                "files in a kubeconfig are looked for from its own folder: was it copied without them?".into()
            }
            Self::Unusable { .. } => {
                "correct the part that is named, or take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE".into()
            }
        };
        Some(hint)
    }
}
