//! The cluster itself: nodes, operators, machines, and when the way to it ends.

use cluster_access::{ObjectRef, list_metadata};
use diagnostics::{Row, Subject};

use super::asking::{Asking, unlisted_secrets};
use super::{certificates, machine_sets, nodes, operators, rotated};
use crate::connection_expiry;

const GROUP: Subject = Subject::Cluster;
const NOT_OPENSHIFT: &str = "the cluster is not OpenShift";

pub(super) async fn rows(asking: &Asking<'_>) -> Vec<Row> {
    let identity = asking.identity();
    let way = connection_expiry::of_connection(
        &asking.reached.kubeconfig.kubeconfig,
        &asking.request.settings.cluster.network,
        identity.is_openshift,
    );
    let (nodes, operators, machines, rotated, way) =
        tokio::join!(nodes(asking), operators(asking), machine_sets(asking), rotated(asking), way);
    let user = if identity.user.is_empty() { "the kubeconfig's user" } else { &identity.user };
    let answers = format!("{} answers ({}) to {user}", asking.access().server, identity.version);
    let mut rows = vec![Row::ok(GROUP, answers), nodes, operators, machines];
    rows.extend(certificates::judge(GROUP, &way, jiff::Timestamp::now()));
    rows.push(rotated);
    rows
}

async fn nodes(asking: &Asking<'_>) -> Row {
    let kind = ObjectRef::cluster("v1", "Node", "nodes", "");
    let row = asking.all(GROUP, nodes::SENTENCE, &kind, |all| nodes::judge(GROUP, all)).await;
    row.command(asking.oc("get nodes"))
}

async fn operators(asking: &Asking<'_>) -> Row {
    if !asking.identity().is_openshift {
        return Row::skipped(GROUP, operators::SENTENCE, NOT_OPENSHIFT);
    }
    let kind = ObjectRef::cluster("config.openshift.io/v1", "ClusterOperator", "clusteroperators", "");
    let row = asking.all(GROUP, operators::SENTENCE, &kind, |all| operators::judge(GROUP, all)).await;
    row.command(asking.oc("get clusteroperators"))
}

async fn machine_sets(asking: &Asking<'_>) -> Row {
    let identity = asking.identity();
    let infra_id = match &identity.infra_id {
        Some(infra_id) => infra_id,
        None => {
            let no_id = "Infrastructure/cluster names no infraID";
            let reason = if identity.is_openshift { no_id } else { NOT_OPENSHIFT };
            return Row::skipped(GROUP, machine_sets::SENTENCE, reason);
        }
    };
    let (version, namespace) = ("machine.openshift.io/v1beta1", "openshift-machine-api");
    let kind = ObjectRef::namespaced(version, "MachineSet", "machinesets", namespace, "");
    // Of what they say, not of a list that was refused.
    let hint = format!("in the GitOps repository the infraID is to be {infra_id}");
    let judge = |all: &[_]| machine_sets::judge(GROUP, infra_id, all).hint(hint);
    let row = asking.all(GROUP, machine_sets::SENTENCE, &kind, judge).await;
    row.command(asking.oc("-n openshift-machine-api get machinesets --show-labels"))
}

async fn rotated(asking: &Asking<'_>) -> Row {
    if !asking.identity().is_openshift {
        return Row::skipped(GROUP, rotated::SENTENCE, NOT_OPENSHIFT);
    }
    let kind = ObjectRef::cluster("v1", "Secret", "secrets", "");
    match list_metadata(asking.access(), &kind, Some(rotated::LABELS)).await {
        Ok(all) => rotated::judge(GROUP, &all, jiff::Timestamp::now())
            .hint("see why their operators do not renew them")
            .command(asking.oc("get clusteroperators")),
        Err(error) => unlisted_secrets(GROUP, rotated::SENTENCE, &error),
    }
}
