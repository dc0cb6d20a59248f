use std::fmt;
use std::str::FromStr;

use advice::Diagnostic;

/// A place a repository login may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// `GITOPS_REPO_USERNAME`, `GITOPS_REPO_PASSWORD`, `GITOPS_REPO_PAT`.
    Env,
    /// The key-value store of Vault.
    Vault,
    /// The Argo CD Secret for this repository that is already in the cluster.
    Cluster,
    /// The user's own git credential helper.
    Git,
    /// No login: the repository is read anonymously.
    None,
}

impl Source {
    /// The sources that are asked, in order.
    pub const ORDER: [Self; 4] = [Self::Env, Self::Vault, Self::Cluster, Self::Git];

    /// Every name `--credentials-from` takes, in order.
    pub const NAMES: [&'static str; 5] = ["env", "vault", "cluster", "git", "none"];

    /// The name on the command line and in the trace.
    pub fn name(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Vault => "vault",
            Self::Cluster => "cluster",
            Self::Git => "git",
            Self::None => "none",
        }
    }

    /// The name in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Env => "environment",
            Self::Vault => "Vault KV",
            Self::Cluster => "Secret in the cluster",
            Self::Git => "git credential helper",
            Self::None => "none (anonymous)",
        }
    }

    /// Whether a login from here replaces the one an existing Secret of the cluster holds. What lies in the cluster
    /// or in a laptop's keychain is no statement about what Argo CD shall use.
    pub fn replaces_existing(self) -> bool {
        match self {
            Self::Env | Self::Vault => true,
            Self::Cluster | Self::Git | Self::None => false,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ORDER
            .into_iter()
            .chain([Self::None])
            .find(|source| source.name() == name)
            .ok_or_else(|| UnknownSource(name.to_owned()))
    }
}

/// A name that is no source of logins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
#[error("no source of logins is called `{0}` (there are env, vault, cluster, git and none)")]
#[code("CLI-030")]
#[hint("give --credentials-from one of env, vault, cluster, git, none")]
pub struct UnknownSource(pub String);
