//! The objects the cluster keeps: their kinds, the rules they obey, and every way they are written.

pub(crate) mod admit;
pub(crate) mod internal;
pub(crate) mod keep;
pub(crate) mod kinds;
pub(crate) mod rules;
pub(crate) mod schema;
pub(crate) mod store;
pub(crate) mod verbs;
pub(crate) mod write;
