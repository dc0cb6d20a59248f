//! A kubeconfig in its parts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::cluster::User;
use serde_json::{Map, Value, json};

use super::sandbox::World;

/// What a kubeconfig is made of.
#[derive(Clone)]
pub struct Parts {
    pub server: String,
    pub cluster: Map<String, Value>,
    pub user: Value,
}

impl Parts {
    pub fn encoded(bytes: &[u8]) -> String {
        STANDARD.encode(bytes)
    }
}

/// Those of a user of the sandbox's cluster: its CA and their login, both inline.
pub fn parts(world: &World, user: &User) -> Parts {
    // A long text begins on a line of its own.
    let text = world.sandbox.cluster.kubeconfig(user).unwrap().replace(" >-\n", " ");
    let keys = ["certificate-authority-data", "client-certificate-data", "client-key-data", "token"];
    let value = |key: &str| {
        let line = text
            .lines()
            .find_map(|line| line.trim_start_matches([' ', '-']).strip_prefix(&format!("{key}:")));
        line.map(|value| value.trim().trim_matches(['"', '\'']).to_owned())
    };
    let found: Map<String, Value> =
        keys.iter().filter_map(|key| Some(((*key).to_owned(), json!(value(key)?)))).collect();
    let (cluster, user) = found.into_iter().partition(|(key, _)| key.starts_with("certificate-authority"));
    Parts { server: world.sandbox.cluster.server(), cluster, user: Value::Object(user) }
}

/// A kubeconfig with one context. (JSON is YAML.)
pub fn config(parts: &Parts) -> String {
    let mut cluster = parts.cluster.clone();
    cluster.insert("server".to_owned(), json!(parts.server));
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "sandbox",
        "clusters": [{"name": "sandbox", "cluster": cluster}],
        "users": [{"name": "me", "user": parts.user}],
        "contexts": [{"name": "sandbox", "context": {"cluster": "sandbox", "user": "me"}}],
    });
    config.to_string()
}
