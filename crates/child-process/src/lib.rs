//! The one place that starts programs: own process group, given environment, time limit, signals, masked output.
//!
//! Knows how a program is found, started, stopped and listened to. Never reads the environment of this process, never
//! prints, never starts a shell of its own.

mod capture;
mod dialogue;
mod env_line;
mod error;
mod group;
mod lines;
mod lookup;
mod pipes;
mod program;
mod run;
mod shutdown;
mod start;
mod start_problem;
mod startable;
mod stop_error;
mod supervise;

pub use capture::{CAPTURE_LIMIT, Captured, capture};
pub use dialogue::{Dialogue, Ender, Words, dialogue};
pub use error::ProcessError;
pub use group::{end_all, kill_all};
pub use lines::LONGEST_PIECE;
pub use lookup::find_on_path;
pub use program::{Ended, Program, StopSignal, Stream};
pub use run::run;
pub use shutdown::{GRACE, Shutdown};
pub use start_problem::StartProblem;
pub use startable::startable;
pub use stop_error::StopError;
