//! Where a repository login comes from: the sources in order, and what each one answered.
//!
//! Knows the order, which keys each source may hold, and what a login must look like for the kind of URL. Never tries a
//! login at the Git host, never reads the environment (it is handed what was there), never prompts, never writes.

mod candidate;
mod error;
mod found;
mod login;
mod observe;
mod query;
mod source;
mod ssh_key;
mod username;

pub use candidate::{Candidate, Mistake};
pub use error::CredentialsError;
pub use found::{Found, Tried, choose, none_found};
pub use login::{Parts, Unfit, fit};
pub use observe::find;
pub use query::{ClusterSecrets, GitHelper, Query, Variables, VaultPath};
pub use source::{Source, from_environment, from_helper_output, from_kv, from_secrets, helper_request};
pub use username::expected_username;
