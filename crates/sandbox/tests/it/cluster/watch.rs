//! Watches.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Ask, cluster, namespace};

fn summary(events: &[Value]) -> Vec<String> {
    let one = |event: &Value| {
        format!(
            "{} {}",
            event["type"].as_str().unwrap_or_default(),
            event["object"]["metadata"]["name"].as_str().unwrap_or_default()
        )
    };
    events.iter().map(one).collect()
}

async fn scene() -> (Ask, String) {
    let ask = Ask::admin(&cluster().await);
    let namespace = namespace(&ask).await;
    (ask, format!("/api/v1/namespaces/{namespace}/secrets"))
}

#[tokio::test]
async fn a_watch_from_a_list_sees_what_follows() {
    let (ask, secrets) = scene().await;
    let from =
        ask.get(&secrets).await.body["metadata"]["resourceVersion"].as_str().expect("a revision").to_owned();
    ask.post(&secrets, json!({"metadata": {"name": "a"}})).await;
    ask.merge(&format!("{secrets}/a"), json!({"data": {"x": "eA=="}})).await;
    ask.delete(&format!("{secrets}/a")).await;
    let events = ask.watch(&format!("{secrets}?watch=true&resourceVersion={from}"), 3).await;
    assert_eq!(summary(&events), ["ADDED a", "MODIFIED a", "DELETED a"]);
    assert_eq!(events[0]["object"]["kind"], "Secret");
}

#[tokio::test]
async fn a_watch_without_a_revision_begins_with_what_is_there() {
    let (ask, secrets) = scene().await;
    ask.post(&secrets, json!({"metadata": {"name": "a"}})).await;
    let watch = format!("{secrets}?watch=1");
    let later = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        ask.post(&secrets, json!({"metadata": {"name": "b"}})).await
    };
    let (events, _) = tokio::join!(ask.watch(&watch, 2), later);
    assert_eq!(summary(&events), ["ADDED a", "ADDED b"]);
}

#[tokio::test]
async fn leaving_the_selection_looks_like_a_deletion() {
    let (ask, secrets) = scene().await;
    let from =
        ask.get(&secrets).await.body["metadata"]["resourceVersion"].as_str().expect("a revision").to_owned();
    ask.post(&secrets, json!({"metadata": {"name": "a"}})).await;
    ask.merge(&format!("{secrets}/a"), json!({"metadata": {"labels": {"in": "yes"}}})).await;
    ask.merge(&format!("{secrets}/a"), json!({"metadata": {"labels": null}})).await;
    let watch = format!("{secrets}?watch=true&labelSelector=in%3Dyes&resourceVersion={from}");
    assert_eq!(summary(&ask.watch(&watch, 2).await), ["ADDED a", "DELETED a"]);
}

#[tokio::test]
async fn a_watch_ends_when_it_was_told_to() {
    let (ask, secrets) = scene().await;
    let events = ask.watch(&format!("{secrets}?watch=true&timeoutSeconds=1"), 100).await;
    assert!(events.len() < 100);
}

#[tokio::test]
async fn a_watch_with_initial_events_marks_their_end() {
    let (ask, secrets) = scene().await;
    ask.post(&secrets, json!({"metadata": {"name": "a"}})).await;
    let watch = format!(
        "{secrets}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
    );
    let events = ask.watch(&watch, 2).await;
    assert_eq!(summary(&events), ["ADDED a", "BOOKMARK "]);
    assert_eq!(events[1]["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
}
