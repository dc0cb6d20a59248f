//! What Argo CD's part promises, as plans without a server, and against a cluster API.
#![cfg(test)]

mod access;
mod chart;
mod cluster;
mod cluster_secret;
mod operator;
mod operator_plan;
mod record;
mod secret_plan;
mod secret_write;
