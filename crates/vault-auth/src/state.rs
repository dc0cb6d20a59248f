use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secret::SecretString;
use serde_json::Value;
use vault_access::{ConfigLookup, MountLookup};

use crate::authority::Authority;
use crate::desired::Desired;
use crate::fingerprint::{Fingerprint, Parts};

/// What is there, in the cluster and in Vault. It holds the reviewer's token, so its `Debug` shows next to nothing.
#[derive(Clone)]
pub struct State {
    /// Whether the reviewer's namespace is there.
    pub namespace_exists: bool,
    /// The reviewer's ServiceAccount.
    pub service_account: Option<Value>,
    /// The Secret of its token.
    pub secret: Option<Value>,
    /// The ClusterRoleBinding.
    pub binding: Option<Value>,
    /// The authority Vault shall use; none where it has to be awaited.
    pub authority: Option<Authority>,
    /// Who issues the cluster's tokens; asked where the mount has to know.
    pub issuer: Option<String>,
    /// The auth mount.
    pub mount: MountLookup,
    /// Its configuration.
    pub config: ConfigLookup,
    /// What the token may do to it, in the words of policies; none where the token may not ask.
    pub capabilities: Option<Vec<String>>,
    /// Whether the other API server that the mount points at answers; none where it points at none or at ours.
    pub other_host_answers: Option<bool>,
    /// Vault's address.
    pub vault_address: String,
    /// Vault's namespace.
    pub vault_namespace: Option<String>,
}

impl State {
    /// The mount's accessor, where it can be read.
    pub(crate) fn accessor(&self) -> Option<&str> {
        match &self.mount {
            MountLookup::Found { accessor, .. } => accessor.as_deref(),
            MountLookup::Absent | MountLookup::Unknown => None,
        }
    }

    /// The fingerprint that a write now would leave; none while the reviewer's token or the authority is not there.
    pub fn fingerprint(&self, desired: &Desired) -> Option<Fingerprint> {
        let uid = uid(self.service_account.as_ref()?)?;
        let secret = self.secret.as_ref()?;
        let jwt = token(secret).filter(|_| is_for(secret, uid))?;
        let authority = self.authority.as_ref()?;
        Some(Fingerprint::of(&Parts {
            address: &self.vault_address,
            namespace: self.vault_namespace.as_deref(),
            mount: &desired.mount,
            accessor: self.accessor(),
            host: &desired.host,
            authority: &authority.pem,
            service_account_uid: uid,
            jwt: &jwt,
        }))
    }
}

/// An object's UID.
pub(crate) fn uid(object: &Value) -> Option<&str> {
    object["metadata"]["uid"].as_str()
}

/// The token in a Secret of type `kubernetes.io/service-account-token`, once the cluster has put it there.
pub(crate) fn token(secret: &Value) -> Option<SecretString> {
    let bytes = STANDARD.decode(secret["data"]["token"].as_str()?).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.trim()).filter(|text| !text.is_empty()).map(SecretString::from)
}

/// Whether the token in `secret` is one of the ServiceAccount with this UID, as the cluster noted it there.
pub(crate) fn is_for(secret: &Value, service_account_uid: &str) -> bool {
    noted_uid(secret).is_none_or(|noted| noted == service_account_uid)
}

/// The UID of the ServiceAccount that a token Secret was filled for.
pub(crate) fn noted_uid(secret: &Value) -> Option<&str> {
    secret["metadata"]["annotations"]["kubernetes.io/service-account.uid"].as_str()
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("service_account", &self.service_account.is_some())
            .field("secret", &self.secret.is_some())
            .field("binding", &self.binding.is_some())
            .field("mount", &self.mount)
            .finish_non_exhaustive()
    }
}
