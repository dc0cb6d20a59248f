//! What a person or a machine sees. Everything here takes data and gives text; nothing here decides.

pub mod json;
mod lines;
mod plan;
mod progress;
mod style;
mod trace;

pub use lines::{failure, valid};
pub use plan::plan;
pub use progress::progress;
pub use trace::{list, timeline};
