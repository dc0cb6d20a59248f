use advice::{Advice, Diagnostic};
use vault_access::VaultError;

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
    #[hint(by(Some((*needs).into())))]
    #[fix(
        "store a login at GITOPS_REPO_VAULT_PATH, as `username` and `password` (or `token`, `pat`), and let the token read it"
    )]
    VaultGivesNone {
        /// The path, and what is wrong with it.
        outcome: String,
        /// Paths that a policy of the token would have to let it read.
        denied: Vec<String>,
        /// The steps that let Vault give one.
        needs: &'static str,
    },
    /// No source gave a login, and the repository can't be read without one.
    #[error("find a login for {url}, which can't be read without one; tried: {}", listed(tried))]
    #[code("CREDS-003")]
    #[hint(
        when(tried.is_empty()),
        "leave out --credentials-from none, or make the repository public"
    )]
    #[hint(by(Some(one_of(needs))))]
    #[fix("let one of the places that were tried give a login; the terminal says what each needs")]
    NoneFound {
        /// The repository; a [`cluster_spec::RepoUrl`] holds no password.
        url: String,
        /// The answers, in order.
        tried: Vec<String>,
        /// The steps that let a source give one, by its title.
        needs: Vec<String>,
        /// Paths in Vault that a policy of the token would have to let it read.
        denied: Vec<String>,
    },
    /// The run was interrupted.
    #[error("look for a repository login: interrupted")]
    #[code("CREDS-004")]
    #[hint("run the same command again: it continues where it ended")]
    Stopped,
}

impl CredentialsError {
    /// Paths in Vault that a policy of the token would have to let it read.
    pub fn denied(&self) -> Vec<String> {
        match self {
            Self::VaultGivesNone { denied, .. } | Self::NoneFound { denied, .. } => denied.clone(),
            Self::Vault { .. } | Self::Stopped => Vec::new(),
        }
    }
}

fn listed(tried: &[String]) -> String {
    if tried.is_empty() { "nothing (--credentials-from none)".to_owned() } else { tried.join("; ") }
}

fn one_of(needs: &[String]) -> Advice {
    let lines = needs.iter().map(|needs| format!("\n  - {needs}"));
    format!("one of these will do:{}", lines.collect::<String>()).into()
}
