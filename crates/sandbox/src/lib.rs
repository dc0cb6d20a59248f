//! A cluster API, a Vault and a Git host on this machine, for demo and tests.
