//! What is found of every system before the first write, against a sandbox that plays OpenShift.
#![cfg(test)]

mod check;
mod cluster;
mod machine;
mod operator;
mod repository;
mod systems;
mod vault;
mod world;
