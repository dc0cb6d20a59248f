//! The administration that tests ask for: sealing, policies, tokens, roles, keys and values.

use serde_json::{Value, json};

use super::Vault;
use super::setup::{text, unseal};
use crate::SandboxError;

impl Vault {
    /// Seals it: it answers, and gives nothing away.
    ///
    /// # Errors
    /// Vault refuses.
    pub async fn seal(&self) -> Result<(), SandboxError> {
        self.api("PUT", "sys/seal", None).await.map(drop)
    }

    /// Opens it again.
    ///
    /// # Errors
    /// Vault refuses.
    pub async fn unseal(&self) -> Result<(), SandboxError> {
        unseal(&self.socket, &self.keys).await
    }

    /// A token, good for an hour, that may do what this policy (HCL) and `default` allow.
    ///
    /// # Errors
    /// Vault refuses the policy.
    pub async fn create_token(&self, policy: &str) -> Result<String, SandboxError> {
        let name = format!("sandbox-{}", self.next_name());
        self.api("PUT", &format!("sys/policies/acl/{name}"), Some(json!({"policy": policy}))).await?;
        let wanted = json!({"policies": [name], "ttl": "1h"});
        let made = self.api("POST", "auth/token/create", Some(wanted)).await?;
        Ok(text(&made["auth"]["client_token"]))
    }

    /// Enables auth method kubernetes at a mount of another name.
    ///
    /// # Errors
    /// The mount is taken.
    pub async fn enable_kubernetes(&self, mount: &str) -> Result<(), SandboxError> {
        self.api("POST", &format!("sys/auth/{mount}"), Some(json!({"type": "kubernetes"}))).await.map(drop)
    }

    /// Lets a service account log in at a mount by this role, and gives it these policies.
    ///
    /// # Errors
    /// There is no such mount.
    pub async fn kubernetes_role(
        &self,
        mount: &str,
        role: &str,
        (namespace, service_account): (&str, &str),
        policies: &[&str],
    ) -> Result<(), SandboxError> {
        let role_of = json!({
            "bound_service_account_namespaces": [namespace],
            "bound_service_account_names": [service_account],
            "token_policies": policies,
            "token_ttl": "10m",
        });
        self.api("POST", &format!("auth/{mount}/role/{role}"), Some(role_of)).await.map(drop)
    }

    /// Writes keys at a KV path, as `vault kv put` does: the first part is the mount.
    ///
    /// # Errors
    /// There is no such mount.
    pub async fn kv_put(&self, path: &str, data: Value) -> Result<(), SandboxError> {
        let (mount, key) = path.split_once('/').unwrap_or((path, ""));
        let about = self.api("GET", &format!("sys/internal/ui/mounts/{mount}"), None).await?;
        if about["data"]["options"]["version"] == "2" {
            self.api("POST", &format!("{mount}/data/{key}"), Some(json!({"data": data}))).await.map(drop)
        } else {
            self.api("POST", path, Some(data)).await.map(drop)
        }
    }
}
