//! Vault trusts this cluster.
