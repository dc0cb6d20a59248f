//! What a person is told, as data: steps, checks, failures, events, plans.
//!
//! Knows no system, opens no connection, never prints, never reads the environment.

mod check;
mod check_id;
mod checks;
pub mod duration;
mod event;
mod facts;
mod failure;
mod failures;
mod plan;
mod step;
mod subject;
mod wait;

pub use check::{Check, CheckStatus, Outcome, count};
pub use check_id::CheckId;
pub use checks::{Blocked, Checks, failures, warnings};
pub use event::{Event, EventKind, Events, Listener, Wait};
pub use facts::{Facts, LoginFacts, VaultFacts};
pub use failure::{Failure, FailureKind, changed_settings};
pub use failures::Failures;
pub use plan::{Intent, RunPlan, StepPlan};
pub use step::{SCRIPT, Step};
pub use subject::Subject;
pub use wait::{WaitProgress, WaitThrottle, WaitTracker};
