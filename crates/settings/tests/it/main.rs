//! The tests of `bootstrap-core`. A whole run is tested with the built binary, against the sandbox.
#![cfg(test)]

mod settings;
mod variables;
