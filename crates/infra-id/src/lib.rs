//! The installer's infraID in the files of a repository: which ones are left over from an earlier cluster.
//!
//! Knows how an infraID is made, how one is told from a word, and what marks another cluster's. Never reads a file, a
//! repository or a cluster: it is handed bytes.

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
