//! Objects with their places.

use serde_json::Value;

/// An object, and where its kind is made.
pub(super) type Placed = (String, Value);
