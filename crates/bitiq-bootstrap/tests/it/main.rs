//! The program as its users meet it: the built binary against the sandbox.
#![cfg(test)]

mod access;
mod argocd_secret;
mod between;
mod cluster_name;
mod entrypoint;
mod evidence;
mod handover;
mod identity;
mod infra_id;
mod interrupt;
mod json;
mod kubeconfig;
mod kubeconfig_forms;
mod leak;
mod lock;
mod login;
mod login_refused;
mod proxy;
mod reference;
mod repository;
mod rights;
mod running;
mod script;
mod snapshot;
mod spec;
mod ssh;
mod strict;
mod takeover;
mod tools;
mod trace;
mod trouble;
mod vault;
mod vault_writes;
mod workdir;
mod world;
