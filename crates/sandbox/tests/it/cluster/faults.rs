//! Faults, the request log, and the lives of a cluster. Each has a double of its own.

use std::time::{Duration, Instant};

use sandbox::cluster::{Cluster, Options, User};
use sandbox::faults::Fault;
use serde_json::json;

use super::{Ask, namespace};

async fn double() -> (Cluster, Ask) {
    rustls::crypto::ring::default_provider().install_default().ok();
    let cluster = Cluster::start(Options::default()).await.expect("a double");
    let ask = Ask::admin(&cluster);
    (cluster, ask)
}

const PATH: &str = "/api/v1/namespaces/default";

#[tokio::test]
async fn a_status_strikes_as_often_as_told() {
    let (cluster, ask) = double().await;
    cluster.faults().expect("a double").add(Fault::status(503, "{}").method("GET").prefix(PATH).times(2));
    let codes = [ask.get(PATH).await.code, ask.get(PATH).await.code, ask.get(PATH).await.code];
    assert_eq!(codes, [503, 503, 200]);
}

#[tokio::test]
async fn other_requests_are_spared() {
    let (cluster, ask) = double().await;
    cluster.faults().expect("a double").add(Fault::status(503, "{}").contains("kube-system"));
    assert_eq!((ask.get(PATH).await.code, ask.get("/api/v1/namespaces/kube-system").await.code), (200, 503));
}

#[tokio::test]
async fn a_dropped_connection_has_no_answer() {
    let (cluster, ask) = double().await;
    cluster.faults().expect("a double").add(Fault::drop());
    assert_eq!(ask.get(PATH).await.code, 0);
    cluster.faults().expect("a double").clear();
    assert_eq!(ask.get(PATH).await.code, 200);
}

#[tokio::test]
async fn a_delay_comes_before_the_answer() {
    let (cluster, ask) = double().await;
    cluster.faults().expect("a double").add(Fault::delay(Duration::from_millis(200)).times(1));
    let since = Instant::now();
    assert_eq!(ask.get(PATH).await.code, 200);
    assert!(since.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn requests_are_logged_with_their_sender() {
    let (cluster, ask) = double().await;
    ask.get(&format!("{PATH}?pretty=true")).await;
    Ask::user(&cluster, &User::Token("wrong".to_owned())).get(PATH).await;
    let log = cluster.requests();
    let first =
        (log[0].method.as_str(), log[0].path.as_str(), log[0].user_agent.as_str(), log[0].user.as_deref());
    assert_eq!(first, ("GET", "/api/v1/namespaces/default?pretty=true", "ask/1.0", Some("kubernetes-admin")));
    assert_eq!(log[1].user, None);
}

#[tokio::test]
async fn a_recreated_cluster_is_another_one_at_the_same_address() {
    let (cluster, ask) = double().await;
    let home = namespace(&ask).await;
    let before = ask.get("/api/v1/namespaces/kube-system").await.body;
    let (ca, server) = (cluster.ca_pem(), cluster.server());
    cluster.recreate().await.expect("a new one");
    assert_eq!(ask.get("/api/v1/namespaces/kube-system").await.code, 0, "the old CA is not trusted any more");
    let ask = Ask::admin(&cluster);
    let after = ask.get("/api/v1/namespaces/kube-system").await.body;
    assert_ne!(before["metadata"]["uid"], after["metadata"]["uid"]);
    assert_eq!(ask.get(&format!("/api/v1/namespaces/{home}")).await.code, 404);
    assert_eq!((ca == cluster.ca_pem(), server == cluster.server()), (false, true));
}

#[tokio::test]
async fn resting_controllers_fill_nothing() {
    let (cluster, ask) = double().await;
    assert!(cluster.rest(true));
    let home = namespace(&ask).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let path = format!("/api/v1/namespaces/{home}/serviceaccounts/default");
    assert_eq!(ask.get(&path).await.code, 404);
    cluster.rest(false);
    ask.until(&path, |answer| answer.code == 200).await;
}

#[tokio::test]
async fn the_store_can_be_reached_without_a_request() {
    let (cluster, ask) = double().await;
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "default"}, "stringData": {"a": "x"},
    });
    let put = cluster.put(&secret).await.expect("kept");
    let path = "/api/v1/namespaces/default/secrets/s";
    assert_eq!(cluster.object(path).await.expect("asked"), Some(put.clone()));
    assert_eq!(ask.get(path).await.body, put);
    assert!(cluster.objects().await.expect("asked").contains(&put));
    assert!(cluster.delete(path).await.expect("asked"));
    assert_eq!(cluster.object(path).await.expect("asked"), None);
}

#[tokio::test]
async fn nothing_listens_once_it_is_dropped() {
    let (cluster, ask) = double().await;
    drop(cluster);
    assert_eq!(ask.get(PATH).await.code, 0);
}
