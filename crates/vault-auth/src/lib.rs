//! Vault trusts this cluster: a reviewer account in the cluster, and a Kubernetes auth mount that uses it.
//!
//! Knows the reviewer's objects, what a mount's configuration holds, whose a mount is, and how to prove that it works.
//! Never chooses names, host or login, never writes to a mount of another API server unless told to, and never shows
//! the reviewer's token.

mod apply;
mod authority;
mod ca;
mod changes;
mod desired;
mod error;
mod fingerprint;
mod host;
mod issuer;
mod login_token;
mod mount_plan;
mod observe;
mod outcome;
mod plan;
mod refusal;
pub mod release;
mod reviewer;
mod rights;
mod state;
mod token_review;

pub use apply::{FILL_LIMIT, apply};
pub use authority::Authority;
pub use ca::{same as same_authority, shares_one as shares_authority};
pub use changes::{Changes, MountPlan, MountWrite, SecretPlan};
pub use desired::{Desired, LoginProof, Reviewer};
pub use error::{ProofProblem, VaultAuthError};
pub use fingerprint::Fingerprint;
pub use host::same_server;
pub use observe::observe;
pub use outcome::Outcome;
pub use plan::plan;
pub use refusal::Refusal;
pub use rights::{AUTH_DELEGATOR, optional_rights, required_capabilities, required_rights, rights_to_await};
pub use state::State;
pub use token_review::{Proof, prove};
