//! Argo CD may read the repository.
