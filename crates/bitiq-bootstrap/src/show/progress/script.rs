//! The frame around the script's output.

use diagnostics::Facts;
use diagnostics::SCRIPT;

/// The frame around the script's output.
#[derive(Default)]
pub struct Frame {
    open: bool,
    environment: String,
}

impl Frame {
    /// What the script is given.
    pub fn know(&mut self, facts: &Facts) {
        self.environment = format!(" ENV={} BASE_DOMAIN={}", facts.env, facts.apps_domain);
    }

    /// Opens it; whether it was closed.
    pub fn open(&mut self) -> bool {
        !std::mem::replace(&mut self.open, true)
    }

    /// Closes it; whether it was open.
    pub fn close(&mut self) -> bool {
        std::mem::replace(&mut self.open, false)
    }

    /// Whether the script said something, and is at work.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Its first line.
    pub fn head(&self) -> String {
        format!("┌ {SCRIPT}{}", self.environment)
    }
}
