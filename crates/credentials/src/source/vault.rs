use std::collections::BTreeMap;

use cluster_spec::{RepoUrl, UrlKind, covers, same_repository};
use secret::{ExposeSecret as _, LoginRule, SecretString};
use tokio_util::sync::CancellationToken;
use vault_access::{KvLookup, VaultError};

use super::about::About;
use crate::candidate::Candidate;
use crate::error::CredentialsError;
use crate::login::Parts;
use crate::query::Query;

/// The keys that may hold the password, the first one that is filled wins.
const PASSWORD_KEYS: [&str; 3] = ["password", "token", "pat"];

pub(super) const ABOUT: About = About {
    name: "vault",
    title: "Vault KV",
    variables: &[],
    rule: LoginRule::Replace,
    needs: "set VAULT_ADDR and VAULT_TOKEN, and store `username` and `password` (or `token`, `pat`) at \
            GITOPS_REPO_VAULT_PATH; the token needs `read` on it",
    needs_for_ssh: Some(
        "set VAULT_ADDR and VAULT_TOKEN, and store `sshPrivateKey` at GITOPS_REPO_VAULT_PATH; the token needs \
         `read` on it",
    ),
};

pub(super) async fn ask(query: &Query<'_>, stop: &CancellationToken) -> Result<Candidate, CredentialsError> {
    let Some(at) = &query.vault else {
        return Ok(Candidate::not_asked(ABOUT.title, "VAULT_ADDR and VAULT_TOKEN are not both set"));
    };
    let looked_up = tokio::select! {
        looked_up = at.vault.kv_read(at.path) => looked_up,
        () = stop.cancelled() => return Err(CredentialsError::Stopped),
    };
    match looked_up {
        Ok(KvLookup::Found { version, data, .. }) => Ok(from_kv(at.path, version, &data, query.repo_url)),
        Ok(KvLookup::Absent { .. }) => Ok(nothing_at(at.path, "nothing there (404)")),
        Ok(KvLookup::Deleted { .. }) => Ok(nothing_at(at.path, "its newest version is deleted (404)")),
        Ok(KvLookup::Denied { paths }) => Ok(denied(at.path, paths)),
        Err(error) if at.may_fail => Ok(unanswered(at.path, &error)),
        Err(error) => Err(CredentialsError::Vault { path: at.path.to_owned(), source: error.into() }),
    }
}

fn nothing_at(path: &str, why: &str) -> Candidate {
    Candidate::nothing(format!("Vault KV {path}"), why)
}

/// Where not even the version could be asked for there are two paths.
fn denied(path: &str, paths: Vec<String>) -> Candidate {
    let said = match paths.as_slice() {
        [two, one] => format!("{two} (on KV version 1: {one})"),
        paths => paths.join(", "),
    };
    let why = format!("no such mount, or the token has no `read` on {said} (403)");
    Candidate { denied: paths, ..nothing_at(path, &why) }
}

fn unanswered(path: &str, error: &VaultError) -> Candidate {
    let why = format!("could not be asked: {error}");
    let warning = format!("Vault was not asked for a login at {path}: {error}");
    Candidate { warnings: vec![warning], ..nothing_at(path, &why) }
}

/// What lies at `path` in Vault's key-value store as a candidate. `version` is the store's (1 or 2).
pub fn from_kv(path: &str, version: u8, data: &BTreeMap<String, SecretString>, url: &RepoUrl) -> Candidate {
    let origin = format!("Vault KV {path} (version {version})");
    let parts = Parts {
        username: value(data, "username").map(|name| name.expose_secret().to_owned()),
        password: PASSWORD_KEYS.iter().find_map(|key| value(data, key)).cloned(),
        private_key: value(data, "sshPrivateKey").cloned(),
        github_app: data.keys().any(|key| key.starts_with("githubApp")),
    };
    let mut candidate = Candidate::of(origin, parts, url);
    if let Err(why) = &mut candidate.answer {
        why.push_str(&keys_there(data));
        // Somebody stored something: a rotated login under a misspelled key must not be passed over in silence.
        if candidate.warnings.is_empty() && !data.is_empty() {
            candidate.warnings.push(format!("{}: {why}", candidate.origin));
        }
    }
    candidate.warnings.extend(other_url(path, data, url));
    refuse_plain_http(&mut candidate, data, url);
    candidate
}

fn value<'a>(data: &'a BTreeMap<String, SecretString>, key: &str) -> Option<&'a SecretString> {
    data.get(key).filter(|value| !value.expose_secret().trim().is_empty())
}

/// Names of keys are no secrets, and tell a misspelled one.
fn keys_there(data: &BTreeMap<String, SecretString>) -> String {
    let names: Vec<&str> = data.keys().map(String::as_str).collect();
    match names.as_slice() {
        [] => " (it holds no keys)".to_owned(),
        names => format!(" (keys there: {})", names.join(", ")),
    }
}

/// A login stored for another repository is likely the wrong one. The URL there is not repeated where it might hold a
/// password.
fn other_url(path: &str, data: &BTreeMap<String, SecretString>, url: &RepoUrl) -> Option<String> {
    let stored = value(data, "url")?.expose_secret().trim();
    if same_repository(stored, url.as_str()) || covers(stored, url.as_str()) {
        return None;
    }
    let shown = match RepoUrl::parse(stored) {
        Ok(stored) => format!("is for {stored}"),
        Err(_) => "is for another URL".to_owned(),
    };
    Some(format!("the login at {path} in Vault {shown} (its key `url`), not for {url}"))
}

/// A login that is stored for an https URL is never sent over plain http.
fn refuse_plain_http(candidate: &mut Candidate, data: &BTreeMap<String, SecretString>, url: &RepoUrl) {
    let stored = value(data, "url").map(|stored| stored.expose_secret().trim().to_ascii_lowercase());
    let for_https = stored.is_some_and(|stored| stored.starts_with("https:"));
    if for_https && url.kind() == UrlKind::Http && candidate.answer.is_ok() {
        let why = "it is for an https URL (its key `url`), and is not sent over plain http";
        candidate.answer = Err(why.to_owned());
    }
}
