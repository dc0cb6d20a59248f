//! A Vault for all tests that do no harm to it, and clients for it.

use std::sync::OnceLock;
use std::time::Duration;

use advice::Diagnostic as _;
use sandbox::programs::Programs;
use sandbox::vault::Vault as Server;
use secret::SecretString;
use vault_access::{Vault, VaultError, VaultSettings};

/// The one that the tests of this process share: each uses paths of its own, none seals it or makes it fail.
pub fn shared() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let (started, server) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            started.send(runtime.block_on(Server::start(&Programs::default())).unwrap()).unwrap();
            runtime.block_on(std::future::pending::<()>());
        });
        server.recv().unwrap()
    })
}

/// One of a test's own.
pub async fn own() -> Server {
    Server::start(&Programs::default()).await.unwrap()
}

pub fn settings(address: &str, token: &str) -> VaultSettings {
    provider();
    VaultSettings {
        timeout: Duration::from_secs(20),
        ..VaultSettings::new(address, SecretString::from(token))
    }
}

pub fn client(address: &str, token: &str) -> Vault {
    Vault::new(settings(address, token)).unwrap()
}

pub fn root(server: &Server) -> Vault {
    client(&server.address(), server.root_token())
}

/// A client with a token that has this policy.
pub async fn limited(server: &Server, policy: &str) -> Vault {
    client(&server.address(), &server.create_token(policy).await.unwrap())
}

/// The error and its hint as people see them, with the address's port taken out.
pub fn told(error: &VaultError) -> String {
    let text = format!("{error}\n=> {}", error.hint().unwrap_or_default());
    let mut rest = text.as_str();
    let mut out = String::new();
    while let Some(at) = rest.find("127.0.0.1:") {
        let after = &rest[at + 10..];
        out.push_str(&rest[..at]);
        out.push_str("127.0.0.1:PORT");
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out + rest
}

fn provider() {
    rustls::crypto::ring::default_provider().install_default().ok();
}
