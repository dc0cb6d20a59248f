//! The program as its users meet it: the built binary against the sandbox.
#![cfg(test)]

mod handover;
mod reference;
mod world;
