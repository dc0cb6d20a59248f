//! What only the double can do: faults, resting controllers, forgotten history. Each test has a double of its own.

use std::time::{Duration, Instant};

use sandbox::cluster::{Cluster, Options};
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
async fn nothing_listens_once_it_is_dropped() {
    let (cluster, ask) = double().await;
    drop(cluster);
    assert_eq!(ask.get(PATH).await.code, 0);
}

#[tokio::test]
async fn forgotten_history_is_gone() {
    let (cluster, ask) = double().await;
    let secrets = "/api/v1/namespaces/default/secrets";
    let from =
        ask.get(secrets).await.body["metadata"]["resourceVersion"].as_str().expect("a revision").to_owned();
    ask.post(secrets, json!({"metadata": {"name": "a"}})).await;
    assert!(cluster.forget_history());
    let events = ask.watch(&format!("{secrets}?watch=true&resourceVersion={from}"), 1).await;
    assert_eq!((&events[0]["type"], &events[0]["object"]["code"]), (&json!("ERROR"), &json!(410)));
}
