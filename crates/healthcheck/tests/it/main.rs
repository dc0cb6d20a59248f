//! What is found of a cluster that was handed over, against a sandbox that plays OpenShift.
#![cfg(test)]

mod broken;
mod infra_ids;
mod status;
mod verify;
mod world;
