//! `check`: the preflight checks of a run, and no write.

mod permissions;
mod report;
