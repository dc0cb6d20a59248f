//! What the record in the cluster shall say: pure.

use argocd::record::{Record, VaultMark};

use crate::state::ObservedState;
use cluster_spec::ClusterSpec;

/// What the record shall say.
pub fn desired(spec: &ClusterSpec, world: &ObservedState) -> Record {
    let before = world.cluster.record.record();
    let vault = world.vault.as_ref().and_then(|world| Some((&world.vault, world.auth.as_ref()?)));
    Record {
        owner: world.cluster.owner.clone(),
        env: spec.env.clone(),
        apps_domain: spec.apps_domain(),
        repo_url: spec.repo_url.as_str().into(),
        repo_ref: spec.repo_ref.as_str().into(),
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
