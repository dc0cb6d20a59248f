use http::HeaderValue;
use secret::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value};
use vaultrs::api::auth::kubernetes::requests::{ListRolesRequest, ReadKubernetesAuthConfigRequest};
use vaultrs::api::auth::kubernetes::responses::ListRolesResponse;
use vaultrs::api::token::requests::RevokeTokenSelfRequest;

use crate::answer::Answer;
use crate::endpoint::{ConfigureKubernetes, LogIn, LoggedIn, Sent};
use crate::error::VaultError;
use crate::mount::auth_mount_path;
use crate::request::Vault;
use crate::sender::As;

/// What a mount of type `kubernetes` is set to.
// vaultrs' type for it drops the fields it does not know.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct KubernetesConfig {
    /// `kubernetes_host`; empty where none is set.
    #[serde(rename = "kubernetes_host")]
    pub host: String,
    /// `kubernetes_ca_cert`, as written.
    #[serde(rename = "kubernetes_ca_cert")]
    pub ca_cert: String,
    /// Whether a reviewer's JWT is set; none where the server is too old to say.
    #[serde(rename = "token_reviewer_jwt_set")]
    pub reviewer_set: Option<bool>,
    /// Every other field, also those this program has never heard of.
    #[serde(flatten)]
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
        let request = ReadKubernetesAuthConfigRequest { mount: auth_mount_path(mount)? };
        let answer = self.read(&request, As::Us).await?;
        match answer.status {
            200..300 => Ok(ConfigLookup::Found(config(answer.data()?))),
            403 => Ok(ConfigLookup::Denied),
            404 if answer.says("no handler for route") => Ok(ConfigLookup::NoMount),
            404 | 405 if answer.says("unsupported") => Ok(ConfigLookup::OtherType),
            404 if !answer.says("namespace not found") => Ok(ConfigLookup::Unset),
            _ => Err(answer.error()),
        }
    }

    /// Lists the roles of `auth/<mount>`.
    ///
    /// # Errors
    /// Whatever keeps Vault from answering; not the lack of a right, of roles, or of the mount.
    pub async fn kubernetes_roles(&self, mount: &str) -> Result<RolesLookup, VaultError> {
        let request = ListRolesRequest { mount: auth_mount_path(mount)? };
        let answer = self.read(&request, As::Us).await?;
        match answer.status {
            200..300 => answer.data().map(|ListRolesResponse { keys }| RolesLookup::Found(keys)),
            403 => Ok(RolesLookup::Denied),
            404 | 405 if !answer.says("namespace not found") => Ok(RolesLookup::Found(Vec::new())),
            _ => Err(answer.error()),
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
        self.hide(jwt);
        let request = ConfigureKubernetes {
            mount: auth_mount_path(mount)?,
            fields: fields.clone(),
            token_reviewer_jwt: Sent(jwt.clone()),
        };
        let answer = self.write(&request, As::Us).await?;
        if answer.is_success() {
            return Ok(());
        }
        Err(mount_problem(&answer, mount).unwrap_or_else(|| answer.error()))
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
        self.hide(jwt);
        let request = LogIn { mount: mount.clone(), role: role.to_owned(), jwt: Sent(jwt.clone()) };
        let answer = self.write(&request, As::Newcomer).await?;
        if let Some(error) = mount_problem(&answer, &mount) {
            return Err(error);
        }
        if answer.is_sealed() || matches!(answer.status, 429 | 501 | 502 | 504) {
            return Err(answer.error());
        }
        let (Some(LoggedIn { auth }), true) = (answer.body(), answer.is_success()) else {
            let (code, said) = (answer.status, answer.said());
            return Err(VaultError::LoginRefused { mount, role: role.to_owned(), code, said });
        };
        let not_revoked = self.revoke(&auth.client_token).await;
        Ok(Login { policies: auth.policies, lease_seconds: auth.lease_duration, not_revoked })
    }

    /// Why it did not work, where it did not.
    async fn revoke(&self, token: &SecretString) -> Option<String> {
        let mut header = match HeaderValue::from_str(token.expose_secret()) {
            Ok(header) => header,
            Err(_) => return Some("the token can't be sent".to_owned()),
        };
        header.set_sensitive(true);
        self.hide(token);
        match self.write(&RevokeTokenSelfRequest {}, As::Other(&header)).await {
            Ok(answer) if answer.is_success() => None,
            Ok(answer) => Some(answer.error().to_string()),
            Err(error) => Some(error.to_string()),
        }
    }
}

fn mount_problem(answer: &Answer<'_>, mount: &str) -> Option<VaultError> {
    let mount = mount.to_owned();
    match answer.status {
        404 if answer.says("no handler for route") => Some(VaultError::NoSuchMount { mount }),
        404 | 405 if answer.says("unsupported") => Some(VaultError::WrongMountType { mount }),
        _ => None,
    }
}

/// Without what Vault says about the JWT it holds but never shows.
fn config(mut found: KubernetesConfig) -> KubernetesConfig {
    found.fields.retain(|key, value| key != "token_reviewer_jwt" && !value.is_null());
    found
}
