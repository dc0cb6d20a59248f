//! The tests of `sandbox`.
