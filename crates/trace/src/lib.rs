//! The record of a run: what happened.
//!
//! Knows the shape of a trace, how to write it so that a reader never sees half of one, where the newest runs lie,
//! and how to read what older programs left. Never reads the clock, never decides what a run does, never prints,
//! and never holds a secret: sources and paths of credentials only.

mod cause;
mod change;
mod clock;
mod context;
mod display_status;
mod error;
mod history;
mod otlp;
mod read;
mod run_id;
mod schema;
mod span;
mod step;
mod time;
mod trace;
mod write;

pub use cause::Cause;
pub use change::{Action, Change};
pub use context::{BadTraceparent, TraceContext};
pub use display_status::DisplayStatus;
pub use error::{ReadError, WriteError};
pub use history::{History, KEPT_RUNS, Run};
pub use jiff::Timestamp;
pub use read::{OldTrace, Record, parse, read, read_optional};
pub use run_id::{BadRunId, RunId};
pub use schema::json_schema;
pub use step::{Step, StepStatus};
pub use time::TimeSpan;
pub use trace::{
    Credentials, ErrorRecord, Kubernetes, LastSuccess, Link, RecreatedFrom, RunStatus, SCHEMA_VERSION,
    StartedBy, Tool, Trace, VaultRecord,
};
pub use write::{Stage, Writer, write};
