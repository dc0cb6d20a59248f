//! The tests of `vault-access`.
