//! Keeping an object: what stays the server's, what is added to a new one, and how one goes.

use serde_json::{Value, json};

use crate::cluster::clock;
use crate::cluster::objects::rules;
use crate::cluster::objects::store::{Key, Store};
use crate::cluster::objects::write::Write;
use crate::cluster::random;

impl Write<'_> {
    /// What a client can't change here: the server's metadata, and either the status or all but the status.
    pub(crate) fn keep_servers_part(&self, old: &Value, new: &mut Value) {
        let status_only = self.target.subresource == "status";
        if status_only {
            let (status, managers) = (new["status"].take(), new["metadata"]["managedFields"].take());
            new.clone_from(old);
            new["status"] = status;
            new["metadata"]["managedFields"] = managers;
        } else if self.kind.status {
            let status = old.get("status").cloned();
            remove(new, "status");
            if let (Some(status), Some(map)) = (status, new.as_object_mut()) {
                map.insert("status".to_owned(), status);
            }
        }
        self.complete_in_place(new, &self.target.name);
        for field in [
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "generation",
            "resourceVersion",
        ] {
            match old["metadata"].get(field) {
                Some(value) => new["metadata"][field] = value.clone(),
                None => remove(&mut new["metadata"], field),
            }
        }
        for empty in ["status", "managedFields"] {
            let part = if empty == "status" { &mut *new } else { &mut new["metadata"] };
            if part[empty].is_null() {
                remove(part, empty);
            }
        }
    }

    /// Keeps an object that was not there.
    pub(crate) fn keep_new(&self, store: &mut Store, name: &str, mut object: Value) -> Value {
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.insert("uid".to_owned(), json!(random::uid()));
            metadata.insert("creationTimestamp".to_owned(), json!(clock::now()));
            metadata.remove("resourceVersion");
            metadata.remove("deletionTimestamp");
        }
        if rules::has_generation(self.kind, &object) {
            object["metadata"]["generation"] = json!(1);
        }
        rules::settle(self.kind, &mut object);
        if self.dry_run {
            return object;
        }
        store.put(&self.key(name), object)
    }

    /// Keeps a changed object; the same object again is no change.
    pub(crate) fn keep_changed(&self, store: &mut Store, old: &Value, mut new: Value) -> Value {
        rules::settle(self.kind, &mut new);
        let generation = old["metadata"]["generation"].as_u64();
        if let Some(generation) = generation.filter(|_| old["spec"] != new["spec"]) {
            new["metadata"]["generation"] = json!(generation + 1);
        }
        if self.dry_run || new == *old {
            return new;
        }
        let key = self.key(&self.target.name);
        let last = store.put(&key, new);
        let going = !last["metadata"]["deletionTimestamp"].is_null() && !self.kind.is("", "namespaces");
        if going && !rules::is_held(&last) {
            return store.remove(&key).unwrap_or(last);
        }
        last
    }
}

/// Removes an object, or marks it while finalizers or a namespace's content hold it.
pub(crate) fn delete_object(store: &mut Store, key: &Key) -> Option<Value> {
    let mut object = store.get(key)?.clone();
    let namespace = key.group.is_empty() && key.plural == "namespaces";
    if !rules::is_held(&object) && !namespace {
        return store.remove(key);
    }
    if object["metadata"]["deletionTimestamp"].is_null() {
        object["metadata"]["deletionTimestamp"] = json!(clock::now());
        if namespace {
            object["status"]["phase"] = json!("Terminating");
        } else {
            object["metadata"]["deletionGracePeriodSeconds"] = json!(0);
        }
        return Some(store.put(key, object));
    }
    Some(object)
}

/// Takes a field out of a map.
pub(crate) fn remove(value: &mut Value, field: &str) {
    if let Some(map) = value.as_object_mut() {
        map.remove(field);
    }
}
