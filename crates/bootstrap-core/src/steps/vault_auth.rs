//! `vault-auth`: the reviewer, the mount, and the proof that they work together.

use vault_access::Vault;
use vault_auth::{Outcome, Proof, VaultAuthError};

use super::{Done, Steps};
use diagnostics::{Failure, FailureKind, Step, WaitProgress};
use preflight::state::{ClusterState, ObservedState, VaultAuthState, VaultState};
use settings::VaultChoice;

impl Steps<'_> {
    pub(crate) async fn vault_auth(&self, world: &mut ObservedState) -> Result<Done, Failure> {
        let Some(VaultState { vault, auth: Some(auth) }) = &world.vault else {
            return Ok(Done::skipped("Vault is not configured"));
        };
        let outcome = self.write_mount(&world.cluster, vault, auth).await?;
        let proof = match self.prove(&world.cluster, vault, auth, &outcome).await {
            Ok(proof) => proof,
            Err(failure) => {
                // A fingerprint counts only with its proof: the next run writes again.
                self.forget_fingerprint(world).await;
                return Err(failure);
            }
        };
        let detail = format!("auth/{}: {}", auth.desired.mount, proof.lines().join("; "));
        self.trace.proof(&proof.lines().join("; "));
        proof.warning().into_iter().for_each(|warning| self.context.events.warn(warning));
        let changes = auth.changes.describe();
        if let Some(VaultState { auth: Some(auth), .. }) = &mut world.vault {
            auth.fingerprint = Some(outcome.fingerprint);
            auth.written = Some(outcome.authority);
        }
        Ok(Done::by(changes, detail))
    }

    async fn write_mount(
        &self,
        cluster: &ClusterState,
        vault: &Vault,
        auth: &VaultAuthState,
    ) -> Result<Outcome, Failure> {
        let waiting = |what: &str| {
            let limit = Some(vault_auth::FILL_LIMIT);
            self.context.waiting(&WaitProgress { subject: Step::VaultAuth.into(), what, last: None, limit });
        };
        let stop = &self.context.stop.token;
        let wrote = |change| self.wrote(Step::VaultAuth, [change]);
        let (desired, changes) = (&auth.desired, &auth.changes);
        let outcome = vault_auth::apply(&cluster.access, vault, desired, changes, stop, waiting, wrote)
            .await
            .map_err(|error| self.vault_failure(&error))?;
        self.context.stop.waits.over();
        self.context.mask.add(&outcome.jwt);
        Ok(outcome)
    }

    async fn prove(
        &self,
        cluster: &ClusterState,
        vault: &Vault,
        auth: &VaultAuthState,
        outcome: &Outcome,
    ) -> Result<Proof, Failure> {
        let login = match &self.request.settings.vault {
            VaultChoice::Present(settings) => settings.login_proof.as_ref(),
            VaultChoice::Absent => None,
        };
        self.context.events.progress(Step::VaultAuth, "testing the token reviewer");
        let proof = async {
            let proof = vault_auth::prove(&cluster.access, vault, &auth.desired, outcome, login).await;
            proof.map_err(|error| self.vault_failure(&error))
        };
        self.context.stop.unless_stopped(Step::VaultAuth, proof).await
    }

    fn vault_failure(&self, error: &VaultAuthError) -> Failure {
        let doing = "configure the Vault auth mount";
        let failure = Failure::during(FailureKind::Step, Step::VaultAuth, doing, error);
        self.context.stop.or_signal(failure)
    }
}
