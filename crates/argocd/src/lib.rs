//! Argo CD is there and may read the repository: its operator and its own resource, its repository Secret, our record
//! beside it, and whether it really can.
//!
//! Knows the charts' values, what OLM and the operator make of them, what Helm takes over, the keys Argo CD documents for
//! repository Secrets and what its Applications report. Never finds a login (it is handed one), changes an
//! Application only by asking for a refresh, never reads the clock (it is handed one), and never prints.

pub mod access;
pub mod chart;
pub mod cluster_secret;
pub mod egress;
mod error;
pub mod helm;
pub mod instance;
mod merge;
mod object_name;
pub mod operator;
mod owner;
pub mod record;
pub mod release;
mod rollout;
pub mod secret;
mod wait;

pub use error::ArgoCdError;
pub use owner::Owner;
pub use wait::{Limits, WaitBudget, Waiting};
