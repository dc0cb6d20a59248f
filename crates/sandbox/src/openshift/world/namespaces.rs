//! The namespaces that the installer makes.

use serde_json::json;

use super::placed::Placed;
use crate::openshift::paths::NAMESPACES;

const NAMES: [&str; 9] = [
    "openshift",
    "openshift-config",
    "openshift-config-managed",
    "openshift-image-registry",
    "openshift-ingress",
    "openshift-machine-api",
    "openshift-marketplace",
    "openshift-monitoring",
    "openshift-operators",
];

pub(super) fn all() -> Vec<Placed> {
    let made = |name: &&str| {
        let annotations = json!({
            "openshift.io/sa.scc.mcs": "s0:c26,c5",
            "openshift.io/sa.scc.supplemental-groups": "1000660000/10000",
            "openshift.io/sa.scc.uid-range": "1000660000/10000",
        });
        let metadata = json!({"name": name, "annotations": annotations});
        (NAMESPACES.to_owned(), json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}))
    };
    NAMES.iter().map(made).collect()
}
