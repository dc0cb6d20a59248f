/// A tracked file: its path from the root, and its text.
pub(crate) type Tracked = (String, String);
