use std::time::Duration;

use cluster_access::{AccessError, ObjectRef, await_change, await_object};
use sandbox::cluster::User;
use sandbox::faults::Fault;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::cluster::{connected, start};

fn it() -> ObjectRef {
    ObjectRef::config_map("default", "it")
}

fn config_map(ready: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "it", "namespace": "default"}, "data": {"ready": ready}})
}

fn is_ready(found: &Value) -> bool {
    found["data"]["ready"] == "yes"
}

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn what_is_there_already_is_not_waited_for() {
    let sandbox = start().await;
    sandbox.put(&config_map("yes")).await.unwrap();
    let cluster = connected(&sandbox, &User::Admin).await;
    let found = await_object(&cluster, &it(), is_ready, LONG, &CancellationToken::new(), "it").await.unwrap();
    assert_eq!(found["data"]["ready"], "yes");
}

#[tokio::test]
async fn what_comes_and_then_changes_is_seen() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    let stop = CancellationToken::new();
    let object = it();
    let waiting = await_object(&cluster, &object, is_ready, LONG, &stop, "it");
    let changing = async {
        for ready in ["no", "not yet", "yes"] {
            tokio::time::sleep(Duration::from_millis(50)).await;
            sandbox.put(&config_map(ready)).await.unwrap();
        }
    };
    let (found, ()) = tokio::join!(waiting, changing);
    assert!(is_ready(&found.unwrap()));
}

#[tokio::test]
async fn what_does_not_come_is_named() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    let limit = Duration::from_millis(300);
    let error =
        await_object(&cluster, &it(), is_ready, limit, &CancellationToken::new(), "ConfigMap default/it")
            .await;
    insta::assert_snapshot!(error.unwrap_err(), @"waited 0.3 s for ConfigMap default/it, which did not come");
}

#[tokio::test]
async fn a_wait_ends_at_once_when_it_is_stopped() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    let stop = CancellationToken::new();
    let object = it();
    let waiting = await_object(&cluster, &object, is_ready, LONG, &stop, "it");
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.cancel();
    };
    let (error, ()) = tokio::join!(waiting, stopping);
    assert!(matches!(error, Err(AccessError::Stopped { .. })));
}

#[tokio::test]
async fn who_may_not_look_does_not_wait() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Named("nobody".into())).await;
    let error = await_object(&cluster, &it(), is_ready, LONG, &CancellationToken::new(), "it").await;
    assert!(matches!(error, Err(AccessError::Forbidden { .. })));
}

#[tokio::test]
async fn dropped_connections_and_a_busy_server_are_waited_out() {
    let sandbox = start().await;
    let Some(faults) = sandbox.faults() else {
        return eprintln!("left out against the real programs: no faults can be put into them");
    };
    sandbox.put(&config_map("yes")).await.unwrap();
    let cluster = connected(&sandbox, &User::Admin).await;
    faults.add(Fault::drop().contains("configmaps").times(2));
    let status = json!({"kind": "Status", "status": "Failure", "code": 500, "reason": "InternalError", "message": "etcd"});
    faults.add(Fault::status(500, status.to_string()).contains("configmaps").times(1));
    let found = await_object(&cluster, &it(), is_ready, LONG, &CancellationToken::new(), "it").await.unwrap();
    assert!(is_ready(&found));
}

#[tokio::test]
async fn a_change_of_any_of_the_objects_seen_is_noticed() {
    let sandbox = start().await;
    let there = sandbox.put(&config_map("no")).await.unwrap();
    let version = there["metadata"]["resourceVersion"].as_str().map(str::to_owned);
    let cluster = connected(&sandbox, &User::Admin).await;
    let stop = CancellationToken::new();
    let other = ObjectRef::config_map("default", "other");
    let unknown = ObjectRef::namespaced("no.such/v1", "Kind", "kinds", "default", "it");
    let seen = [(it(), version), (other, None), (unknown, None)];
    let soon = Duration::from_millis(300);
    let nothing = await_change(&cluster, &seen, soon, &stop).await;
    assert!(matches!(nothing, Err(AccessError::WaitedTooLong { .. })), "{nothing:?}");
    let changing = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let mut other = config_map("yes");
        other["metadata"]["name"] = "other".into();
        sandbox.put(&other).await.unwrap();
    };
    let (changed, ()) = tokio::join!(await_change(&cluster, &seen, LONG, &stop), changing);
    changed.unwrap();
}

#[tokio::test]
async fn a_change_before_the_watch_began_is_noticed_too() {
    let sandbox = start().await;
    sandbox.put(&config_map("no")).await.unwrap();
    let cluster = connected(&sandbox, &User::Admin).await;
    let seen = [(it(), Some("1".to_owned()))];
    await_change(&cluster, &seen, LONG, &CancellationToken::new()).await.unwrap();
}
