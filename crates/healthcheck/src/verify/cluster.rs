//! The cluster itself: nodes, operators, machines, and the expiry of the connection.

use advice::shell;
use cluster_access::{ObjectRef, list_metadata};
use diagnostics::{Check, CheckId};

use super::checker::{Checker, unlisted_secrets};
use super::{machine_sets, nodes, operators, rotated_certificates};
use preflight::connection_expiry;

const NOT_OPENSHIFT: &str = "the cluster is not OpenShift";

pub(super) async fn checks(checker: &Checker<'_>) -> Vec<Check> {
    let identity = checker.identity();
    let expiry = connection_expiry::read_certificates(
        &checker.reached.kubeconfig.kubeconfig,
        &checker.request.settings.cluster.network,
        identity.is_openshift,
    );
    let (nodes, operators, machines, rotated, expiry) =
        tokio::join!(nodes(checker), operators(checker), machine_sets(checker), rotated(checker), expiry);
    let user = if identity.user.is_empty() { "the kubeconfig's user" } else { &identity.user };
    let answers = format!("{} {} as {user}", checker.access().server, identity.version);
    let mut checks = vec![Check::passed(CheckId::ApiServer, answers), nodes, operators, machines];
    checks.extend(expiry.judge(jiff::Timestamp::now()));
    checks.push(rotated);
    checks
}

async fn nodes(checker: &Checker<'_>) -> Check {
    let kind = ObjectRef::cluster("v1", "Node", "nodes", "");
    let check = checker.all(nodes::ID, &kind, nodes::judge).await;
    check.command(checker.oc(shell!("get nodes")))
}

async fn operators(checker: &Checker<'_>) -> Check {
    let id = operators::ID;
    if !checker.identity().is_openshift {
        return Check::skipped(id, NOT_OPENSHIFT);
    }
    let kind = ObjectRef::cluster("config.openshift.io/v1", "ClusterOperator", "clusteroperators", "");
    let check = checker.all(id, &kind, operators::judge).await;
    check.command(checker.oc(shell!("get clusteroperators")))
}

async fn machine_sets(checker: &Checker<'_>) -> Check {
    let id = machine_sets::ID;
    let identity = checker.identity();
    let infra_id = match &identity.infra_id {
        Some(infra_id) => infra_id,
        None => {
            let no_id = "Infrastructure/cluster names no infraID";
            let reason = if identity.is_openshift { no_id } else { NOT_OPENSHIFT };
            return Check::skipped(id, reason);
        }
    };
    let (version, namespace) = ("machine.openshift.io/v1beta1", "openshift-machine-api");
    let kind = ObjectRef::namespaced(version, "MachineSet", "machinesets", namespace, "");
    // Of what they say, not of a list that was refused.
    let hint = format!("in the GitOps repository the infraID is to be {infra_id}");
    let judge = |all: &[_]| machine_sets::judge(infra_id, all).hint(hint);
    let check = checker.all(id, &kind, judge).await;
    check.command(checker.oc(shell!("-n openshift-machine-api get machinesets --show-labels")))
}

async fn rotated(checker: &Checker<'_>) -> Check {
    let id = rotated_certificates::ID;
    if !checker.identity().is_openshift {
        return Check::skipped(id, NOT_OPENSHIFT);
    }
    let kind = ObjectRef::cluster("v1", "Secret", "secrets", "");
    match list_metadata(checker.access(), &kind, Some(rotated_certificates::LABELS)).await {
        Ok(all) => rotated_certificates::judge(&all, jiff::Timestamp::now())
            .hint("see why their operators do not renew them")
            .command(checker.oc(shell!("get clusteroperators"))),
        Err(error) => unlisted_secrets(id, &error),
    }
}
