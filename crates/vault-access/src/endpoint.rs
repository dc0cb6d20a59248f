//! Requests that vaultrs lacks, or whose type there shows a JWT in `Debug`; and what Vault answers to them.

use std::collections::BTreeMap;

use rustify_derive::Endpoint;
use secret::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// Finds the mount that a path belongs to. Every token with a right below the mount may ask.
#[derive(Endpoint)]
#[endpoint(path = "sys/internal/ui/mounts/{self.path}")]
pub(crate) struct FindMount {
    #[endpoint(skip)]
    pub path: String,
}

/// Reads one auth mount. vaultrs lists all of them.
#[derive(Endpoint)]
#[endpoint(path = "sys/auth/{self.mount}")]
pub(crate) struct ReadAuthMount {
    #[endpoint(skip)]
    pub mount: String,
}

/// The answer to both. vaultrs' type for it lacks the path, and wants fields that nobody here reads.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Mount {
    pub path: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub accessor: Option<String>,
    pub options: Option<BTreeMap<String, Value>>,
}

/// Asks for the token's capabilities at each path.
#[derive(Endpoint)]
#[endpoint(path = "sys/capabilities-self", method = "POST")]
pub(crate) struct Capabilities {
    pub paths: Vec<String>,
}

/// Writes the configuration of a mount of type `kubernetes`. vaultrs' type has no JWT and no unknown fields.
#[derive(Endpoint, Serialize)]
#[endpoint(path = "auth/{self.mount}/config", method = "POST")]
pub(crate) struct ConfigureKubernetes {
    #[endpoint(skip)]
    pub mount: String,
    #[serde(flatten)]
    pub fields: Map<String, Value>,
    pub token_reviewer_jwt: Sent,
}

/// Logs in with a ServiceAccount's token.
#[derive(Endpoint)]
#[endpoint(path = "auth/{self.mount}/login", method = "POST")]
pub(crate) struct LogIn {
    #[endpoint(skip)]
    pub mount: String,
    pub role: String,
    pub jwt: Sent,
}

/// The answer to a login.
#[derive(Deserialize)]
pub(crate) struct LoggedIn {
    pub auth: Auth,
}

/// The token that a login brought. vaultrs' type shows it in `Debug`.
#[derive(Deserialize)]
pub(crate) struct Auth {
    #[serde(deserialize_with = "secret")]
    pub client_token: SecretString,
    #[serde(default, deserialize_with = "or_default")]
    pub policies: Vec<String>,
    #[serde(default)]
    pub lease_duration: u64,
}

/// A secret that goes into the body of a request.
pub(crate) struct Sent(pub SecretString);

impl Serialize for Sent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

/// Reads `null`, which Vault sends for an empty list, as the default.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
