//! CatalogSources: a registry behind each, which takes its time to answer.

use std::time::Instant;

use serde_json::{Value, json};

use crate::SandboxError;
use crate::openshift::condition::now;
use crate::openshift::context::{Context, place, text};
use crate::openshift::paths::{CATALOGS, MARKETPLACE, one};

/// How the connection to a catalog's registry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::openshift) enum Health {
    Connecting,
    Ready,
}

/// The status of a catalog.
pub(in crate::openshift) fn status(name: &str, health: Health) -> Value {
    let state = match health {
        Health::Connecting => "CONNECTING",
        Health::Ready => "READY",
    };
    let address = format!("{name}.{MARKETPLACE}.svc:50051");
    json!({
        "connectionState": {"address": address, "lastConnect": now(), "lastObservedState": state},
        "registryService": {
            "protocol": "grpc", "port": "50051", "serviceName": name, "serviceNamespace": MARKETPLACE,
            "createdAt": now(),
        },
    })
}

/// Whether a catalog is READY.
fn is_ready(catalog: &Value) -> bool {
    catalog["status"]["connectionState"]["lastObservedState"] == "READY"
}

/// What Subscriptions call its health: whether the objects of its registry are there. It says nothing of an answer.
pub(super) fn is_healthy(catalog: &Value) -> bool {
    catalog["status"]["registryService"].is_object()
}

/// The catalogs that OLM looks at for a namespace.
pub(super) fn seen_from<'a>(namespace: &str, catalogs: &'a [Value]) -> Vec<&'a Value> {
    catalogs.iter().filter(|catalog| [MARKETPLACE, namespace].contains(&place(catalog).0)).collect()
}

/// Whether OLM knows what is in it: it is READY, or was a short while ago.
pub(super) fn is_known(context: &Context, catalog: &Value) -> bool {
    let answered = context.answered.get(text(&catalog["metadata"]["uid"]));
    is_ready(catalog) || answered.is_some_and(|then| then.elapsed() < context.options().cache)
}

/// Catalogs that were not there before become READY after their time. What a test writes there stays.
pub(in crate::openshift) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    let delay = context.options().catalogs;
    for catalog in context.api.list(CATALOGS).await? {
        let state = text(&catalog["status"]["connectionState"]["lastObservedState"]);
        let (_, name) = place(&catalog);
        if state == "READY" {
            context.answered.insert(text(&catalog["metadata"]["uid"]).to_owned(), Instant::now());
        }
        let waits = state.is_empty() || state == "CONNECTING";
        if waits && context.timers.over(format!("catalog {}", catalog["metadata"]["uid"]), delay) {
            let path = one(CATALOGS, place(&catalog));
            context.set_status(&path, &catalog, &status(name, Health::Ready)).await?;
        }
    }
    Ok(())
}
