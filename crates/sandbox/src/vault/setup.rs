//! What a fresh server is given: its keys, its mounts; and what tests ask for: policies, tokens, roles.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Vault;
use super::api::Socket;
use crate::SandboxError;

/// How long a fresh mount may take until it can be used.
const MOUNT_LIMIT: Duration = Duration::from_secs(20);

/// What opens this Vault.
pub(super) struct Keys {
    pub(super) root_token: String,
    unseal_key: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

/// Initializes and unseals the server, and makes its mounts.
pub(super) async fn set_up(socket: &Socket) -> Result<Keys, SandboxError> {
    let shares = json!({"secret_shares": 1, "secret_threshold": 1});
    let made = socket.ask(None, "PUT", "sys/init", Some(shares)).await?.ok()?;
    let keys = Keys { root_token: text(&made["root_token"]), unseal_key: text(&made["keys"][0]) };
    unseal(socket, &keys).await?;
    for (mount, version) in [("kv1", "1"), ("secret", "2"), ("gitops", "2")] {
        let kind = json!({"type": "kv", "options": {"version": version}});
        socket.ask(Some(&keys.root_token), "POST", &format!("sys/mounts/{mount}"), Some(kind)).await?.ok()?;
    }
    let kind = json!({"type": "kubernetes"});
    socket.ask(Some(&keys.root_token), "POST", "sys/auth/kubernetes", Some(kind)).await?.ok()?;
    for mount in ["secret", "gitops"] {
        wait_for(socket, Some(&keys.root_token), &format!("{mount}/config")).await?;
    }
    Ok(keys)
}

/// Opens the server, and waits until it serves.
async fn unseal(socket: &Socket, keys: &Keys) -> Result<(), SandboxError> {
    let key = json!({"key": keys.unseal_key});
    socket.ask(None, "PUT", "sys/unseal", Some(key)).await?.ok()?;
    wait_for(socket, None, "sys/health").await
}

/// A KV 2 mount answers 400 until its upgrade has ended, a fresh server 429 or 503 until it serves.
async fn wait_for(socket: &Socket, token: Option<&str>, path: &str) -> Result<(), SandboxError> {
    let since = Instant::now();
    loop {
        let answer = socket.ask(token, "GET", path, None).await?;
        if answer.status == 200 || since.elapsed() > MOUNT_LIMIT {
            return answer.ok().map(drop);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

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
