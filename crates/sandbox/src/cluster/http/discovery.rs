//! What the cluster says about itself: its version, health, groups and kinds.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::cluster::objects::kinds::{Kind, REVIEWS, api_version};
use crate::cluster::objects::store::Store;

const VERBS: [&str; 8] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// The answer to a path that is about the cluster, not about an object.
pub(crate) fn answer(store: &Store, path: &[&str]) -> Option<Value> {
    match path {
        ["version"] => Some(version()),
        ["api"] => Some(json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})),
        ["apis"] => Some(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups(store)})),
        ["api", version] => resources(store, "", version),
        ["apis", group] => groups(store).into_iter().find(|one| one["name"] == *group).map(group_document),
        ["apis", group, version] => resources(store, group, version),
        ["openapi", "v3"] => Some(openapi_index(store)),
        ["openapi", "v3", "api", version] => Some(openapi(store, "", version)),
        ["openapi", "v3", "apis", group, version] => Some(openapi(store, group, version)),
        _ => None,
    }
}

fn version() -> Value {
    json!({
        "major": "1", "minor": "33", "gitVersion": "v1.33.0", "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "2025-04-23T00:00:00Z", "goVersion": "go1.24.2", "compiler": "gc", "platform": "linux/amd64",
    })
}

fn groups(store: &Store) -> Vec<Value> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let kept = store.kinds().iter().map(|kind| (kind.group.as_str(), kind.version.as_str()));
    for (group, version) in kept.chain(REVIEWS.iter().map(|&(group, version, ..)| (group, version))) {
        let known = versions.entry(group).or_default();
        if !known.contains(&version) {
            known.push(version);
        }
    }
    versions.remove("");
    versions.into_iter().map(|(group, versions)| group_of(group, &versions)).collect()
}

fn group_of(group: &str, versions: &[&str]) -> Value {
    let versions: Vec<_> = versions
        .iter()
        .map(|version| json!({"groupVersion": format!("{group}/{version}"), "version": version}))
        .collect();
    json!({"name": group, "preferredVersion": versions.first(), "versions": versions})
}

fn group_document(mut group: Value) -> Value {
    group["kind"] = json!("APIGroup");
    group["apiVersion"] = json!("v1");
    group
}

fn resources(store: &Store, group: &str, version: &str) -> Option<Value> {
    let mut resources = Vec::new();
    for kind in kinds_of(store, group, version) {
        resources.push(resource(kind));
        if kind.status {
            resources.push(subresource(kind, "status", &kind.kind));
        }
        if kind.is("", "serviceaccounts") {
            resources.push(json!({
                "name": "serviceaccounts/token", "singularName": "", "namespaced": true, "kind": "TokenRequest",
                "group": "authentication.k8s.io", "version": "v1", "verbs": ["create"],
            }));
        }
    }
    for (_, _, kind, plural, namespaced) in REVIEWS.iter().filter(|row| row.0 == group && row.1 == version) {
        resources.push(json!({
            "name": plural, "singularName": kind.to_lowercase(), "namespaced": namespaced, "kind": kind, "verbs": ["create"],
        }));
    }
    if resources.is_empty() {
        return None;
    }
    Some(json!({
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api_version(group, version), "resources": resources,
    }))
}

fn resource(kind: &Kind) -> Value {
    let mut resource = json!({
        "name": kind.plural, "singularName": kind.kind.to_lowercase(), "namespaced": kind.namespaced,
        "kind": kind.kind, "verbs": VERBS,
    });
    if !kind.short.is_empty() {
        resource["shortNames"] = json!(kind.short);
    }
    resource
}

fn subresource(kind: &Kind, name: &str, of: &str) -> Value {
    json!({
        "name": format!("{}/{name}", kind.plural), "singularName": "", "namespaced": kind.namespaced, "kind": of,
        "verbs": ["get", "patch", "update"],
    })
}

fn kinds_of<'a>(store: &'a Store, group: &'a str, version: &'a str) -> impl Iterator<Item = &'a Kind> {
    store.kinds().iter().filter(move |kind| kind.group == group && kind.version == version)
}

fn root(group: &str, version: &str) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}

fn openapi_index(store: &Store) -> Value {
    let paths: Map<_, _> = store
        .kinds()
        .iter()
        .map(|kind| {
            let root = root(&kind.group, &kind.version);
            let url = format!("/openapi/v3/{root}?hash={}", store.revision());
            (root, json!({"serverRelativeURL": url}))
        })
        .collect();
    json!({"paths": paths})
}

/// Enough for `kubectl apply` to leave the checking of fields to the server.
fn openapi(store: &Store, group: &str, version: &str) -> Value {
    let paths: Map<_, _> = kinds_of(store, group, version)
        .map(|kind| {
            let meant = json!({"group": group, "version": version, "kind": kind.kind});
            let parameter = json!({"name": "fieldValidation", "in": "query", "schema": {"type": "string"}});
            let patch = json!({
                "parameters": [parameter], "responses": {},
                "x-kubernetes-action": "patch", "x-kubernetes-group-version-kind": meant,
            });
            (format!("/{}/{}/{{name}}", root(group, version), kind.plural), json!({"patch": patch}))
        })
        .collect();
    json!({"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.33.0"}, "paths": paths})
}
