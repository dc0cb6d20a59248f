//! A cluster after its hand-over: what was handed over is checked, and what is known of each cluster is gathered.
//!
//! Knows what a healthy hand-over looks like. Never writes to a system, never prints, never reads the environment by itself.

mod infra_ids;
pub mod status;
mod verify;

pub use infra_ids::{InfraIds, NoAnswer, infra_ids};
pub use verify::{Verified, verify};
