//! The tests of `bitiq-bootstrap`.
