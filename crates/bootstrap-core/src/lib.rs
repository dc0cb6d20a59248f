//! The run: the order of steps, events, the script, the lock.
//!
//! Knows what a hand-over is made of and in which order; composes the rooms that know one system each. Never prints,
//! never exits, never reads the environment by itself: it is handed settings, and tells events.

pub mod broken;
mod check;
mod check_inputs;
mod cluster_secret;
mod connection_expiry;
mod earlier;
mod expiry;
mod heartbeat;
mod infra_id_places;
mod infra_ids;
mod inputs;
mod links;
mod observe;
mod plan;
mod preflight;
mod programs;
mod readiness;
mod record;
mod recorder;
mod release;
mod reporter;
mod request;
mod run;
mod run_start;
mod script;
mod session;
mod stale_infra_ids;
mod state;
pub mod status;
mod steps;
mod verify;
mod warnings;
mod watch;
mod workdir;

pub use check::check;
pub use infra_id_places::{Place, infra_id_on_disk};
pub use infra_ids::{InfraIds, infra_ids};
pub use release::{ReleaseOptions, release, release_plan};
pub use request::{Context, Request, Scope};
pub use run::{Outcome, Planned, gravest, plan, run};
pub use script::PATH as SCRIPT;
pub use secret::quoted;
pub use stale_infra_ids::StaleInfraIds;
pub use verify::{Verified, verify};
pub use warnings::STRICT;
