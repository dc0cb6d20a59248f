use std::collections::BTreeMap;

use secret::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The file as kubectl knows it; what is not named here has no meaning for us and is left out of what we write.
#[derive(Deserialize, Serialize)]
pub(crate) struct File {
    #[serde(rename = "apiVersion", skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<Vec<NamedCluster>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contexts: Option<Vec<NamedContext>>,
    #[serde(rename = "current-context", skip_serializing_if = "Option::is_none")]
    pub current_context: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<NamedUser>>,
}

/// An entry with its name.
#[derive(Clone)]
pub(crate) struct Named<T> {
    pub name: String,
    pub entry: T,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct NamedCluster {
    pub name: String,
    pub cluster: Option<ClusterEntry>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct NamedContext {
    pub name: String,
    pub context: Option<ContextEntry>,
}

#[derive(Deserialize, Serialize)]
pub(crate) struct NamedUser {
    pub name: String,
    pub user: Option<UserEntry>,
}

#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct ContextEntry {
    pub cluster: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ClusterEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_authority: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_authority_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_compression: Option<bool>,
    /// Handed to an exec plugin that asks for the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insecure_skip_tls_verify: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_server_name: Option<String>,
}

#[derive(Clone, Default, Deserialize, Serialize)]
pub(crate) struct UserEntry {
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub impersonate: Option<String>,
    #[serde(rename = "as-groups", skip_serializing_if = "Option::is_none")]
    pub impersonate_groups: Option<Vec<String>>,
    #[serde(rename = "as-uid", skip_serializing_if = "Option::is_none")]
    pub impersonate_uid: Option<String>,
    #[serde(rename = "as-user-extra", skip_serializing_if = "Option::is_none")]
    pub impersonate_user_extra: Option<BTreeMap<String, Vec<String>>>,
    #[serde(rename = "auth-provider", skip_serializing)]
    pub auth_provider: Option<AuthProvider>,
    #[serde(rename = "client-certificate", skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<String>,
    #[serde(rename = "client-certificate-data", skip_serializing_if = "Option::is_none")]
    pub client_certificate_data: Option<String>,
    #[serde(rename = "client-key", skip_serializing_if = "Option::is_none")]
    pub client_key: Option<String>,
    #[serde(rename = "client-key-data", skip_serializing_if = "Option::is_none")]
    pub client_key_data: Option<Hidden>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exec: Option<Plugin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Hidden>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Hidden>,
    #[serde(rename = "tokenFile", skip_serializing_if = "Option::is_none")]
    pub token_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

/// Gone from Kubernetes' own clients since 1.26, except for `oidc`; read only to say so.
#[derive(Clone, Deserialize)]
pub(crate) struct AuthProvider {
    pub name: String,
}

/// An exec plugin, whole: also keys that only the plugin's author knows.
#[derive(Clone, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Plugin(pub BTreeMap<String, Value>);

impl Plugin {
    pub fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str()
    }

    /// `env` as pairs.
    pub fn env(&self) -> Vec<(String, String)> {
        let entries = self.0.get("env").and_then(Value::as_array).into_iter().flatten();
        entries
            .filter_map(|entry| Some((entry["name"].as_str()?.into(), entry["value"].as_str()?.into())))
            .collect()
    }

    /// The values of its environment that are secret by their name.
    pub fn secrets(&self) -> Vec<SecretString> {
        let secret = |name: &str| {
            ["SECRET", "TOKEN", "PASSWORD", "KEY"].iter().any(|word| name.to_uppercase().contains(word))
        };
        self.env().into_iter().filter(|(name, _)| secret(name)).map(|(_, value)| value.into()).collect()
    }
}

/// A secret in a file that is written back.
#[derive(Clone)]
pub(crate) struct Hidden(pub SecretString);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(SecretString::from(text)))
    }
}

impl Serialize for Hidden {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}
