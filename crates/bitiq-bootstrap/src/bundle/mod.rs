//! What is packed for whoever helps: what a run left, what stands now, and that none of it holds a secret.
//!
//! Gathered in memory, scanned, and only then written.

mod archive;
mod gather;
mod manifest;
mod member;
mod scan;
mod versions;

pub use archive::pack;
pub use gather::{Asked, gather};
pub use member::{Bundle, Member, Missing};
pub use scan::scan;
pub use versions::Versions;
