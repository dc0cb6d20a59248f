//! The settings of the repository and its login.

use std::time::Duration;

use credentials::{Source, Variables};

use crate::kubernetes_name::Name;
use crate::reader::Reader;
use crate::variables;

/// Settings of the repository and its login.
pub struct RepositorySettings {
    /// `--credentials-from`.
    pub from: Option<Source>,
    /// What the environment holds of a login.
    pub login: Variables,
    /// KV path of the login.
    pub vault_path: String,
    /// Name of the repository Secret.
    pub secret_name: String,
    /// How long Argo CD may take to read the repository.
    pub access_timeout: Duration,
    /// How long the Git host may send nothing; zero: for ever.
    pub fetch_timeout: Duration,
    /// Logins over plain http.
    pub allow_insecure_http: bool,
    /// `--commit`.
    pub commit: Option<String>,
}

impl RepositorySettings {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            from: reader.one_of(variables::BITIQ_BOOTSTRAP_CREDENTIALS_FROM, Source::named),
            login: Source::variables().filter_map(|name| Some((name, reader.secret(name)?))).collect(),
            vault_path: reader.text_or_default(variables::GITOPS_REPO_VAULT_PATH),
            secret_name: reader.name(variables::GITOPS_REPO_SECRET_NAME, Name::Subdomain),
            access_timeout: reader.duration(variables::GITOPS_REPO_ACCESS_TIMEOUT),
            fetch_timeout: reader.duration(variables::BITIQ_BOOTSTRAP_FETCH_TIMEOUT),
            allow_insecure_http: reader.switch(variables::BITIQ_BOOTSTRAP_ALLOW_INSECURE_HTTP),
            commit: commit(reader),
        }
    }
}

/// A ref's commit is known by its whole name alone.
fn commit(reader: &mut Reader<'_>) -> Option<String> {
    let text = reader.text(variables::BITIQ_BOOTSTRAP_COMMIT)?;
    let is_full = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_full {
        reader.wrong(
            variables::BITIQ_BOOTSTRAP_COMMIT,
            &text,
            "a full commit id, as `git rev-parse` prints it",
        );
    }
    Some(text)
}
