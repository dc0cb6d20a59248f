//! All failures of one command, reported together.

use std::ops::Deref;

use crate::failure::Failure;

/// Failures, each once. `?` makes them of one failure.
#[derive(Debug, Clone, Default)]
pub struct Failures(pub Vec<Failure>);

impl Failures {
    /// Fails unless it is empty.
    ///
    /// # Errors
    /// Itself.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Returns the same with each failure changed.
    #[must_use]
    pub fn map(self, change: impl FnMut(Failure) -> Failure) -> Self {
        Self(self.0.into_iter().map(change).collect())
    }
}

impl From<Failure> for Failures {
    fn from(failure: Failure) -> Self {
        Self(vec![failure])
    }
}

impl From<Vec<Failure>> for Failures {
    fn from(failures: Vec<Failure>) -> Self {
        Self(failures)
    }
}

impl Deref for Failures {
    type Target = [Failure];

    fn deref(&self) -> &[Failure] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Subject;

    #[test]
    fn one_failure_is_enough_to_fail() {
        assert!(Failures::default().into_result().is_ok());
        let one = Failures::from(Failure::example(Subject::Vault, "it is sealed"));
        let failed = one.map(|it| it.hint("unseal it")).into_result().unwrap_err();
        assert_eq!(failed[0].hint, Some("unseal it".into()));
    }
}
