use cluster_access::{AccessError, Cluster, ObjectRef, get, has_kind, list};
use serde_json::Value;

use super::objects;
use crate::chart::Operators;
use crate::{ArgoCdError, instance};

/// What is there of it.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Whether the namespace of the Subscription is there.
    pub namespace_exists: bool,
    /// The names of the OperatorGroups in it.
    pub groups: Vec<String>,
    /// Whether the namespace of the chart's ArgoCD is there.
    pub instance_namespace_exists: bool,
    /// All Subscriptions of the package, in whatever namespace, and the one of that name.
    pub subscriptions: Vec<Value>,
    /// The InstallPlan that the Subscription is waiting for.
    pub install_plan: Option<Value>,
    /// The ArgoCD of the chart, where the kind is known and it is there.
    pub instance: Option<Value>,
    /// ArgoCD openshift-gitops/openshift-gitops, which the operator makes and deletes.
    pub default_instance: Option<Value>,
}

/// Reads what is there. None where the cluster has no OLM.
///
/// # Errors
/// The cluster does not answer, or we may not look.
pub async fn observe(cluster: &Cluster, wanted: &Operators) -> Result<Option<State>, ArgoCdError> {
    let gitops = &wanted.gitops;
    if !has_olm(cluster).await? {
        return Ok(None);
    }
    let all = list(cluster, &objects::all_subscriptions(), None).await?;
    let namespace = gitops.install_namespace.as_str();
    let is_named = |found: &Value| {
        found["metadata"]["namespace"] == namespace && found["metadata"]["name"] == gitops.name.as_str()
    };
    let subscriptions: Vec<Value> = all
        .into_iter()
        .filter(|found| found["spec"]["name"] == gitops.name.as_str() || is_named(found))
        .collect();
    let install_plan =
        match subscriptions.iter().find(|found| is_named(found)).and_then(objects::install_plan_of) {
            Some(plan) => get(cluster, &plan).await?,
            None => None,
        };
    let groups = list(cluster, &objects::groups(namespace), None).await?;
    let name = |found: &Value| found["metadata"]["name"].as_str().map(str::to_owned);
    Ok(Some(State {
        namespace_exists: exists(cluster, namespace).await?,
        instance_namespace_exists: exists(cluster, &wanted.instance.namespace).await?,
        groups: groups.iter().filter_map(name).collect(),
        subscriptions,
        install_plan,
        instance: get(cluster, &instance::of_chart(&wanted.instance)).await?,
        default_instance: get(cluster, &instance::default()).await?,
    }))
}

/// Whether the cluster has an OLM, asked in a way that needs no rights.
///
/// # Errors
/// The cluster does not answer.
pub async fn has_olm(cluster: &Cluster) -> Result<bool, AccessError> {
    has_kind(cluster, &objects::all_subscriptions()).await
}

/// Who may work in a Namespace need not be allowed to read the Namespace itself.
pub(crate) async fn exists(cluster: &Cluster, namespace: &str) -> Result<bool, AccessError> {
    match get(cluster, &ObjectRef::namespace(namespace)).await {
        Err(AccessError::Forbidden { .. }) => Ok(true),
        found => Ok(found?.is_some()),
    }
}
