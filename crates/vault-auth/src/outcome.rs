//! What a write left in the mount.

use std::fmt;

use secret::SecretString;

use crate::authority::Authority;
use crate::desired::Desired;
use crate::fingerprint::Fingerprint;
use crate::state::{State, token};

/// What is in the mount now, and what proves it. The JWT in it is for the mask.
#[derive(Clone)]
pub struct Outcome {
    /// For the record.
    pub fingerprint: Fingerprint,
    /// The reviewer's token, to be masked.
    pub jwt: SecretString,
    /// Whether anything was written.
    pub changed: bool,
    /// The authority as written, or as it would be.
    pub authority: Authority,
}

impl Outcome {
    /// What a write would leave, where everything is there to say: what `verify` proves with.
    pub fn of(desired: &Desired, state: &State) -> Option<Self> {
        let fingerprint = state.fingerprint(desired)?;
        let jwt = token(state.secret.as_ref()?)?;
        Some(Self { fingerprint, jwt, changed: false, authority: state.authority.clone()? })
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("fingerprint", &self.fingerprint)
            .field("changed", &self.changed)
            .finish_non_exhaustive()
    }
}
