//! Promises of the way to the cluster, tested without a server, against small servers, and against a cluster API.
#![cfg(test)]

mod answers;
mod choose;
mod cluster;
mod connect;
mod exec_plugin;
mod kubeconfig;
mod owned;
mod plan;
mod server;
mod server_certificate;
mod waiting;
