//! The program as its users meet it: the built binary against the sandbox.
#![cfg(test)]

mod access;
mod argocd_secret;
mod evidence;
mod handover;
mod interrupt;
mod leak;
mod lock;
mod login;
mod login_refused;
mod reference;
mod repository;
mod running;
mod script;
mod snapshot;
mod ssh;
mod takeover;
mod tools;
mod trace;
mod trouble;
mod vault;
mod vault_writes;
mod world;
