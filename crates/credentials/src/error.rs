use advice::{Advice, Diagnostic};
use cluster_spec::{RepoUrl, UrlKind};
use vault_access::VaultError;

use crate::candidate::{Found, Tried};
use crate::source::Source;

/// Why the search for a login ended without an answer.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum CredentialsError {
    /// Vault is there by the settings, but can't be asked.
    #[error("look the repository login up at {path} in Vault")]
    #[code("CREDS-001")]
    #[hint(of(source))]
    Vault {
        /// The path that was asked for.
        path: String,
        /// What Vault said.
        source: Box<VaultError>,
    },
    /// `--credentials-from vault`, and it has none.
    #[error("get the repository login from Vault: {outcome}")]
    #[code("CREDS-002")]
    #[hint(by(Some(needs(Source::Vault, false).into())))]
    #[fix(
        "store a login at GITOPS_REPO_VAULT_PATH, as `username` and `password` (or `token`, `pat`), and let the token read it"
    )]
    VaultGivesNone {
        /// The path, and what is wrong with it.
        outcome: String,
        /// Paths that a policy of the token would have to let it read.
        denied: Vec<String>,
    },
    /// No source gave a login, and the repository can't be read without one.
    #[error("find a login for {url}, which can't be read without one; tried: {}", listed(tried))]
    #[code("CREDS-003")]
    #[hint(
        when(tried.is_empty()),
        "leave out --credentials-from none, or make the repository public"
    )]
    #[hint(by(Some(one_of(tried, *ssh))))]
    #[fix(
        "give a login in one of these places: the variables GITOPS_REPO_…, Vault, a Secret of Argo CD, a git credential helper; the terminal says what each needs"
    )]
    NoneFound {
        /// The repository; [`RepoUrl`] holds no password.
        url: String,
        /// Whether the URL wants a key instead of a password.
        ssh: bool,
        /// What was asked, in order.
        tried: Vec<Tried>,
    },
    /// The run was interrupted.
    #[error("look for a repository login: interrupted")]
    #[code("CREDS-004")]
    #[hint("run the same command again: it continues where it ended")]
    Stopped,
}

/// The error for a repository that does not answer without a login, where `found` holds none.
pub fn none_found(found: &Found, url: &RepoUrl) -> CredentialsError {
    CredentialsError::NoneFound {
        url: url.to_string(),
        ssh: url.kind() == UrlKind::Ssh,
        tried: found.tried.clone(),
    }
}

impl CredentialsError {
    /// Paths in Vault that a policy of the token would have to let it read.
    pub fn denied(&self) -> Vec<String> {
        match self {
            Self::VaultGivesNone { denied, .. } => denied.clone(),
            Self::NoneFound { tried, .. } => tried.iter().flat_map(|tried| tried.denied.clone()).collect(),
            Self::Vault { .. } | Self::Stopped => Vec::new(),
        }
    }
}

fn listed(tried: &[Tried]) -> String {
    match tried {
        [] => "nothing (--credentials-from none)".to_owned(),
        tried => tried.iter().map(|tried| tried.outcome.as_str()).collect::<Vec<_>>().join("; "),
    }
}

fn one_of(tried: &[Tried], ssh: bool) -> Advice {
    let mut lines = vec!["one of these will do:".to_owned()];
    let asked = tried.iter().map(|tried| tried.source);
    // Over ssh these two can't hold what is needed, whatever is done about them.
    let useful = asked.filter(|source| !ssh || !matches!(source, Source::Env | Source::Git));
    lines.extend(useful.map(|source| format!("  - {}: {}", source.title(), needs(source, ssh))));
    lines.join("\n").into()
}

fn needs(source: Source, ssh: bool) -> &'static str {
    match (source, ssh) {
        (Source::Env, _) => {
            "set GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or a token alone as GITOPS_REPO_PAT"
        }
        (Source::Vault, false) => {
            "set VAULT_ADDR and VAULT_TOKEN, and store `username` and `password` (or `token`, `pat`) at \
             GITOPS_REPO_VAULT_PATH; the token needs `read` on it"
        }
        (Source::Vault, true) => {
            "set VAULT_ADDR and VAULT_TOKEN, and store `sshPrivateKey` at GITOPS_REPO_VAULT_PATH; the token needs \
             `read` on it"
        }
        (Source::Cluster, false) => {
            "a Secret in Argo CD's namespace, labelled argocd.argoproj.io/secret-type=repository, with this `url`, \
             `username` and `password`"
        }
        (Source::Cluster, true) => {
            "a Secret in Argo CD's namespace, labelled argocd.argoproj.io/secret-type=repository, with this `url` and \
             `sshPrivateKey`"
        }
        (Source::Git, _) => {
            "a credential.helper that answers `git credential fill` for this host without a prompt"
        }
        (Source::None, _) => "make the repository readable without a login",
    }
}
