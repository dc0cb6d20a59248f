//! What a file system said, in words, and what to do about it.
//!
//! Knows the errors of the system, owners, modes and mounts. Never writes, never knows what was being done.

mod explain;
mod explained;
mod mount;
mod named;
mod owner;
mod regular;

pub use explain::{copied, explain, explain_lock, hint, words};
pub use explained::Explained;
pub use mount::Mount;
pub use named::{explain_named, hint_of, words_of};
pub use regular::{read_to_string, regular};
