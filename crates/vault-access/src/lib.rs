//! The one way to Vault: the handful of requests a hand-over needs, as vaultrs' types over our own transport.
//!
//! Knows Vault's HTTP API (and OpenBao's, which is the same), what its errors mean, and which command mends them.
//! Never follows a redirect (the token would go along), never reads the environment, never shows a token, and never
//! repeats a write by itself.

mod address;
mod answer;
mod client;
mod endpoint;
mod error;
mod health;
mod kubernetes;
mod kv;
mod mount;
mod path;
mod policy;
mod request;
mod sender;
mod settings;
mod tls;
mod token;
mod wire;

pub use error::VaultError;
pub use health::Health;
pub use kubernetes::{ConfigLookup, KubernetesConfig, Login, RolesLookup};
pub use kv::KvLookup;
pub use mount::MountLookup;
pub use policy::policy;
pub use request::Vault;
pub use settings::VaultSettings;
pub use token::TokenInfo;
pub use transport::TlsProblem;
