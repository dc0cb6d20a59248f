//! Where a repository login comes from: the sources in order, and what each one answered.
//!
//! Knows the order, which keys each source may hold, and what a login must look like for the kind of URL. Never tries a
//! login at the Git host, never reads the environment (it is handed what was there), never prompts, never writes.

mod candidate;
mod cluster;
mod environment;
mod error;
mod helper;
mod login;
mod observe;
mod source;
mod ssh_key;
mod username;
mod vault;

pub use candidate::{Candidate, Found, Mistake, Tried, choose};
pub use cluster::from_secrets;
pub use environment::{EnvLogin, from_environment};
pub use error::{CredentialsError, none_found};
pub use helper::{GitHelper, from_helper_output, helper_request};
pub use login::{Parts, Unfit, fit};
pub use observe::{ClusterSecrets, Query, VaultPath, find};
pub use source::{Source, UnknownSource};
pub use username::expected_username;
pub use vault::from_kv;
