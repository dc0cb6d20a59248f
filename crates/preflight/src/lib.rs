//! Everything before the first write: each system observed, each check made, the plan decided.
//!
//! Knows what a run needs of each system and in which order they can be observed. Never writes to a system, never prints,
//! never reads the environment by itself.

mod check;
mod check_inputs;
mod commit_id;
pub mod connection_expiry;
pub mod desired;
mod error;
pub mod expiry;
mod heartbeat;
pub mod infra_id_sources;
pub mod inputs;
pub mod observe;
pub mod plan;
pub mod programs;
pub mod readiness;
mod recreated;
mod reporter;
mod request;
mod session;
pub mod stale_infra_ids;
pub mod state;
pub mod systems;
mod warnings;
pub mod work_dir;

pub use check::check;
pub use check_inputs::check_inputs;
pub use error::PreflightError;
pub use heartbeat::{REPEAT_AFTER, with_heartbeat};
pub use infra_id_sources::{InfraIdSource, infra_id_on_disk};
pub use reporter::Reporter;
pub use request::{Context, Request, Scope};
pub use session::Session;
pub use stale_infra_ids::StaleInfraIds;
pub use warnings::{STRICT, Warnings};
