//! The command line: the name of the cluster, flags, variables, make and the scripts.

mod cluster_name;
mod entrypoints;
mod flags;
