//! CatalogSources: a registry behind each, which takes its time to answer.

use serde_json::{Value, json};

use crate::SandboxError;
use crate::openshift::condition::now;
use crate::openshift::context::{Context, place, text};
use crate::openshift::paths::{CATALOGS, one};
use crate::openshift::world::MARKETPLACE;

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
pub(super) fn is_ready(catalog: &Value) -> bool {
    catalog["status"]["connectionState"]["lastObservedState"] == "READY"
}

/// Catalogs that were not there before become READY after their time. What a test writes there stays.
pub(in crate::openshift) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    let delay = context.options().catalogs;
    for catalog in context.api.list(CATALOGS).await? {
        let state = text(&catalog["status"]["connectionState"]["lastObservedState"]);
        let (_, name) = place(&catalog);
        let waits = state.is_empty() || state == "CONNECTING";
        if waits && context.timers.over(format!("catalog {}", catalog["metadata"]["uid"]), delay) {
            let path = one(CATALOGS, place(&catalog));
            context.set_status(&path, &catalog, &status(name, Health::Ready)).await?;
        }
    }
    Ok(())
}
