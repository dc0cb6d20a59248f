use kube::api::{GetParams, ListParams};
use kube::core::Request;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{AccessError, Cluster, ObjectRef};

/// Reads one object; None where it (or its kind) is not there. What a Secret holds is in the value in clear: never
/// show it.
///
/// # Errors
/// Anything but 404 that keeps the server from answering with the object.
pub async fn get(cluster: &Cluster, object: &ObjectRef) -> Result<Option<Value>, AccessError> {
    let doing = format!("read {object}");
    let request = Request::new(object.collection_path()).get(&object.name, &GetParams::default());
    match cluster.ask(&doing, request).await {
        Ok(found) => Ok(Some(Value::Object(found))),
        Err(AccessError::NotFound { .. } | AccessError::NoSuchKind { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads all objects of the kind (and namespace) of `kind` whose labels fit `labels` (`key=value`, `key in (a,b)`).
///
/// # Errors
/// [`AccessError::NoSuchKind`] where the cluster does not have the kind; a namespace that is not there has no objects.
pub async fn list(
    cluster: &Cluster,
    kind: &ObjectRef,
    labels: Option<&str>,
) -> Result<Vec<Value>, AccessError> {
    Ok(list_with_version(cluster, kind, labels, None).await?.0)
}

/// [`list`] of the objects of one name: an API may have several, as `packagemanifests` has one for each catalog.
///
/// # Errors
/// As [`list`].
pub async fn list_named(
    cluster: &Cluster,
    kind: &ObjectRef,
    name: &str,
    labels: Option<&str>,
) -> Result<Vec<Value>, AccessError> {
    Ok(list_with_version(cluster, kind, labels, Some(&format!("metadata.name={name}"))).await?.0)
}

/// Whether the cluster has the kind, as its discovery says: everyone may ask that, also who may not list it.
///
/// # Errors
/// Anything but 404 that keeps the server from answering.
pub async fn has_kind(cluster: &Cluster, kind: &ObjectRef) -> Result<bool, AccessError> {
    let doing = format!("ask whether there is a kind {}", kind.kind);
    let root = if kind.group().is_empty() { "api" } else { "apis" };
    let request = http::Request::get(format!("/{root}/{}", kind.api_version))
        .body(Vec::new())
        .map_err(kube::core::request::Error::BuildRequest);
    let found: Value = match cluster.ask(&doing, request).await {
        Err(AccessError::NotFound { .. } | AccessError::NoSuchKind { .. }) => return Ok(false),
        found => found?,
    };
    let mut resources = found["resources"].as_array().into_iter().flatten();
    Ok(resources.any(|resource| resource["name"] == kind.plural.as_str()))
}

/// [`list`], of which the server sends nothing but the metadata: what the objects hold is not read.
///
/// # Errors
/// As [`list`].
pub async fn list_metadata(
    cluster: &Cluster,
    kind: &ObjectRef,
    labels: Option<&str>,
) -> Result<Vec<Value>, AccessError> {
    let params = ListParams { label_selector: labels.map(Into::into), ..ListParams::default() };
    let request = Request::new(kind.collection_path()).list_metadata(&params);
    let doing = format!("list {kind}");
    let answer = read_list(cluster, &doing, cluster.ask(&doing, request).await?)?;
    let metadata = |mut item: Map<String, Value>| json!({ "metadata": item.remove("metadata") });
    Ok(answer.items.into_iter().flatten().map(metadata).collect())
}

/// Anything but a list did not come from an API server, and says nothing about what is there.
fn read_list(cluster: &Cluster, doing: &str, answer: Map<String, Value>) -> Result<List, AccessError> {
    List::deserialize(Value::Object(answer))
        .map_err(|error| cluster.explain(doing, kube::Error::SerdeError(error)))
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    metadata: Value,
    /// Null where there is none.
    #[serde(default)]
    items: Option<Vec<Map<String, Value>>>,
}

/// [`list`], with the resourceVersion to watch from.
pub(crate) async fn list_with_version(
    cluster: &Cluster,
    kind: &ObjectRef,
    labels: Option<&str>,
    fields: Option<&str>,
) -> Result<(Vec<Value>, String), AccessError> {
    let doing = format!("list {kind}");
    let params = ListParams {
        label_selector: labels.map(Into::into),
        field_selector: fields.map(Into::into),
        ..ListParams::default()
    };
    let answer = match cluster.ask(&doing, Request::new(kind.collection_path()).list(&params)).await {
        Err(AccessError::NotFound { doing, .. }) => {
            return Err(AccessError::NoSuchKind {
                doing,
                kind: format!("{} ({})", kind.kind, kind.api_version),
            });
        }
        answer => read_list(cluster, &doing, answer?)?,
    };
    let version = answer.metadata["resourceVersion"].as_str().unwrap_or_default().to_owned();
    let mut items: Vec<Value> = answer.items.into_iter().flatten().map(Value::Object).collect();
    // A list leaves out what each item is.
    for item in &mut items {
        item["apiVersion"] = Value::from(kind.api_version.as_str());
        item["kind"] = Value::from(kind.kind.as_str());
    }
    Ok((items, version))
}
