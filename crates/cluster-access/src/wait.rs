use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use futures::StreamExt as _;
use kube::api::WatchParams;
use kube::core::{Request, WatchEvent};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::observe::list_with_version;
use crate::{AccessError, Cluster, ObjectRef};

/// Pause before a watch that ended is begun again.
const PAUSE: Duration = Duration::from_millis(500);

/// How long the server is asked to keep one watch open, in seconds.
const ONE_WATCH: u32 = 60;

/// What is waited for, and how long.
#[derive(Debug, Clone)]
pub struct Wait<'a> {
    /// How the wait is called in an error: "the token of Secret ns/name".
    pub waiting_for: &'a str,
    /// The longest it may take.
    pub limit: Duration,
    /// Ends it from outside.
    pub stop: &'a CancellationToken,
}

/// Waits until the object is as `is_there` wants it, and returns it. An answer that can't be had for a moment (a
/// dropped connection, a server that restarts) is asked for again.
///
/// # Errors
/// [`AccessError::WaitedTooLong`], [`AccessError::Stopped`], and at once where we may not look.
pub async fn await_object(
    cluster: &Cluster,
    object: &ObjectRef,
    is_there: impl Fn(&Value) -> bool,
    limit: Duration,
    stop: &CancellationToken,
    waiting_for: &str,
) -> Result<Value, AccessError> {
    let found = |all: &[Value]| all.iter().find(|item| is_there(item)).cloned();
    await_objects(cluster, object, found, &Wait { waiting_for, limit, stop }).await
}

/// Waits until `judge` makes something of all objects of the kind (and namespace, and name where `kind` has one). It
/// is asked first of all and then after each change.
///
/// # Errors
/// As [`await_object`].
pub async fn await_objects<T>(
    cluster: &Cluster,
    kind: &ObjectRef,
    mut judge: impl FnMut(&[Value]) -> Option<T>,
    wait: &Wait<'_>,
) -> Result<T, AccessError> {
    let waiting_for = wait.waiting_for.to_owned();
    let found = async {
        loop {
            match watch(cluster, kind, &mut judge).await {
                Ok(Some(found)) => return Ok(found),
                Err(error) if error.is_lasting() => return Err(error),
                Ok(None) | Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    };
    tokio::select! {
        biased;
        () = wait.stop.cancelled() => Err(AccessError::Stopped { waiting_for }),
        found = tokio::time::timeout(wait.limit, found) => found.unwrap_or_else(|_| {
            Err(AccessError::WaitedTooLong { waiting_for, limit: wait.limit })
        }),
    }
}

/// One list and one watch from there; None where the watch ended before `judge` was content.
async fn watch<T>(
    cluster: &Cluster,
    kind: &ObjectRef,
    judge: &mut impl FnMut(&[Value]) -> Option<T>,
) -> Result<Option<T>, AccessError> {
    let doing = format!("watch {kind}");
    let field = (!kind.name.is_empty()).then(|| format!("metadata.name={}", kind.name));
    let (items, version) = list_with_version(cluster, kind, None, field.as_deref()).await?;
    let mut known: BTreeMap<String, Value> = items.into_iter().map(|item| (key(&item), item)).collect();
    let mut ask = |known: &BTreeMap<String, Value>| judge(&known.values().cloned().collect::<Vec<_>>());
    if let Some(found) = ask(&known) {
        return Ok(Some(found));
    }
    let params = WatchParams { field_selector: field, timeout: Some(ONE_WATCH), ..WatchParams::default() };
    let request = Request::new(kind.collection_path())
        .watch(&params, &version)
        .map_err(|error| AccessError::Unusable { doing: doing.clone(), detail: error.to_string() })?;
    let events = cluster.client.request_events::<Value>(cluster.with_login(&doing, request)?);
    let events = events.await.map_err(|error| cluster.explain(&doing, error))?;
    let mut events = pin!(events);
    while let Some(event) = events.next().await {
        match event.map_err(|error| cluster.explain(&doing, error))? {
            WatchEvent::Added(item) | WatchEvent::Modified(item) => known.insert(key(&item), item),
            WatchEvent::Deleted(item) => known.remove(&key(&item)),
            WatchEvent::Bookmark(_) => continue,
            WatchEvent::Error(_) => return Ok(None),
        };
        if let Some(found) = ask(&known) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn key(item: &Value) -> String {
    item["metadata"]["name"].as_str().unwrap_or_default().into()
}

/// Waits until one of these objects is another than the one that was seen (None: not there). A kind that the cluster
/// does not have brings no change.
///
/// # Errors
/// Where we may not look.
pub async fn await_change(
    cluster: &Cluster,
    seen: &[(ObjectRef, Option<String>)],
    limit: Duration,
    stop: &CancellationToken,
) -> Result<(), AccessError> {
    let watches = seen.iter().map(|(object, version)| {
        Box::pin(async move {
            let waiting_for = format!("{object} to change");
            let wait = Wait { waiting_for: &waiting_for, limit, stop };
            let moved = |all: &[Value]| {
                let now = all.first().and_then(|item| item["metadata"]["resourceVersion"].as_str());
                (now != version.as_deref()).then_some(())
            };
            match await_objects(cluster, object, moved, &wait).await {
                Err(AccessError::NoSuchKind { .. }) => std::future::pending().await,
                outcome => outcome,
            }
        })
    });
    let watches: Vec<_> = watches.collect();
    if watches.is_empty() {
        return std::future::pending().await;
    }
    futures::future::select_all(watches).await.0
}
