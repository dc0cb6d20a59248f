use std::time::Duration;

use cluster_access::{Cluster, Kubeconfig, Network, connect};
use sandbox::cluster::{self, Options, User};
use serde_json::json;

/// The sandbox's cluster: the real programs where `KUBEBUILDER_ASSETS` names them, else the double.
#[expect(clippy::disallowed_methods, reason = "which cluster the tests run against is the tester's choice")]
pub async fn start() -> cluster::Cluster {
    rustls::crypto::ring::default_provider().install_default().ok();
    let assets = std::env::var_os("KUBEBUILDER_ASSETS").map(Into::into);
    let cluster = cluster::Cluster::start(Options { assets }).await.unwrap();
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "openshift-gitops"}});
    cluster.put(&namespace).await.unwrap();
    cluster
}

pub async fn connected(cluster: &cluster::Cluster, user: &User) -> Cluster {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kubeconfig");
    fs_err::write(&file, cluster.kubeconfig(user).unwrap()).unwrap();
    connect(&Kubeconfig::read(&file).unwrap(), &Network::default(), Duration::from_secs(20), &[])
        .await
        .unwrap()
}
