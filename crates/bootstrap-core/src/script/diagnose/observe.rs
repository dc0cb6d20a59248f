//! Reads what a hand-over's script usually waits for.

use std::collections::BTreeSet;

use argocd::access::applications;
use argocd::operator::csv;
use cluster_access::{Cluster, ObjectRef, list};
use serde_json::Value;

/// Operators that OLM installs for the whole cluster live here.
const OPERATORS: [&str; 2] = ["openshift-operators", "openshift-gitops-operator"];
/// Pods are read in so many namespaces at most.
const NAMESPACES: usize = 8;

/// What was read. What can't be read is not there.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Argo CD's, of its own namespace.
    pub applications: Vec<Value>,
    /// OLM's, without the copies it makes.
    pub csvs: Vec<Value>,
    /// Of the namespaces concerned.
    pub pods: Vec<Value>,
    /// Whether anything could be read at all.
    pub known: bool,
}

/// Looks once.
pub(crate) async fn observe(cluster: &Cluster, namespace: &str) -> State {
    let kind = applications(namespace);
    let (applications, csvs) = futures::join!(list(cluster, &kind, None), csvs(cluster));
    let applications_known = applications.is_ok();
    let applications = applications.unwrap_or_default();
    let pods = namespaces(&applications, namespace).into_iter().map(|namespace| {
        let pods = ObjectRef::namespaced("v1", "Pod", "pods", &namespace, "");
        async move { list(cluster, &pods, None).await }
    });
    let pods = futures::future::join_all(pods).await;
    let known = applications_known || pods.iter().any(Result::is_ok);
    let pods = pods.into_iter().flat_map(Result::unwrap_or_default).collect();
    State { applications, csvs, pods, known }
}

async fn csvs(cluster: &Cluster) -> Vec<Value> {
    let all = OPERATORS.iter().map(|namespace| async move {
        list(cluster, &csv(namespace, ""), Some("!olm.copiedFrom")).await.unwrap_or_default()
    });
    futures::future::join_all(all).await.concat()
}

/// Where Argo CD, the operators and the Applications that are not well have their Pods.
fn namespaces(applications: &[Value], argocd: &str) -> BTreeSet<String> {
    let unwell = applications.iter().filter(|it| it["status"]["health"]["status"] != "Healthy");
    let destinations = unwell.filter_map(|it| it["spec"]["destination"]["namespace"].as_str());
    let fixed = [argocd, OPERATORS[1]];
    fixed.into_iter().chain(destinations).take(NAMESPACES).map(String::from).collect()
}
