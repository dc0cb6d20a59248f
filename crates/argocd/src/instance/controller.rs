use cluster_access::{AccessError, Cluster, ObjectRef, get};

use crate::ArgoCdError;
use crate::operator::objects;
use crate::rollout::rolled_out;
use crate::wait::{Seen, Verdict, WaitBudget, until};

/// The Deployment of the ApplicationSet controller of this ArgoCD.
fn deployment(argocd: &ObjectRef) -> ObjectRef {
    let namespace = argocd.namespace.as_deref().unwrap_or_default();
    objects::deployment(namespace, &format!("{}-applicationset-controller", argocd.name))
}

/// True if the controller is rolled out now.
///
/// # Errors
/// The cluster does not answer, or we may not look.
pub async fn is_ready(cluster: &Cluster, argocd: &ObjectRef) -> Result<bool, AccessError> {
    let found = get(cluster, &deployment(argocd)).await?;
    Ok(found.is_some_and(|found| matches!(rolled_out(&found), Verdict::Done(()))))
}

/// Waits until it is, also where the operator has not made its Deployment yet.
///
/// # Errors
/// It can't be rolled out, or the last condition seen at the end of the time.
pub async fn await_controller(
    cluster: &Cluster,
    argocd: &ObjectRef,
    budget: &mut WaitBudget<'_>,
) -> Result<(), ArgoCdError> {
    let object = deployment(argocd);
    let what = format!("{object} to be rolled out");
    let limit = budget.limits.rollout;
    let look = || Seen::read(cluster, [object.clone()]);
    let judge = |seen: &Seen, _| match seen.of("Deployment") {
        Some(found) => rolled_out(found),
        None => Verdict::Waiting("the operator has not made it yet".into()),
    };
    until(cluster, budget, &what, limit, look, judge).await
}
