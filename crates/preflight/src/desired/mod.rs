//! What the objects of a hand-over shall say: pure.

pub mod cluster_secret;
pub mod record;
