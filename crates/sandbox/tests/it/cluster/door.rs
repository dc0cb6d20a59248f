//! What tests do with a cluster besides asking it over HTTPS.

use sandbox::cluster::{Cluster, User};
use serde_json::json;

use super::{Ask, cluster, namespace, options};

const SYSTEM: &str = "/api/v1/namespaces/kube-system";

#[tokio::test]
async fn objects_are_put_read_and_deleted_by_path() {
    let cluster = cluster().await;
    let ask = Ask::admin(&cluster);
    let home = namespace(&ask).await;
    let metadata = json!({"name": "s", "namespace": home});
    let secret =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"a": "x"}});
    let put = cluster.put(&secret).await.expect("kept");
    let path = format!("/api/v1/namespaces/{home}/secrets/s");
    assert_eq!(cluster.object(&path).await.expect("asked"), Some(put.clone()));
    assert_eq!(ask.get(&path).await.body, put);
    assert!(cluster.objects().await.expect("asked").contains(&put));
    assert!(cluster.delete(&path).await.expect("asked"));
    assert_eq!(cluster.object(&path).await.expect("asked"), None);
    assert!(!cluster.delete(&path).await.expect("asked"));
}

#[tokio::test]
async fn a_put_replaces_whatever_the_revision() {
    let cluster = cluster().await;
    let home = namespace(&Ask::admin(&cluster)).await;
    let metadata = json!({"name": "s", "namespace": home, "resourceVersion": "1"});
    let mut secret =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": home}});
    cluster.put(&secret).await.expect("kept");
    secret["metadata"] = metadata;
    secret["data"] = json!({"a": "eA=="});
    let put = cluster.put_as(&secret, "somebody").await.expect("replaced");
    assert_eq!(put["data"], json!({"a": "eA=="}));
    assert_eq!(put["metadata"]["managedFields"][1]["manager"], "somebody");
}

#[tokio::test]
async fn a_new_kind_can_be_used_at_once() {
    let cluster = cluster().await;
    let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let version = json!({
        "name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": schema},
    });
    let names = json!({"plural": "doors", "singular": "door", "kind": "Door"});
    cluster
        .put(&json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "doors.door.test"},
            "spec": {"group": "door.test", "scope": "Cluster", "names": names, "versions": [version]},
        }))
        .await
        .expect("a kind");
    let door = json!({
        "apiVersion": "door.test/v1", "kind": "Door", "metadata": {"name": "d"}, "spec": {"x": 1}, "status": {"y": 2},
    });
    let put = cluster.put(&door).await.expect("kept");
    assert_eq!((&put["spec"], &put["status"]), (&json!({"x": 1}), &json!({"y": 2})));
}

#[tokio::test]
async fn requests_are_logged_with_their_sender() {
    let cluster = cluster().await;
    let ask = Ask::user(&cluster, &User::Named("logged".to_owned()));
    ask.get("/api/v1/namespaces/default?pretty=true").await;
    let log = cluster.requests();
    let mine = log.iter().find(|request| request.user.as_deref() == Some("logged")).expect("logged");
    let said = (mine.method.as_str(), mine.path.as_str(), mine.user_agent.as_str());
    assert_eq!(said, ("GET", "/api/v1/namespaces/default?pretty=true", "ask/1.0"));
}

#[tokio::test]
async fn a_recreated_cluster_is_another_one_at_the_same_address() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let cluster = Cluster::start(options()).await.expect("a cluster");
    let ask = Ask::admin(&cluster);
    let home = namespace(&ask).await;
    let before = ask.get(SYSTEM).await.body;
    let (ca, server) = (cluster.ca_pem(), cluster.server());
    cluster.recreate().await.expect("a new one");
    assert_eq!(ask.get(SYSTEM).await.code, 0, "the old CA is not trusted any more");
    let ask = Ask::admin(&cluster);
    let after = ask.get(SYSTEM).await.body;
    assert_ne!(before["metadata"]["uid"], after["metadata"]["uid"]);
    assert_eq!(ask.get(&format!("/api/v1/namespaces/{home}")).await.code, 404);
    assert_eq!((ca == cluster.ca_pem(), server == cluster.server()), (false, true));
    drop(cluster);
    assert_eq!(ask.get(SYSTEM).await.code, 0, "nothing listens once it is dropped");
}
