//! Looks at each need, side by side.

use cluster_access::{AccessError, Cluster, ObjectRef, Right};
use serde_json::Value;

use super::dns::{Resolved, names};
use super::{Need, Verdict, Wanted, catalogs, dns, storage, workers};

const OLM: &str = "operators.coreos.com/v1alpha1";

/// What has to be allowed in the cluster, beyond the catalogs where there are any.
pub fn required_rights() -> Vec<Right> {
    [node(), class()].iter().map(|kind| Right::on("list", kind)).collect()
}

pub(super) async fn observe(
    cluster: &Cluster,
    wanted: &Wanted,
    resolve: &impl AsyncFn(String) -> Resolved,
) -> Vec<(Need, Verdict)> {
    let (workers, storage, catalogs, dns) = tokio::join!(
        listed(cluster, node(), workers::judge),
        listed(cluster, class(), storage::judge),
        catalogs(cluster, wanted),
        resolved(wanted, resolve),
    );
    vec![(Need::Workers, workers), (Need::Storage, storage), (Need::Catalogs, catalogs), (Need::Dns, dns)]
}

fn node() -> ObjectRef {
    ObjectRef::cluster("v1", "Node", "nodes", "")
}

fn class() -> ObjectRef {
    ObjectRef::cluster("storage.k8s.io/v1", "StorageClass", "storageclasses", "")
}

async fn listed(cluster: &Cluster, kind: ObjectRef, judge: impl Fn(&[Value]) -> Verdict) -> Verdict {
    match cluster_access::list(cluster, &kind, None).await {
        Ok(found) => judge(&found),
        Err(error) => failed(&error),
    }
}

/// Asked of discovery first: to who may not look there, a kind that is not there is forbidden too.
async fn catalogs(cluster: &Cluster, wanted: &Wanted) -> Verdict {
    match cluster_access::serves(cluster, OLM).await {
        Ok(true) => {}
        Ok(false) => return Verdict::NotHere("the cluster has no Operator Lifecycle Manager".into()),
        Err(error) => return failed(&error),
    }
    let mut found = Vec::new();
    for namespace in namespaces(wanted) {
        let kind = ObjectRef::namespaced(OLM, "CatalogSource", "catalogsources", namespace, "");
        match cluster_access::list(cluster, &kind, None).await {
            Ok(more) => found.extend(more),
            Err(error) => return failed(&error),
        }
    }
    catalogs::judge(&found, wanted.catalogs.as_ref())
}

fn namespaces(wanted: &Wanted) -> std::collections::BTreeSet<&str> {
    match &wanted.catalogs {
        Some(catalogs) => catalogs.iter().map(|catalog| catalog.namespace.as_str()).collect(),
        None => [argocd::chart::MARKETPLACE].into(),
    }
}

async fn resolved(wanted: &Wanted, resolve: &impl AsyncFn(String) -> Resolved) -> Verdict {
    let [console, any] = names(&wanted.apps_domain);
    let (first, second) = tokio::join!(resolve(console.clone()), resolve(any.clone()));
    dns::judge(&[(console, first), (any, second)])
}

fn failed(error: &AccessError) -> Verdict {
    match error {
        AccessError::Forbidden { .. } => Verdict::MayNot(error.to_string()),
        AccessError::NoSuchKind { .. } => Verdict::NotHere(error.to_string()),
        other => Verdict::NotYet(vec![format!("failed to {other}")]),
    }
}
