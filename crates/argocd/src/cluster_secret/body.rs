use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::in_cluster_server::SERVER;
use super::{Desired, NAME};
use crate::secret::SECRET_TYPE;

const ENV: &str = "bitiq.io/env";
const BASE_DOMAIN: &str = "bitiq.io/base-domain";
const REGION: &str = "bitiq.io/region";
const INFRA_ID: &str = "bitiq.io/infra-id";

/// Configuration that Argo CD documents for the cluster it runs in: its own ServiceAccount, and its CA.
const CONFIG: &str = r#"{"tlsClientConfig":{"insecure":false}}"#;

/// The annotations, whosever the Secret is.
pub(super) fn annotations(desired: &Desired<'_>) -> Map<String, Value> {
    let mut marks = match desired.owner.annotations() {
        Value::Object(marks) => marks,
        _ => Map::new(),
    };
    marks.insert(ENV.into(), desired.env.into());
    marks.insert(BASE_DOMAIN.into(), desired.apps_domain.as_str().into());
    if let Some(region) = desired.region {
        marks.insert(REGION.into(), region.into());
    }
    marks
}

/// Returns annotations that this cluster does not have: left there, they would be another cluster's.
pub(super) fn unwanted(desired: &Desired<'_>) -> Vec<&'static str> {
    let region = desired.region.is_none().then_some(REGION);
    let infra_id = desired.owner.infra_id.is_none().then_some(INFRA_ID);
    region.into_iter().chain(infra_id).collect()
}

/// The Secret that we make.
pub(super) fn body(desired: &Desired<'_>) -> Value {
    let encoded = |text: &str| Value::from(STANDARD.encode(text));
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": NAME,
            "namespace": desired.namespace,
            "labels": { SECRET_TYPE: "cluster" },
            "annotations": annotations(desired),
        },
        "type": "Opaque",
        "data": { "name": encoded(NAME), "server": encoded(SERVER), "config": encoded(CONFIG) },
    })
}
