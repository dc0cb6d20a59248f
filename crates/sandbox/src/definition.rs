//! CustomResourceDefinitions without the schemas of their kinds: any `spec` and any `status` fits.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::SandboxError;
use crate::api::Api;

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/// How long the cluster may take to serve a kind.
const LIMIT: Duration = Duration::from_secs(30);

/// One kind in one version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Definition {
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
    pub plural: &'static str,
    pub namespaced: bool,
    pub short: &'static [&'static str],
    /// Whether `/status` is a resource of its own.
    pub status: bool,
}

impl Definition {
    /// A kind that lives in namespaces and has a `/status`.
    pub(crate) const fn namespaced(
        group: &'static str,
        version: &'static str,
        kind: &'static str,
        plural: &'static str,
    ) -> Self {
        Self { group, version, kind, plural, namespaced: true, short: &[], status: true }
    }

    /// A kind of the whole cluster, with a `/status`.
    pub(crate) const fn cluster(
        group: &'static str,
        version: &'static str,
        kind: &'static str,
        plural: &'static str,
    ) -> Self {
        Self { namespaced: false, ..Self::namespaced(group, version, kind, plural) }
    }

    /// The same with short names.
    pub(crate) const fn short(self, short: &'static [&'static str]) -> Self {
        Self { short, ..self }
    }

    /// The same without a `/status` of its own.
    pub(crate) const fn without_status(self) -> Self {
        Self { status: false, ..self }
    }

    /// The definition's name.
    pub(crate) fn name(&self) -> String {
        format!("{}.{}", self.plural, self.group)
    }

    /// Where all objects of the kind are listed.
    pub(crate) fn path(&self) -> String {
        format!("/apis/{}/{}/{}", self.group, self.version, self.plural)
    }

    /// The object that defines it.
    pub(crate) fn object(&self, labels: &Value) -> Value {
        let anything = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        let schema = json!({
            "type": "object",
            "x-kubernetes-preserve-unknown-fields": true,
            "properties": {"spec": anything, "status": anything},
        });
        let subresources = if self.status { json!({"status": {}}) } else { json!({}) };
        json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": self.name(), "labels": labels},
            "spec": {
                "group": self.group,
                "scope": if self.namespaced { "Namespaced" } else { "Cluster" },
                "names": {
                    "kind": self.kind, "listKind": format!("{}List", self.kind), "plural": self.plural,
                    "singular": self.kind.to_lowercase(), "shortNames": self.short,
                },
                "versions": [{
                    "name": self.version, "served": true, "storage": true,
                    "schema": {"openAPIV3Schema": schema}, "subresources": subresources,
                }],
            },
        })
    }
}

/// Makes them; those that are there already stay.
pub(crate) async fn create(
    api: &Api,
    definitions: &[Definition],
    labels: &Value,
) -> Result<(), SandboxError> {
    let made = definitions.iter().map(|one| async { api.create(DEFINITIONS, &one.object(labels)).await });
    futures::future::try_join_all(made).await.map(drop)
}

/// Makes them, and waits until the cluster serves them.
pub(crate) async fn install(
    api: &Api,
    definitions: &[Definition],
    labels: &Value,
) -> Result<(), SandboxError> {
    create(api, definitions, labels).await?;
    let since = Instant::now();
    for one in definitions {
        while let Err(why) = api.get(&one.path()).await {
            if since.elapsed() > LIMIT {
                return Err(why);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(())
}

/// The names of those that the cluster says it serves.
pub(crate) async fn established(api: &Api) -> Result<BTreeSet<String>, SandboxError> {
    let known = api.list(DEFINITIONS).await?;
    let served = |one: &&Value| {
        let mut conditions = one["status"]["conditions"].as_array().into_iter().flatten();
        conditions.any(|one| one["type"] == "Established" && one["status"] == "True")
    };
    let name = |one: &Value| one["metadata"]["name"].as_str().map(str::to_owned);
    Ok(known.iter().filter(served).filter_map(name).collect())
}
