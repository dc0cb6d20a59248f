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

/// Waits until the object is as `is_there` wants it, and returns it. `waiting_for` is how the wait is called in an
/// error. An answer that can't be had for a moment (a dropped connection, a server that restarts) is asked again.
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
    let found = async {
        loop {
            match look(cluster, object, &is_there).await {
                Ok(Some(found)) => return Ok(found),
                Err(error) if is_lasting(&error) => return Err(error),
                Ok(None) | Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    };
    tokio::select! {
        biased;
        () = stop.cancelled() => Err(AccessError::Stopped { waiting_for: waiting_for.into() }),
        found = tokio::time::timeout(limit, found) => found.unwrap_or_else(|_| {
            Err(AccessError::WaitedTooLong { waiting_for: waiting_for.into(), limit })
        }),
    }
}

/// One list and one watch from there; None where the watch ended before the object was as wanted.
async fn look(
    cluster: &Cluster,
    object: &ObjectRef,
    is_there: &impl Fn(&Value) -> bool,
) -> Result<Option<Value>, AccessError> {
    let doing = format!("watch {object}");
    let field = format!("metadata.name={}", object.name);
    let (items, version) = list_with_version(cluster, object, None, Some(&field)).await?;
    if let Some(found) = items.into_iter().find(|item| is_there(item)) {
        return Ok(Some(found));
    }
    let params = WatchParams { field_selector: Some(field), timeout: Some(60), ..WatchParams::default() };
    let request = Request::new(object.collection_path())
        .watch(&params, &version)
        .map_err(|error| AccessError::Unusable { doing: doing.clone(), detail: error.to_string() })?;
    let events = cluster.client.request_events::<Value>(request);
    let events = events.await.map_err(|error| cluster.explain(&doing, error))?;
    let mut events = pin!(events);
    while let Some(event) = events.next().await {
        match event.map_err(|error| cluster.explain(&doing, error))? {
            WatchEvent::Added(item) | WatchEvent::Modified(item) if is_there(&item) => return Ok(Some(item)),
            WatchEvent::Error(_) => return Ok(None),
            _ => {}
        }
    }
    Ok(None)
}

/// Whether asking again can't help.
fn is_lasting(error: &AccessError) -> bool {
    !matches!(
        error,
        AccessError::Refused { .. }
            | AccessError::Timeout { .. }
            | AccessError::Connection { .. }
            | AccessError::Proxy { .. }
            | AccessError::NotFound { .. }
            | AccessError::Api { code: 410 | 429 | 500..=599, .. }
    )
}
