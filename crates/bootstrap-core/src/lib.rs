//! The run: the order of steps, events, the script, the lock.
//!
//! Knows what a hand-over is made of and in which order; composes the rooms that know one system each. Never prints,
//! never exits, never reads the environment by itself: it is handed settings, and tells events.

pub mod broken;
mod closing;
mod console_links;
mod error;
mod flow;
mod locks;
mod orchestrator;
mod release;
mod run;
mod run_start;
mod script;
mod steps;
mod trace_recorder;

pub use closing::{Outcome, most_severe};
pub use diagnostics::SCRIPT;
pub use error::RunError;
pub use orchestrator::Planned;
pub use release::{ReleaseOptions, release, release_plan};
pub use run::{plan, run};
