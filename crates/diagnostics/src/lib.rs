//! What a person is told, as data: steps, checks, failures, events, plans.
//!
//! Knows no system, opens no connection, never prints, never reads the clock or the environment.

mod step;
mod subject;

pub use step::Step;
pub use subject::Subject;
