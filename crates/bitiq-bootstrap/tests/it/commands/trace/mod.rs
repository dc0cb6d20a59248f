//! `trace`: shows what a run did.

mod page;
mod show;
