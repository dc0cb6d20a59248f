//! The program as its users meet it: the built binary against the sandbox.
#![cfg(test)]

mod evidence;
mod handover;
mod leak;
mod login;
mod reference;
mod repository;
mod ssh;
mod takeover;
mod vault;
mod vault_writes;
mod world;
