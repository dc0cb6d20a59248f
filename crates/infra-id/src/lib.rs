//! Old infraIDs in the files of a repository, left by an earlier cluster.
//!
//! Knows the format of an infraID, the difference between an infraID and a word, and the marks of another cluster's
//! infraID. Never reads a file, a repository or a cluster: the caller passes bytes.

mod context;
mod evidence;
mod file;
mod patch;
mod search;
mod shape;
mod token;

pub use file::{LARGEST, counts};
pub use patch::patch;
pub use search::{Finding, Search, Whose};
pub use shape::base;
