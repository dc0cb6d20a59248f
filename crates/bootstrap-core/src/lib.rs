//! The run: the order of steps, events, the script, the lock.
//!
//! Knows what a hand-over is made of and in which order; composes the rooms that know one system each. Never prints,
//! never exits, never reads the environment by itself: it is handed settings, and tells events.

mod begin;
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
mod lease;
mod links;
mod lock_file;
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
mod script;
mod session;
mod stale_infra_ids;
mod state;
pub mod status;
mod steps;
mod stop;
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
pub use stop::Stop;
pub use verify::{Verified, verify};
pub use warnings::STRICT;

/// The run that is at work on the cluster whose lock file this is, on this machine.
pub fn run_at_work(lock: &std::path::Path) -> Option<String> {
    lock_file::FileLock::holder(lock).map(|holder| holder.run_id)
}
