//! `record`: ConfigMap `bitiq-bootstrap`, by which the next run, from whatever machine, knows what this one did.

use argocd::record::{Record, VaultMark};

use super::{Done, Steps};
use crate::failure::{Failure, FailureKind};
use crate::plan::step;
use crate::planning::plan_record;
use crate::request::Request;
use crate::world::World;

impl Steps<'_> {
    pub(crate) async fn record(&self, world: &World) -> Result<Done, Failure> {
        let changes = self.write_record(world, &desired(self.request, world)).await?;
        Ok(Done::by(changes, "says what was handed over"))
    }

    /// After a failed proof: the next run must write the mount again. That this fails too would be no news.
    pub(crate) async fn forget_fingerprint(&self, world: &World) {
        let Some(mut record) = world.cluster.record.record() else { return };
        if let Some(vault) = record.vault.as_mut().filter(|vault| vault.fingerprint.is_some()) {
            vault.fingerprint = None;
            self.write_record(world, &record).await.ok();
        }
    }

    async fn write_record(&self, world: &World, desired: &Record) -> Result<Vec<trace::Change>, Failure> {
        let failed =
            |error: argocd::ArgoCdError| Failure::of(FailureKind::Step, step::RECORD, &error, error.hint());
        let changes = plan_record(self.request, world, desired).map_err(failed)?;
        argocd::record::apply(&world.cluster.access, &changes).await.map_err(failed)?;
        Ok(changes.describe())
    }
}

/// What the record shall say.
pub(crate) fn desired(request: &Request, world: &World) -> Record {
    let before = world.cluster.record.record();
    let vault = world.vault.as_ref().and_then(|world| Some((&world.vault, world.auth.as_ref()?)));
    Record {
        owner: world.cluster.owner.clone(),
        env: request.spec.env.clone(),
        base_domain: request.spec.apps_domain(),
        repo_url: request.spec.repo_url.as_str().into(),
        repo_ref: request.spec.repo_ref.as_str().into(),
        git_sha: match &world.repository {
            Some(repository) => repository.tip.commit.clone(),
            None => before.as_ref().map(|record| record.git_sha.clone()).unwrap_or_default(),
        },
        vault: match vault {
            Some((vault, auth)) => Some(VaultMark {
                address: vault.address().into(),
                namespace: vault.namespace().map(String::from),
                mount: auth.desired.mount.clone(),
                fingerprint: auth.fingerprint.as_ref().map(|fingerprint| fingerprint.as_str().into()),
            }),
            // Vault is left alone this time: what is known of it stays.
            None => before.and_then(|record| record.vault),
        },
    }
}
