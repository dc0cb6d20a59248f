//! The auth mount once more, last of all: whether it still is as `vault-auth` left it, and the reviewer still accepted.
//! The script starts others that may write it too (vault-config-operator).

use vault_auth::{Desired, Outcome, VaultAuthError};

use super::Steps;
use crate::locks::still_ours;
use diagnostics::Step;
use preflight::Scope;
use preflight::observe::vault::mount_writers::{TargetMount, hint_use_own_mount, live, unseen};
use preflight::state::{ObservedState, VaultAuthState, VaultState};

/// State of the mount since `vault-auth` wrote it.
enum Recheck {
    AsWritten,
    /// The changes that would restore it.
    Changed(Vec<String>),
}

impl Steps<'_> {
    /// Warns if the mount changed. A failure would say that the hand-over did not happen.
    pub(crate) async fn recheck_mount(&self, world: &mut ObservedState) {
        let Some(VaultState { vault, auth: Some(auth) }) = &world.vault else { return };
        if self.request.scope != Scope::Run {
            return;
        }
        self.context.events.progress(Step::RepoAccess, format!("checking auth/{} again", auth.desired.mount));
        let ours = TargetMount::new(&self.request.spec, vault, &auth.desired.mount);
        let observed = self.observe_mount(world, auth);
        let Some(found) = self.context.stop.until_stopped(observed).await else { return };
        match found {
            Ok(Recheck::AsWritten) => {}
            Ok(Recheck::Changed(what)) => {
                let others = live(&world.cluster.access, &ours).await.unwrap_or_else(|error| {
                    self.context.events.warn(unseen(&error, &ours));
                    Vec::new()
                });
                self.context.events.warn(changed(&ours, &what, &others, &self.request.spec.env));
                // The wait before may have been long.
                if still_ours(self.lease).await.is_ok() {
                    self.forget_mount(world).await;
                }
            }
            Err(error) => {
                let text = format!("auth/{}: the check after the script failed: {error}", ours.mount);
                self.context.events.warn(text);
            }
        }
    }

    async fn observe_mount(
        &self,
        world: &ObservedState,
        auth: &VaultAuthState,
    ) -> Result<Recheck, VaultAuthError> {
        let Some(VaultState { vault, .. }) = &world.vault else { return Ok(Recheck::AsWritten) };
        let access = &world.cluster.access;
        // What this run wrote is what should be there; whatever else is, is told, not refused.
        let desired = Desired {
            previous_fingerprint: auth.fingerprint.clone(),
            previous_cluster_id: None,
            // The cluster may have renewed its own meanwhile: the next run writes that.
            ca_override: auth.written.clone().or_else(|| auth.desired.ca_override.clone()),
            force: false,
            replace_host: true,
            ..auth.desired.clone()
        };
        let state = vault_auth::observe(access, vault, &desired).await?;
        let changes = vault_auth::plan(&desired, &state)?;
        if !changes.is_empty() {
            return Ok(Recheck::Changed(changes.describe().iter().map(ToString::to_string).collect()));
        }
        if let Some(outcome) = Outcome::of(&desired, &state) {
            vault_auth::prove(access, vault, &desired, &outcome, None).await?;
        }
        Ok(Recheck::AsWritten)
    }

    /// The next run must write the mount again, also where it can't see what is missing.
    async fn forget_mount(&self, world: &mut ObservedState) {
        let namespace = &self.request.settings.cluster.argocd_namespace;
        if let Ok(record) = argocd::record::observe(&world.cluster.access, namespace).await {
            world.cluster.record = record;
            self.forget_fingerprint(world).await;
        }
    }
}

fn changed(ours: &TargetMount, what: &[String], others: &[String], env: &str) -> String {
    let who = match others {
        [] => "another program".to_owned(),
        others => format!("{} (vault-config-operator) or another program", others.join(" and ")),
    };
    format!(
        "auth/{} changed after this run wrote it: {who} wrote it. The fix would be: {}; {}",
        ours.mount,
        what.join("; "),
        hint_use_own_mount(env, ours)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(others: &[&str], expect: &str) {
        let ours = TargetMount {
            address: "https://vault.example.com".into(),
            namespace: None,
            mount: "kubernetes".into(),
            cluster: "prod-1".into(),
        };
        let others: Vec<String> = others.iter().map(|other| (*other).into()).collect();
        let said =
            changed(&ours, &["write Vault auth/kubernetes/config: kubernetes_host".into()], &others, "prod");
        assert!(said.starts_with(expect), "{said}");
        assert!(
            said.contains("kubernetes_host") && said.contains("VAULT_K8S_AUTH_MOUNT=kubernetes-prod-1"),
            "{said}"
        );
    }

    #[test]
    fn who_wrote_it_is_named_where_there_is_an_object_that_would() {
        check(
            &["KubernetesAuthEngineConfig openshift-gitops/kubernetes"],
            "auth/kubernetes changed after this run wrote it: KubernetesAuthEngineConfig openshift-gitops/kubernetes \
             (vault-config-operator) or another program wrote it",
        );
    }

    #[test]
    fn where_nobody_is_known_nobody_is_named() {
        check(&[], "auth/kubernetes changed after this run wrote it: another program wrote it");
    }
}
