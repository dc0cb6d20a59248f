//! Writes that come from inside: the cluster's own controllers, its first objects, and tests that set a scene.

use serde_json::Value;

use crate::cluster::http::failure::Failure;
use crate::cluster::http::target::Target;
use crate::cluster::objects::kinds::{Kind, text};
use crate::cluster::objects::store::Store;
use crate::cluster::objects::write::Write;
use crate::cluster::ownership::managers::Writer;

/// The kind that an object names.
pub(crate) fn kind_of(store: &Store, object: &Value) -> Option<Kind> {
    let (version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
    store.kinds().iter().find(|one| one.kind == kind && one.api_version() == version).cloned()
}

/// Creates an object or replaces it whatever its revision, its status included. Nothing where its kind is unknown.
pub(crate) fn put(store: &mut Store, object: &Value, manager: &str) -> Option<Result<Value, Failure>> {
    let kind = kind_of(store, object)?;
    let target = Target {
        group: kind.group.clone(),
        version: kind.version.clone(),
        namespace: if kind.namespaced { text(&object["metadata"]["namespace"]) } else { String::new() },
        plural: kind.plural.clone(),
        name: text(&object["metadata"]["name"]),
        subresource: String::new(),
    };
    Some(put_at(store, &kind, target, object, manager))
}

fn put_at(
    store: &mut Store,
    kind: &Kind,
    mut target: Target,
    object: &Value,
    manager: &str,
) -> Result<Value, Failure> {
    let mut object = object.clone();
    for stale in ["resourceVersion", "uid"] {
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.remove(stale);
        }
    }
    let mut writer =
        Writer { manager: manager.to_owned(), api_version: kind.api_version(), ..Writer::default() };
    let write = Write { kind, target: &target, writer: writer.clone(), dry_run: false };
    let live = write.live(store).ok();
    let mut written = match live {
        Some(old) => write.update(store, &old, object.clone())?,
        None => write.create(store, object.clone())?,
    };
    if kind.status && object["status"].is_object() && object["status"] != written["status"] {
        target.subresource = "status".to_owned();
        "status".clone_into(&mut writer.subresource);
        let mut next = written.clone();
        next["status"] = object["status"].clone();
        written = Write { kind, target: &target, writer, dry_run: false }.update(store, &written, next)?;
    }
    Ok(written)
}
