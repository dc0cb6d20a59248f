//! Support bundle: the files of a run, the present state, and a scan for secrets in both.
//!
//! Gathered in memory, scanned, and only then written.

mod archive;
mod file;
mod gather;
mod manifest;
mod scan;
mod versions;

pub use archive::pack;
pub use file::{Bundle, Member, Missing};
pub use gather::{Asked, gather};
pub use scan::scan;
pub use versions::Versions;
