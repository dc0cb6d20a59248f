//! From a connection to an answer: what was asked, and how the server words what it says.

pub(crate) mod discovery;
pub(crate) mod failure;
pub(crate) mod listing;
pub(crate) mod patch;
pub(crate) mod permission;
pub(crate) mod query;
pub(crate) mod reply;
pub(crate) mod request;
pub(crate) mod route;
pub(crate) mod selector;
pub(crate) mod serve;
pub(crate) mod shared;
pub(crate) mod target;
pub(crate) mod watch;
