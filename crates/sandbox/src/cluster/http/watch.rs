//! Watches: the changes of a collection, as they happen.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures::stream::{self, StreamExt as _};
use hyper::Response;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::cluster::http::failure::Failure;
use crate::cluster::http::query::Query;
use crate::cluster::http::reply;
use crate::cluster::http::selector::Selector;
use crate::cluster::http::target::Target;
use crate::cluster::objects::kinds::Kind;
use crate::cluster::objects::store::{Change, Store};

/// How long a watch lasts when the client sets no limit, in seconds.
const LIMIT: u64 = 300;

/// Which changes a watch is about.
struct Scope {
    group: String,
    plural: String,
    namespace: String,
    name: String,
    api_version: String,
    selector: Selector,
}

/// Answers a watch.
pub(crate) fn watch(
    store: &Store,
    kind: &Kind,
    target: &Target,
    query: &Query,
    stop: &CancellationToken,
) -> Response<Body> {
    let scope = Scope {
        group: target.group.clone(),
        plural: target.plural.clone(),
        namespace: target.namespace.clone(),
        name: target.name.clone(),
        api_version: kind.api_version(),
        selector: Selector::parse(query),
    };
    let first = match first_events(store, kind, &scope, query) {
        Ok(events) => events,
        Err(failure) => return events(stream::iter([event("ERROR", &failure.to_json())])),
    };
    let limit = Duration::from_secs(query.number("timeoutSeconds").unwrap_or(LIMIT));
    let stopped = stop.clone();
    let end = async move {
        tokio::select! {
            () = stopped.cancelled() => {}
            () = tokio::time::sleep(limit) => {}
        }
    };
    events(stream::iter(first).chain(later_events(store, scope)).take_until(end))
}

fn events(events: impl futures::Stream<Item = Bytes> + Send + 'static) -> Response<Body> {
    reply::raw(200, "application/json", Body::from_stream(events.map(Ok::<_, std::io::Error>)))
}

/// What the watch begins with: all that is there, or all that happened since.
fn first_events(store: &Store, kind: &Kind, scope: &Scope, query: &Query) -> Result<Vec<Bytes>, Failure> {
    let from = query.number("resourceVersion").unwrap_or(0);
    let initial = query.is("sendInitialEvents");
    if from != 0 && !initial {
        let changes = store.since(from).map_err(|oldest| Failure::gone(from, oldest))?;
        return Ok(changes.iter().filter_map(|change| scope.event(change)).collect());
    }
    let there = store.list(&scope.group, &scope.plural, &scope.namespace);
    let mut events: Vec<_> = there
        .filter(|(key, object)| scope.names(&key.name) && scope.selector.selects(object))
        .map(|(_, object)| scope.added(object))
        .collect();
    if initial && query.is("allowWatchBookmarks") {
        events.push(event(
            "BOOKMARK",
            &json!({
                "kind": kind.kind, "apiVersion": kind.api_version(),
                "metadata": {
                    "resourceVersion": store.revision().to_string(), "creationTimestamp": null,
                    "annotations": {"k8s.io/initial-events-end": "true"},
                },
            }),
        ));
    }
    Ok(events)
}

/// What happens from now on. A watch that is too slow is told to begin anew.
fn later_events(store: &Store, scope: Scope) -> impl futures::Stream<Item = Bytes> + Send + 'static {
    stream::unfold(Some((store.news(), scope)), |state| async {
        let (mut news, scope) = state?;
        loop {
            match news.recv().await {
                Ok(change) => {
                    if let Some(event) = scope.event(&change) {
                        return Some((event, Some((news, scope))));
                    }
                }
                Err(RecvError::Closed) => return None,
                Err(RecvError::Lagged(_)) => {
                    return Some((event("ERROR", &Failure::gone(0, 0).to_json()), None));
                }
            }
        }
    })
}

impl Scope {
    fn names(&self, name: &str) -> bool {
        self.name.is_empty() || self.name == name
    }

    fn added(&self, object: &Value) -> Bytes {
        event("ADDED", &self.versioned(object))
    }

    /// What this watch says about a change; nothing where it is not its business.
    fn event(&self, change: &Arc<Change>) -> Option<Bytes> {
        let key = &change.key;
        let meant = key.group == self.group
            && key.plural == self.plural
            && (self.namespace.is_empty() || key.namespace == self.namespace)
            && self.names(&key.name);
        if !meant {
            return None;
        }
        let selected =
            |object: &Option<Value>| object.as_ref().is_some_and(|object| self.selector.selects(object));
        let sort = match (selected(&change.before), selected(&change.after)) {
            (false, false) => return None,
            (false, true) => "ADDED",
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
        };
        Some(event(sort, &self.versioned(&change.object)))
    }

    fn versioned(&self, object: &Value) -> Value {
        let mut object = object.clone();
        object["apiVersion"] = json!(self.api_version);
        object
    }
}

fn event(sort: &str, object: &Value) -> Bytes {
    Bytes::from(format!("{}\n", json!({"type": sort, "object": object})))
}
