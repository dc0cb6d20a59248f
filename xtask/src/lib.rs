//! Developer errands: one verb, one module.
//!
//! Knows the workspace as cargo and git tell it. Never shipped, and no other crate uses it.

pub mod bootstrap;
pub mod ci;
pub mod command;
pub mod demo;
pub mod mutants;
pub mod report;
pub mod sandbox_errand;
pub mod schema;
pub mod tidy;
