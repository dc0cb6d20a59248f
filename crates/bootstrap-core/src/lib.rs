//! The run: the order of steps, events, the script, the lock.
//!
//! Knows what a hand-over is made of and in which order; composes the rooms that know one system each. Never prints,
//! never exits, never reads the environment by itself: it is handed settings, and tells events.

pub mod broken;
mod links;
mod recorder;
mod release;
mod run;
mod run_start;
mod script;
mod steps;
mod watch;

pub use diagnostics::SCRIPT;
pub use release::{ReleaseOptions, release, release_plan};
pub use run::{Outcome, Planned, gravest, plan, run};
