//! A look at the Lease without taking it, for `check`.

use super::LeaseStore;
use super::claim::{Claim, Verdict, judge};
use super::held::{held, refused};
use diagnostics::Failure;

impl LeaseStore {
    /// Whether nobody else holds it. A run that died still does: only one that waits sees it expire.
    ///
    /// # Errors
    /// [`diagnostics::FailureKind::Locked`] with the holder; the cluster does not answer.
    pub async fn free_for(&self, claim: &Claim) -> Result<(), Failure> {
        match self.read().await.map_err(|error| refused(&error))?.map(|lease| judge(&lease, claim)) {
            Some(Verdict::Held { by }) => Err(held(&by)),
            None | Some(Verdict::Free | Verdict::SameFolder) => Ok(()),
        }
    }
}
