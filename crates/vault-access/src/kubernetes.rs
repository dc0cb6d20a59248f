use reqwest::Method;
use reqwest::header::HeaderValue;
use secret::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::error::VaultError;
use crate::mount::auth_mount_path;
use crate::request::{As, Vault};
use crate::token::strings;

/// What Vault says about the JWT it holds but never shows.
const ANSWER_ONLY: &[&str] = &["token_reviewer_jwt_set", "token_reviewer_jwt"];

/// What a mount of type `kubernetes` is set to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KubernetesConfig {
    /// `kubernetes_host`; empty where none is set.
    pub host: String,
    /// `kubernetes_ca_cert`, as written.
    pub ca_cert: String,
    /// Whether a reviewer's JWT is set; none where the server is too old to say.
    pub reviewer_set: Option<bool>,
    /// Every other field, also those this program has never heard of.
    pub fields: Map<String, Value>,
}

/// What there is at `auth/<mount>/config`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigLookup {
    /// This.
    Found(KubernetesConfig),
    /// Nothing yet.
    Unset,
    /// The token may not read it. Vault gives the same answer where there is no mount.
    Denied,
    /// There is no such mount.
    NoMount,
    /// The mount has no such path: it is of another type.
    OtherType,
}

/// The roles of a mount of type `kubernetes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RolesLookup {
    /// These, by name.
    Found(Vec<String>),
    /// The token may not list them.
    Denied,
}

/// A login that worked. Its token is revoked already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The policies the role gave.
    pub policies: Vec<String>,
    /// How many seconds the token would have lasted.
    pub lease_seconds: u64,
    /// Why the token could not be revoked, where it could not: it lasts until its lease ends.
    pub not_revoked: Option<String>,
}

impl Vault {
    /// Reads `auth/<mount>/config`.
    ///
    /// # Errors
    /// Whatever keeps Vault from answering; not the lack of a right, of the mount, or of a configuration.
    pub async fn kubernetes_config(&self, mount: &str) -> Result<ConfigLookup, VaultError> {
        let path = config_path(mount)?;
        let answer = self.read(&path).await?;
        match answer.status {
            200..300 => Ok(ConfigLookup::Found(config(answer.into_data()))),
            403 => Ok(ConfigLookup::Denied),
            404 if answer.says("no handler for route") => Ok(ConfigLookup::NoMount),
            404 | 405 if answer.says("unsupported") => Ok(ConfigLookup::OtherType),
            404 if !answer.says("namespace not found") => Ok(ConfigLookup::Unset),
            _ => Err(self.error(answer, &path, "read")),
        }
    }

    /// Lists the roles of `auth/<mount>`.
    ///
    /// # Errors
    /// Whatever keeps Vault from answering; not the lack of a right, of roles, or of the mount.
    pub async fn kubernetes_roles(&self, mount: &str) -> Result<RolesLookup, VaultError> {
        let path = format!("auth/{}/role", auth_mount_path(mount)?);
        let answer = self.ask(Method::GET, &path, Some("list=true"), None, As::Us).await?;
        match answer.status {
            200..300 => {
                Ok(RolesLookup::Found(answer.into_data().get("keys").map(strings).unwrap_or_default()))
            }
            403 => Ok(RolesLookup::Denied),
            404 | 405 if !answer.says("namespace not found") => Ok(RolesLookup::Found(Vec::new())),
            _ => Err(self.error(answer, &path, "list")),
        }
    }

    /// Writes `auth/<mount>/config`: `fields` and the reviewer's JWT, in one request that is never repeated. What is
    /// not among them, Vault sets back to its defaults.
    ///
    /// # Errors
    /// Any refusal; [`VaultError::NoSuchMount`] and [`VaultError::WrongMountType`] among them.
    pub async fn write_kubernetes_config(
        &self,
        mount: &str,
        fields: &Map<String, Value>,
        jwt: &SecretString,
    ) -> Result<(), VaultError> {
        let path = config_path(mount)?;
        self.hide(jwt);
        let mut body = fields.clone();
        body.insert("token_reviewer_jwt".to_owned(), Value::from(jwt.expose_secret()));
        let answer = self.write(&path, Some(&Value::Object(body)), As::Us).await?;
        if answer.is_success() {
            return Ok(());
        }
        Err(match mount_problem(&answer, mount) {
            Some(error) => error,
            None => self.error(answer, &path, "update"),
        })
    }

    /// Logs in at `auth/<mount>` with a ServiceAccount's token, as a pod does, and revokes the token it got at once.
    /// Our own token is not sent along.
    ///
    /// # Errors
    /// [`VaultError::LoginRefused`] with Vault's own words, or whatever keeps Vault from answering.
    pub async fn kubernetes_login(
        &self,
        mount: &str,
        role: &str,
        jwt: &SecretString,
    ) -> Result<Login, VaultError> {
        let mount = auth_mount_path(mount)?;
        let path = format!("auth/{mount}/login");
        self.hide(jwt);
        let body = json!({ "role": role, "jwt": jwt.expose_secret() });
        let answer = self.write(&path, Some(&body), As::Newcomer).await?;
        if let Some(error) = mount_problem(&answer, &mount) {
            return Err(error);
        }
        if answer.is_sealed() || matches!(answer.status, 429 | 501 | 502 | 504) {
            return Err(self.error(answer, &path, "update"));
        }
        let auth = answer.body.as_ref().and_then(|body| body.get("auth"));
        let token = auth.and_then(|auth| auth.get("client_token")?.as_str());
        let (Some(auth), Some(token), true) = (auth, token, answer.is_success()) else {
            let (code, said) = (answer.status, answer.said());
            return Err(VaultError::LoginRefused { mount, role: role.to_owned(), code, said });
        };
        let not_revoked = self.revoke(token).await;
        let policies = auth.get("policies").map(strings).unwrap_or_default();
        let lease_seconds = auth.get("lease_duration").and_then(Value::as_u64).unwrap_or_default();
        Ok(Login { policies, lease_seconds, not_revoked })
    }

    /// Why it did not work, where it did not.
    async fn revoke(&self, token: &str) -> Option<String> {
        let mut header = match HeaderValue::from_str(token) {
            Ok(header) => header,
            Err(_) => return Some("the token can't be sent".to_owned()),
        };
        header.set_sensitive(true);
        self.hide(&SecretString::from(token));
        let path = "auth/token/revoke-self";
        match self.write(path, None, As::Other(&header)).await {
            Ok(answer) if answer.is_success() => None,
            Ok(answer) => Some(self.error(answer, path, "update").to_string()),
            Err(error) => Some(error.to_string()),
        }
    }
}

fn config_path(mount: &str) -> Result<String, VaultError> {
    Ok(format!("auth/{}/config", auth_mount_path(mount)?))
}

fn mount_problem(answer: &Answer, mount: &str) -> Option<VaultError> {
    let mount = mount.to_owned();
    match answer.status {
        404 if answer.says("no handler for route") => Some(VaultError::NoSuchMount { mount }),
        404 | 405 if answer.says("unsupported") => Some(VaultError::WrongMountType { mount }),
        _ => None,
    }
}

fn config(mut data: Map<String, Value>) -> KubernetesConfig {
    let mut text = |key: &str| match data.remove(key) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let (host, ca_cert) = (text("kubernetes_host"), text("kubernetes_ca_cert"));
    let reviewer_set = data.get("token_reviewer_jwt_set").and_then(Value::as_bool);
    data.retain(|key, value| !ANSWER_ONLY.contains(&key.as_str()) && !value.is_null());
    KubernetesConfig { host, ca_cert, reviewer_set, fields: data }
}
