//! Every write: create, update, patch, apply, delete. What arrives is checked, completed, recorded and kept.

use serde_json::{Value, json};

use super::failure::Failure;
use super::kinds::{Kind, items, text};
use super::managers::{self, Writer};
use super::rules;
use super::shape::Shape;
use super::store::{Key, Store};
use super::target::Target;
use super::{apply, clock, random};

/// The object a write is about, and who writes.
pub(super) struct Write<'a> {
    pub kind: &'a Kind,
    pub target: &'a Target,
    pub writer: Writer,
    pub dry_run: bool,
}

/// An object after a write, and whether the write created it.
pub(super) struct Written {
    pub object: Value,
    pub created: bool,
}

impl Write<'_> {
    /// The key of the object of that name.
    pub(super) fn key(&self, name: &str) -> Key {
        Key::new(&self.target.group, &self.target.plural, &self.target.namespace, name)
    }

    /// The object as it is.
    pub(super) fn live(&self, store: &Store) -> Result<Value, Failure> {
        let found = store.get(&self.key(&self.target.name)).cloned();
        found.ok_or_else(|| Failure::not_found(&self.target.group, &self.target.plural, &self.target.name))
    }

    /// Keeps a new object.
    pub(super) fn create(&self, store: &mut Store, mut object: Value) -> Result<Value, Failure> {
        self.complete(&mut object)?;
        let name = text(&object["metadata"]["name"]);
        self.check_namespace(store, &name)?;
        if store.get(&self.key(&name)).is_some() {
            return Err(Failure::already_exists(self.kind, &name));
        }
        if self.kind.status {
            remove(&mut object, "status");
        }
        rules::default(self.kind, &mut object);
        rules::check_new(self.kind, &object)?;
        let definition = definition_of(store, self.kind);
        managers::record_update(None, &mut object, &self.writer, &shape(definition.as_ref(), self.kind));
        self.keep_new(store, &name, object)
    }

    /// Replaces the whole object, or its status.
    pub(super) fn replace(&self, store: &mut Store, object: Value) -> Result<Value, Failure> {
        let old = self.live(store)?;
        let sent = text(&object["metadata"]["name"]);
        if sent != self.target.name {
            return Err(Failure::bad_request(format!(
                "the name of the object ({sent}) does not match the name on the URL ({})",
                self.target.name
            )));
        }
        self.update(store, &old, object)
    }

    /// Keeps `new` in place of `old`, where the two differ.
    pub(super) fn update(&self, store: &mut Store, old: &Value, mut new: Value) -> Result<Value, Failure> {
        self.check_revision(old, &new)?;
        self.keep_servers_part(old, &mut new);
        rules::default(self.kind, &mut new);
        rules::check_change(self.kind, old, &new)?;
        let definition = definition_of(store, self.kind);
        managers::record_update(Some(old), &mut new, &self.writer, &shape(definition.as_ref(), self.kind));
        Ok(self.keep_changed(store, old, new))
    }

    /// Server-side apply.
    pub(super) fn apply(&self, store: &mut Store, patch: &Value, force: bool) -> Result<Written, Failure> {
        self.check_applied(patch)?;
        let old = store.get(&self.key(&self.target.name)).cloned();
        let mut base = old.clone().unwrap_or_else(|| json!({"metadata": {}}));
        self.complete_in_place(&mut base, &self.target.name);
        if let Some(old) = &old {
            self.check_revision(old, patch)?;
        }
        let definition = definition_of(store, self.kind);
        let mut object =
            apply::applied(&base, patch, &self.writer, force, &shape(definition.as_ref(), self.kind))?;
        let Some(old) = old else {
            self.check_namespace(store, &self.target.name)?;
            rules::default(self.kind, &mut object);
            rules::check_new(self.kind, &object)?;
            let object = self.keep_new(store, &self.target.name, object)?;
            return Ok(Written { object, created: true });
        };
        self.keep_servers_part(&old, &mut object);
        rules::default(self.kind, &mut object);
        rules::check_change(self.kind, &old, &object)?;
        Ok(Written { object: self.keep_changed(store, &old, object), created: false })
    }

    /// Removes the object, or marks it for removal while something holds it.
    pub(super) fn delete(&self, store: &mut Store, options: &Value) -> Result<Value, Failure> {
        let live = self.live(store)?;
        for (field, wanted) in options["preconditions"].as_object().into_iter().flatten() {
            if live["metadata"][field] != *wanted {
                let why = format!(
                    "Precondition failed: {} in precondition: {}, {} in object meta: {}",
                    precondition_name(field),
                    text(wanted),
                    precondition_name(field),
                    text(&live["metadata"][field])
                );
                return Err(Failure::precondition(self.kind, &self.target.name, &why));
            }
        }
        if self.dry_run {
            return Ok(live);
        }
        Ok(delete_object(store, &self.key(&self.target.name)).unwrap_or(live))
    }

    fn complete(&self, object: &mut Value) -> Result<(), Failure> {
        self.check_type(object)?;
        let metadata = &object["metadata"];
        let name = match (metadata["name"].as_str(), metadata["generateName"].as_str()) {
            (Some(name), _) if !name.is_empty() => name.to_owned(),
            (_, Some(prefix)) => format!("{prefix}{}", random::suffix()),
            _ => String::new(),
        };
        let namespace = metadata["namespace"].as_str().unwrap_or_default();
        if !namespace.is_empty() && namespace != self.target.namespace {
            return Err(Failure::bad_request(
                "the namespace of the provided object does not match the namespace sent on the request",
            ));
        }
        self.complete_in_place(object, &name);
        Ok(())
    }

    fn complete_in_place(&self, object: &mut Value, name: &str) {
        object["kind"] = json!(self.kind.kind);
        object["apiVersion"] = json!(self.kind.api_version());
        if !object["metadata"].is_object() {
            object["metadata"] = json!({});
        }
        object["metadata"]["name"] = json!(name);
        if self.kind.namespaced {
            object["metadata"]["namespace"] = json!(self.target.namespace);
        }
    }

    fn check_type(&self, object: &Value) -> Result<(), Failure> {
        let (version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
        if !version.is_empty() && version != self.kind.api_version() {
            return Err(Failure::bad_request(format!(
                "the API version in the data ({version}) does not match the expected API version ({})",
                self.kind.api_version()
            )));
        }
        if !kind.is_empty() && kind != self.kind.kind {
            return Err(Failure::bad_request(format!(
                "{kind} in version \"{}\" cannot be handled as a {}",
                self.kind.version, self.kind.kind
            )));
        }
        Ok(())
    }

    fn check_applied(&self, patch: &Value) -> Result<(), Failure> {
        self.check_type(patch)?;
        if self.writer.manager.is_empty() {
            let message = "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch";
            return Err(Failure::unprocessable(message));
        }
        if items(&patch["metadata"]["managedFields"]).next().is_some() {
            return Err(Failure::bad_request("metadata.managedFields must be nil"));
        }
        Ok(())
    }

    fn check_namespace(&self, store: &Store, name: &str) -> Result<(), Failure> {
        if !self.kind.namespaced {
            return Ok(());
        }
        let namespace = &self.target.namespace;
        let Some(live) = store.get(&Key::core("namespaces", "", namespace)) else {
            return Err(Failure::not_found("", "namespaces", namespace));
        };
        if live["metadata"]["deletionTimestamp"].is_null() {
            return Ok(());
        }
        let why =
            format!("unable to create new content in namespace {namespace} because it is being terminated");
        let mut failure = Failure::forbidden(&self.kind.group, &self.kind.plural, name, &why);
        failure.details["causes"] = json!([{
            "reason": "NamespaceTerminating", "field": "metadata.namespace",
            "message": format!("namespace {namespace} is being terminated"),
        }]);
        Err(failure)
    }

    fn check_revision(&self, old: &Value, new: &Value) -> Result<(), Failure> {
        let sent = new["metadata"]["resourceVersion"].as_str().unwrap_or_default();
        if !sent.is_empty() && old["metadata"]["resourceVersion"] != sent {
            return Err(Failure::modified(self.kind, &self.target.name));
        }
        let uid = new["metadata"]["uid"].as_str().unwrap_or_default();
        if !uid.is_empty() && old["metadata"]["uid"] != uid {
            let why = format!(
                "Precondition failed: UID in precondition: {uid}, UID in object meta: {}",
                text(&old["metadata"]["uid"])
            );
            return Err(Failure::precondition(self.kind, &self.target.name, &why));
        }
        Ok(())
    }

    /// What a client can't change here: the server's metadata, and either the status or all but the status.
    fn keep_servers_part(&self, old: &Value, new: &mut Value) {
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
        for field in ["uid", "creationTimestamp", "deletionTimestamp", "generation", "resourceVersion"] {
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

    fn keep_new(&self, store: &mut Store, name: &str, mut object: Value) -> Result<Value, Failure> {
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.insert("uid".to_owned(), json!(random::uid()));
            metadata.insert("creationTimestamp".to_owned(), json!(clock::now()));
            metadata.remove("resourceVersion");
            metadata.remove("deletionTimestamp");
        }
        if rules::has_generation(self.kind, &object) {
            object["metadata"]["generation"] = json!(1);
        }
        if self.dry_run {
            return Ok(object);
        }
        Ok(store.put(&self.key(name), object))
    }

    fn keep_changed(&self, store: &mut Store, old: &Value, mut new: Value) -> Value {
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
pub(super) fn delete_object(store: &mut Store, key: &Key) -> Option<Value> {
    let mut object = store.get(key)?.clone();
    let namespace = key.group.is_empty() && key.plural == "namespaces";
    if !rules::is_held(&object) && !namespace {
        return store.remove(key);
    }
    if object["metadata"]["deletionTimestamp"].is_null() {
        object["metadata"]["deletionTimestamp"] = json!(clock::now());
        if namespace {
            object["status"]["phase"] = json!("Terminating");
        }
        return Some(store.put(key, object));
    }
    Some(object)
}

/// The CustomResourceDefinition that made `kind`.
pub(super) fn definition_of(store: &Store, kind: &Kind) -> Option<Value> {
    if !kind.custom {
        return None;
    }
    let name = format!("{}.{}", kind.plural, kind.group);
    store.get(&Key::new("apiextensions.k8s.io", "customresourcedefinitions", "", &name)).cloned()
}

/// How objects of `kind` merge.
pub(super) fn shape<'a>(definition: Option<&'a Value>, kind: &Kind) -> Shape<'a> {
    definition.map_or_else(Shape::built_in, |definition| Shape::custom(definition, &kind.version))
}

fn precondition_name(field: &str) -> &'static str {
    if field == "uid" { "UID" } else { "ResourceVersion" }
}

fn remove(value: &mut Value, field: &str) {
    if let Some(map) = value.as_object_mut() {
        map.remove(field);
    }
}
