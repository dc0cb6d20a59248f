//! PackageManifests: what the catalogs have. A real cluster serves those of `openshift-marketplace` in every namespace,
//! through an API server of its own; so does the double. On a real API server they are objects of every namespace.

use serde_json::{Value, json};

use super::packages::{PACKAGES, Package};
use crate::SandboxError;
use crate::api::Api;
use crate::openshift::context::{Context, place, text};
use crate::openshift::options::Options;
use crate::openshift::paths::{CATALOGS, MARKETPLACE, NAMESPACES, PACKAGE_MANIFESTS, one, within};

/// Those of the first catalogs.
pub(in crate::openshift) async fn furnish(api: &Api, options: &Options) -> Result<(), SandboxError> {
    for package in PACKAGES {
        let object = manifest(package, MARKETPLACE, MARKETPLACE, options);
        api.create(&within(PACKAGE_MANIFESTS, MARKETPLACE), &object).await?;
    }
    Ok(())
}

/// What a catalog said when it was READY stays until the catalog goes.
pub(in crate::openshift) async fn round(context: &mut Context) -> Result<(), SandboxError> {
    let (found, options) = (context.api.list(PACKAGE_MANIFESTS).await?, context.options());
    let wanted = wanted(context, &options).await?;
    for object in &wanted {
        let path = within(PACKAGE_MANIFESTS, place(object).0);
        match found.iter().find(|one| place(one) == place(object)) {
            None => context.gone_is_fine(context.api.create(&path, object).await)?,
            Some(there) if there["status"] != object["status"] => {
                let path = one(PACKAGE_MANIFESTS, place(object));
                let status = json!({"status": object["status"]});
                context.gone_is_fine(context.api.merge(&path, &status).await)?;
            }
            Some(_) => {}
        }
    }
    for stale in found.iter().filter(|there| !wanted.iter().any(|object| place(object) == place(there))) {
        context.api.delete(&one(PACKAGE_MANIFESTS, place(stale))).await?;
    }
    Ok(())
}

async fn wanted(context: &Context, options: &Options) -> Result<Vec<Value>, SandboxError> {
    let mut wanted = Vec::new();
    let namespaces = if context.real { living(&context.api).await? } else { Vec::new() };
    for catalog in context.api.list(CATALOGS).await? {
        let (source, name) = place(&catalog);
        if !context.answered.contains_key(text(&catalog["metadata"]["uid"])) {
            continue;
        }
        let elsewhere = namespaces.iter().filter(|one| source == MARKETPLACE && *one != source);
        let places: Vec<&str> = elsewhere.map(String::as_str).chain([source]).collect();
        for package in PACKAGES.iter().filter(|package| package.catalog == name) {
            wanted.extend(places.iter().map(|place| manifest(package, place, source, options)));
        }
    }
    Ok(wanted)
}

/// The namespaces that are not on their way out.
pub(super) async fn living(api: &Api) -> Result<Vec<String>, SandboxError> {
    let all = api.list(NAMESPACES).await?;
    let stays = |one: &&Value| one["metadata"]["deletionTimestamp"].is_null();
    Ok(all.iter().filter(stays).map(|one| place(one).1.to_owned()).collect())
}

fn manifest(package: &Package, namespace: &str, source: &str, options: &Options) -> Value {
    let has = |channel: &str| {
        !options.missing_channels.iter().any(|(name, lacked)| name == package.name && lacked == channel)
    };
    let channels = package.channels.iter().filter(|(name, _)| has(name)).map(|(name, entries)| {
        let newest_first = entries.iter().rev().map(|csv| json!({"name": csv, "version": version(csv)}));
        json!({
            "name": name, "currentCSV": entries.last(), "entries": newest_first.collect::<Vec<_>>(),
            "currentCSVDesc": {"displayName": package.name, "version": entries.last().map(|csv| version(csv))},
        })
    });
    json!({
        "apiVersion": "packages.operators.coreos.com/v1", "kind": "PackageManifest",
        "metadata": {
            "name": package.name, "namespace": namespace,
            "labels": {"catalog": package.catalog, "catalog-namespace": source},
        },
        "spec": {},
        "status": {
            "packageName": package.name, "catalogSource": package.catalog, "catalogSourceNamespace": source,
            "catalogSourceDisplayName": package.catalog, "catalogSourcePublisher": "Red Hat",
            "defaultChannel": package.channel_name(""), "channels": channels.collect::<Vec<_>>(),
        },
    })
}

/// The version in the name of a ClusterServiceVersion.
pub(super) fn version(csv: &str) -> &str {
    csv.split_once('.').map_or(csv, |(_, version)| version.trim_start_matches('v'))
}
