//! The program as its users meet it: the built binary against the sandbox.
#![cfg(test)]

mod command_line;
mod commands;
mod output;
mod real;
mod robustness;
mod support;
mod support_tests;
