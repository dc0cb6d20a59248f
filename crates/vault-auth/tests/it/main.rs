//! The tests of `vault-auth`.
