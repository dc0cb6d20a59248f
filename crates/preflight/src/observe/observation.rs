//! The result of the observation of one system: its state and its checks, as data.

use diagnostics::{Blocked, Check, Checks};

/// The state of one system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observation<T> {
    /// It was observed.
    Found(T),
    /// The command has no business with it.
    NotPartOfCommand,
    /// A check says why not: one of its own, or one of a system that it needs.
    Blocked,
}

impl<T> Observation<T> {
    /// The state, where it was observed.
    pub fn found(&self) -> Option<&T> {
        match self {
            Self::Found(state) => Some(state),
            Self::NotPartOfCommand | Self::Blocked => None,
        }
    }

    /// True if a check says why not.
    pub fn is_blocked(&self) -> bool {
        matches!(self, Self::Blocked)
    }

    /// The state, or none where it is not part of the command.
    ///
    /// # Errors
    /// It is blocked.
    pub fn part(self) -> Result<Option<T>, Blocked> {
        match self {
            Self::Found(state) => Ok(Some(state)),
            Self::NotPartOfCommand => Ok(None),
            Self::Blocked => Err(Blocked),
        }
    }
}

/// One system: its state, a summary for people, its checks.
#[derive(Debug)]
pub struct Observed<T> {
    /// The state.
    pub state: Observation<T>,
    /// In a few words; empty where there is nothing to say.
    pub summary: String,
    /// The checks.
    pub checks: Vec<Check>,
}

impl<T> Observed<T> {
    /// Nothing to observe.
    pub fn not_part(checks: Checks) -> Self {
        Self { state: Observation::NotPartOfCommand, summary: String::new(), checks: checks.into_vec() }
    }

    /// From what was found, and the checks on the way there.
    pub fn of(found: Result<T, Blocked>, checks: Checks, summary: impl FnOnce(&T) -> String) -> Self {
        let checks = checks.into_vec();
        match found {
            Ok(state) => {
                let summary = summary(&state);
                Self { state: Observation::Found(state), summary, checks }
            }
            Err(Blocked) => Self { state: Observation::Blocked, summary: String::new(), checks },
        }
    }
}
