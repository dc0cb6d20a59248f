//! Who owns which field, and how one value is merged into another.

pub(crate) mod apply;
pub(crate) mod compare;
pub(crate) mod fields;
pub(crate) mod managers;
pub(crate) mod merge;
pub(crate) mod prune;
pub(crate) mod shape;
