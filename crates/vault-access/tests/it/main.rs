//! The tests of `vault-access`.

#![cfg(test)]

mod fixture;
mod health;
mod kubernetes;
mod kv;
mod mount;
mod namespace;
mod proxy;
mod redirect;
mod requests;
mod retry;
mod settings;
mod tls;
mod token;
