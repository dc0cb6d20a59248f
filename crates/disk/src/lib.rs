//! What a file system said, in words, and what to do about it.
//!
//! Knows the errors of the system, owners, modes and mounts. Never writes, never knows what was being done.

mod error;
mod explain;
mod mount;
mod named;
mod owner;
mod regular;

pub use error::DiskError;
pub use explain::{copied, explain, explain_lock};
pub use mount::Mount;
pub use named::{explain_io, explain_named};
pub use regular::{read_to_string, regular};
