//! The keys and mounts of a fresh server.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

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
pub(super) async fn unseal(socket: &Socket, keys: &Keys) -> Result<(), SandboxError> {
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

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
