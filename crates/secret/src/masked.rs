//! What stands in the place of a secret, and which values are too short to be hidden.

/// What stands in place of a secret.
pub const MASKED: &str = "***";

/// Values with fewer bytes than this are not masked: they would blank out ordinary words.
pub const SHORTEST_MASKED: usize = 8;
