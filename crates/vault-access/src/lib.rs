//! The one way to Vault.
