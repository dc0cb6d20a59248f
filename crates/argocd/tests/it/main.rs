//! The tests of `argocd`.
