//! The writes of a release: each step applies its part of the plan.

use super::world::{Live, ReleaseWorld};
use crate::failure::{Failure, FailureKind};
use crate::plan::{Intent, RunPlan, step};
use crate::request::Context;
use crate::steps::Done;

pub(super) async fn apply(
    context: &Context,
    name: &'static str,
    plan: &RunPlan,
    world: &ReleaseWorld,
) -> Result<Done, Failure> {
    let changes = match plan.intent(name) {
        Some(Intent::Change { changes }) => changes.clone(),
        Some(Intent::Skip { reason }) => return Ok(Done::skipped(reason)),
        _ => return Ok(Done::unchanged(nothing(name))),
    };
    let work = async {
        match name {
            step::VAULT_AUTH => mount(world).await,
            _ => match world.live() {
                Some(live) => in_cluster(name, live).await,
                None => Ok(String::new()),
            },
        }
    };
    let detail = tokio::select! {
        biased;
        outcome = work => outcome?,
        () = context.stop.token.cancelled() => return Err(context.stop.failure(name)),
    };
    Ok(Done::changed(detail, changes))
}

fn nothing(name: &str) -> &'static str {
    match name {
        step::VAULT_AUTH => "Vault does not trust this cluster",
        _ => "nothing of ours is there",
    }
}

async fn mount(world: &ReleaseWorld) -> Result<String, Failure> {
    let Ok(side) = &world.mount else { return Ok(String::new()) };
    let mount = &side.release.mount;
    vault_auth::release::apply_mount(&side.vault, mount, &side.changes).await.map_err(|error| {
        let doing = "give the Vault mount back";
        Failure::during(FailureKind::Step, step::VAULT_AUTH, doing, &error, error.hint())
    })?;
    Ok(match side.release.disable {
        true => format!("auth/{mount} is removed"),
        false => format!("auth/{mount} is given back"),
    })
}

async fn in_cluster(name: &'static str, live: &Live) -> Result<String, Failure> {
    let of_argocd = |error: argocd::ArgoCdError| Failure::of(FailureKind::Step, name, &error, error.hint());
    match name {
        step::REVIEWER => {
            vault_auth::release::apply_reviewer(&live.access, &live.reviewer)
                .await
                .map_err(|error| Failure::of(FailureKind::Step, name, &error, error.hint()))?;
        }
        step::ARGOCD => {
            argocd::cluster_secret::apply_release(&live.access, &live.owner, &live.cluster_secret)
                .await
                .map_err(of_argocd)?;
            return Ok("Argo CD's cluster Secret is as it was".into());
        }
        step::REPO_CREDS => {
            argocd::release::apply(&live.access, &live.secret, &live.owner).await.map_err(of_argocd)?;
        }
        _ => {
            argocd::release::apply(&live.access, &live.record, &live.owner).await.map_err(of_argocd)?;
        }
    }
    Ok("removed".into())
}
