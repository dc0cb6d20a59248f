//! The Secret as Argo CD documents it, key by key.

use ::secret::{ExposeSecret as _, RepoLogin};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cluster_access::applied_by_us;
use cluster_spec::same_repository;
use serde_json::{Map, Value, json};

use super::observe::SECRET_TYPE;
use super::{Desired, LoginRule};

/// Every key by which Argo CD logs in to a Git repository (argo-cd.readthedocs.io, "Private Repositories"). The TLS
/// client certificate is not among them: it opens the way, and goes with any login.
pub(super) const LOGIN_KEYS: [&str; 14] = [
    "username",
    "password",
    "bearerToken",
    "sshPrivateKey",
    "githubAppID",
    "githubAppInstallationID",
    "githubAppEnterpriseBaseUrl",
    "githubAppPrivateKey",
    "gcpServiceAccountKey",
    "useAzureWorkloadIdentity",
    "azureServicePrincipalClientId",
    "azureServicePrincipalClientSecret",
    "azureServicePrincipalTenantId",
    "azureActiveDirectoryEndpoint",
];

/// The login to write, where one is to be written.
pub(super) fn login_to_write<'a>(desired: &Desired<'a>, live: Option<&Value>) -> Option<&'a RepoLogin> {
    match desired.rule {
        LoginRule::Replace => desired.login,
        LoginRule::Fill if !live.is_some_and(has_login) => desired.login,
        LoginRule::Fill | LoginRule::Keep => None,
    }
}

/// The Secret to apply. What of the login stays is in it only where we wrote it before: left out, the server would
/// take it away; put in, it would take it from whoever wrote it.
pub(super) fn body(desired: &Desired<'_>, live: Option<&Value>) -> Value {
    let mut data = Map::new();
    data.insert("type".into(), encoded("git"));
    data.insert("url".into(), encoded(&url(desired, live)));
    match login_to_write(desired, live) {
        Some(RepoLogin::Basic { username, password }) => {
            data.insert("username".into(), encoded(username));
            data.insert("password".into(), encoded(password.expose_secret()));
        }
        Some(RepoLogin::SshKey { private_key }) => {
            data.insert("sshPrivateKey".into(), encoded(private_key.expose_secret()));
        }
        None => data.extend(live.into_iter().flat_map(ours_already)),
    }
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": desired.name,
            "namespace": desired.namespace,
            "labels": { SECRET_TYPE: "repository" },
            "annotations": desired.owner.annotations(),
        },
        "type": "Opaque",
        "data": data,
    })
}

fn ours_already(live: &Value) -> impl Iterator<Item = (String, Value)> {
    LOGIN_KEYS
        .iter()
        .filter(|key| applied_by_us(live, &["data", key]))
        .map(|key| ((*key).to_owned(), live["data"][key].clone()))
}

/// The Secret's own spelling stays where Argo CD takes it for the same repository.
fn url(desired: &Desired<'_>, live: Option<&Value>) -> String {
    live.and_then(|live| text(live, "url"))
        .filter(|url| same_repository(url, desired.url.as_str()))
        .unwrap_or_else(|| desired.url.as_str().into())
}

/// JSON pointers to the login keys that do not belong to this kind of login.
pub(super) fn keys_of_another_kind(login: &RepoLogin) -> Vec<String> {
    let own: &[&str] = match login {
        RepoLogin::Basic { .. } => &["username", "password"],
        RepoLogin::SshKey { .. } => &["sshPrivateKey"],
    };
    LOGIN_KEYS.iter().filter(|key| !own.contains(key)).map(|key| format!("/data/{key}")).collect()
}

/// Whether the Secret has any login.
pub(super) fn has_login(live: &Value) -> bool {
    LOGIN_KEYS.iter().any(|key| live["data"][key].as_str().is_some_and(|value| !value.is_empty()))
}

/// Whether Argo CD takes no other Secret's credentials for this one: it has a login, or a client certificate.
pub(super) fn credentials(live: &Value) -> bool {
    has_login(live) || live["data"]["tlsClientCertData"].as_str().is_some_and(|value| !value.is_empty())
}

/// A key of the Secret as text.
pub(crate) fn text(secret: &Value, key: &str) -> Option<String> {
    let bytes = STANDARD.decode(secret["data"][key].as_str()?).ok()?;
    String::from_utf8(bytes).ok()
}

fn encoded(value: &str) -> Value {
    Value::from(STANDARD.encode(value))
}

pub(super) fn owner_of(live: &Value) -> Option<String> {
    let metadata = &live["metadata"];
    let owner = &metadata["ownerReferences"][0];
    if let Some(kind) = owner["kind"].as_str() {
        return Some(format!("{kind} {}", owner["name"].as_str().unwrap_or_default()));
    }
    metadata["labels"]["app.kubernetes.io/managed-by"].as_str().map(Into::into)
}
