//! Kubeconfig files for the cluster's users.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::cluster::access::certs::Identity;

/// How somebody logs in.
pub(super) enum Login {
    Certificate(Identity),
    Token(String),
}

/// A kubeconfig with one context, everything inlined. (JSON is YAML.)
pub(super) fn kubeconfig(server: &str, ca_pem: &str, user: &str, login: &Login) -> String {
    let encode = |text: &str| STANDARD.encode(text);
    let credentials: Value = match login {
        Login::Certificate(identity) => json!({
            "client-certificate-data": encode(&identity.certificate), "client-key-data": encode(&identity.key),
        }),
        Login::Token(token) => json!({"token": token}),
    };
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "sandbox", "cluster": {"server": server, "certificate-authority-data": encode(ca_pem)}}],
        "users": [{"name": user, "user": credentials}],
        "contexts": [{"name": "sandbox", "context": {"cluster": "sandbox", "user": user}}],
        "current-context": "sandbox",
    });
    serde_saphyr::to_string(&config).unwrap_or_else(|_| config.to_string())
}
