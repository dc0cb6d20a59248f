//! Argo CD may read the repository: its repository Secret, our record beside it, and whether it really can.
//!
//! Knows the keys Argo CD documents for repository Secrets and what its Applications report. Never finds a login
//! (it is handed one), never changes an Application, and never prints.

pub mod access;
pub mod chart;
mod error;
mod owner;
pub mod record;
pub mod secret;

pub use error::ArgoCdError;
pub use owner::Owner;
