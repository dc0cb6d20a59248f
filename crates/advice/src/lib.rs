//! Advice: what to do next, as data. Words stay words, commands stay commands, and the values in a command are quoted
//! where it is shown, and nowhere else.
//!
//! A crate that gives advice knows neither how this program was called nor which kubeconfig reaches the cluster. The
//! printer does, and fills both in.

mod advice;
mod command_context;
mod command_line;
mod diagnostic;
mod fill;
mod template;
mod word;

pub use advice::{Advice, Part};
pub use advice_derive::Diagnostic;
pub use command_context::CommandContext;
pub use command_line::CommandLine;
pub use diagnostic::{Catalogue, Diagnostic, Entry};
pub use fill::Fill;
pub use word::Word;
