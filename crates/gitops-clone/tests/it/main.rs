//! The tests of `gitops-clone`.
