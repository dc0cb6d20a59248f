//! Who is asking, what they may do, and the tokens and certificates that prove it.

pub(crate) mod authn;
pub(crate) mod authz;
pub(crate) mod certs;
pub(crate) mod escalation;
pub(crate) mod reviews;
pub(crate) mod tokens;
