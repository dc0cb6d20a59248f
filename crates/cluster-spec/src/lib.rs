//! cluster.yaml: what was asked for.
