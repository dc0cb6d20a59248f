//! The ArgoCD resource, shared with Helm and with the operator: adopted for Helm's release, its spec merged, its
//! ApplicationSet controller enabled and rolled out.

mod apply;
mod controller;
mod plan;

pub use apply::{adopt, await_made, enable};
pub use controller::{await_controller, is_ready};
pub use plan::{InstanceChanges, enabled, plan};

use cluster_access::{AccessError, Cluster, ObjectRef, Right, get, has_kind, list};
use serde_json::Value;

use crate::ArgoCdError;
use crate::chart::{ArgoInstance, DEFAULT_INSTANCE};
use crate::operator::objects;

/// An ArgoCD.
pub fn object(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef::namespaced("argoproj.io/v1beta1", "ArgoCD", "argocds", namespace, name)
}

/// The one that the operator makes by itself.
pub fn default() -> ObjectRef {
    object(DEFAULT_INSTANCE, DEFAULT_INSTANCE)
}

/// The one that the chart makes.
pub fn of_chart(wanted: &ArgoInstance) -> ObjectRef {
    object(&wanted.namespace, &wanted.name)
}

/// True if the chart makes the ArgoCD that the operator makes too.
pub fn is_default(wanted: &ArgoInstance) -> bool {
    of_chart(wanted) == default()
}

/// True if the cluster has the kind. Needs no rights.
///
/// # Errors
/// The cluster does not answer.
pub async fn is_known(cluster: &Cluster) -> Result<bool, AccessError> {
    has_kind(cluster, &object("", "")).await
}

/// The ArgoCD to work on after the script, with its live object.
#[derive(Debug, Clone, PartialEq)]
pub enum TargetArgoCd {
    /// This one.
    One(ObjectRef, Box<Value>),
    /// None, and why.
    None(String),
}

/// Finds it: the chart's, where that makes one; else the only one in `namespace` (`ARGOCD_NAMESPACE`).
///
/// # Errors
/// The cluster does not answer, or we may not look.
pub async fn find(
    cluster: &Cluster,
    wanted: Option<&ArgoInstance>,
    namespace: &str,
) -> Result<TargetArgoCd, ArgoCdError> {
    if !is_known(cluster).await? {
        return Ok(TargetArgoCd::None("the cluster has no kind ArgoCD: there is no operator for it".into()));
    }
    if let Some(object) = wanted.filter(|wanted| wanted.create).map(of_chart)
        && let Some(found) = get(cluster, &object).await?
    {
        return Ok(TargetArgoCd::One(object, Box::new(found)));
    }
    let all = list(cluster, &object(namespace, ""), None).await?;
    Ok(match all.as_slice() {
        [] => TargetArgoCd::None(format!("there is no ArgoCD in {namespace}")),
        [one] => TargetArgoCd::One(
            object(namespace, one["metadata"]["name"].as_str().unwrap_or_default()),
            Box::new(one.clone()),
        ),
        more => TargetArgoCd::None(format!(
            "{} ArgoCDs are in {namespace}, and the charts name none of them",
            more.len()
        )),
    })
}

/// Rights without which this part fails.
pub fn required_rights(wanted: Option<&ArgoInstance>, namespace: &str) -> Vec<Right> {
    let mut places: Vec<&str> = vec![namespace];
    places.extend(wanted.map(|wanted| wanted.namespace.as_str()).filter(|place| *place != namespace));
    let all = |place: &&str| {
        let argocds = ["get", "list", "watch", "patch"].map(|verb| Right::on(verb, &object(place, "")));
        let deployments =
            ["get", "list", "watch"].map(|verb| Right::on(verb, &objects::deployment(place, "")));
        argocds.into_iter().chain(deployments).collect::<Vec<_>>()
    };
    places.iter().flat_map(all).collect()
}
