//! What is known of an error, beside its text.

use std::error::Error;

use crate::advice::Advice;

/// What the catalogue of errors says of one.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code: `VAULT-007`. It never names another error.
    pub code: &'static str,
    /// The enum and its variant: `VaultError::Sealed`.
    pub name: &'static str,
    /// What went wrong, with `<field>` for what differs.
    pub message: &'static str,
    /// True if the message is a text of others alone: nobody can search for it.
    pub hands_on: bool,
    /// Why.
    pub cause: &'static str,
    /// What to do, in each case.
    pub fixes: &'static [&'static str],
}

/// An error whose cause and fix are known. `#[derive(Diagnostic)]` makes it.
pub trait Diagnostic: Error {
    /// What the catalogue says of it.
    fn entry(&self) -> &'static Entry;

    /// What to do about it.
    fn hint(&self) -> Option<Advice>;
}

/// All errors of one type.
pub trait Catalogue {
    /// In the order of their definition.
    const ENTRIES: &'static [Entry];
}

impl<T: Diagnostic> Diagnostic for Box<T> {
    fn entry(&self) -> &'static Entry {
        (**self).entry()
    }

    fn hint(&self) -> Option<Advice> {
        (**self).hint()
    }
}
