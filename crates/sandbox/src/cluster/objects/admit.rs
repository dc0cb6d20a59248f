//! What a write is held against before anything is kept: form, type, place and revision.

use serde_json::{Value, json};

use crate::cluster::http::failure::{Cause, Failure};
use crate::cluster::objects::kinds::{Kind, items, text};
use crate::cluster::objects::rules;
use crate::cluster::objects::schema;
use crate::cluster::objects::store::{Key, Store};
use crate::cluster::objects::write::Write;
use crate::cluster::random;

impl Write<'_> {
    /// Completes a new object's type and name, and refuses what does not belong here.
    pub(crate) fn complete(&self, object: &mut Value) -> Result<(), Failure> {
        rules::check_form(self.kind, object)?;
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

    /// Writes type, name and namespace as the request has them.
    pub(crate) fn complete_in_place(&self, object: &mut Value, name: &str) {
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

    /// Refuses what can't be applied at all.
    pub(crate) fn check_applied(&self, definition: Option<&Value>, patch: &Value) -> Result<(), Failure> {
        rules::check_form(self.kind, patch)?;
        let (version, kind) = (text(&patch["apiVersion"]), text(&patch["kind"]));
        if version != self.kind.api_version() || kind != self.kind.kind {
            let (group, version) = version.split_once('/').unwrap_or(("", &version));
            return Err(Failure::bad_request(format!("invalid object type: {group}/{version}, Kind={kind}")));
        }
        self.check_name(patch)?;
        if self.writer.manager.is_empty() {
            let message = "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch";
            return Err(Failure::unprocessable(message));
        }
        if items(&patch["metadata"]["managedFields"]).next().is_some() {
            return Err(Failure::bad_request("metadata.managedFields must be nil"));
        }
        let schema = definition.and_then(|definition| schema::of(definition, &self.kind.version));
        match schema.and_then(|schema| schema::undeclared(patch, schema)) {
            Some(field) => Err(Failure::untyped(self.kind, &self.target.name, &field)),
            None => Ok(()),
        }
    }

    /// Prunes what the schema of a custom kind does not know, and refuses what it does not allow.
    pub(crate) fn fit(&self, definition: Option<&Value>, object: &mut Value) -> Result<(), Failure> {
        let schema = definition.and_then(|definition| schema::of(definition, &self.kind.version));
        let Some(schema) = schema else { return Ok(()) };
        schema::prune(object, schema);
        let problems = schema::problems(object, schema);
        let name = text(&object["metadata"]["name"]);
        if problems.is_empty() { Ok(()) } else { Err(Failure::invalid(self.kind, &name, &problems)) }
    }

    /// The name inside, where there is one, is the name asked for.
    pub(crate) fn check_name(&self, object: &Value) -> Result<(), Failure> {
        let name = text(&object["metadata"]["name"]);
        if name.is_empty() || name == self.target.name {
            return Ok(());
        }
        let asked = &self.target.name;
        let message = format!("the name of the object ({name}) does not match the name on the URL ({asked})");
        Err(Failure::bad_request(message))
    }

    /// New content needs a namespace that is there and will stay.
    pub(crate) fn check_namespace(&self, store: &Store, name: &str) -> Result<(), Failure> {
        if !self.kind.namespaced {
            return Ok(());
        }
        let namespace = &self.target.namespace;
        let Some(live) = store.get(&Key::core("namespaces", "", namespace)) else {
            return Err(Failure::not_found("", "namespaces", namespace));
        };
        let stays = live["metadata"]["deletionTimestamp"].is_null();
        if stays { Ok(()) } else { Err(Failure::terminating(self.kind, name, namespace)) }
    }

    /// Some kinds are never replaced blindly. (The server names them by their plural here.)
    pub(crate) fn check_has_revision(&self, object: &Value) -> Result<(), Failure> {
        if !rules::needs_revision(self.kind) || !text(&object["metadata"]["resourceVersion"]).is_empty() {
            return Ok(());
        }
        let why = Cause::invalid_value("metadata.resourceVersion", "0", "must be specified for an update");
        let named = Kind { kind: self.kind.plural.clone(), ..self.kind.clone() };
        Err(Failure::invalid(&named, &self.target.name, &[why]))
    }

    /// A revision or uid that is sent along has to be the current one.
    pub(crate) fn check_revision(&self, old: &Value, new: &Value) -> Result<(), Failure> {
        let sent = new["metadata"]["resourceVersion"].as_str().unwrap_or_default();
        if !sent.is_empty() && old["metadata"]["resourceVersion"] != sent {
            return Err(Failure::modified(self.kind, &self.target.name));
        }
        let uid = new["metadata"]["uid"].as_str().unwrap_or_default();
        if !uid.is_empty() && old["metadata"]["uid"] != uid {
            let key = [self.kind.plural.as_str(), &self.target.namespace, &self.target.name].join("/");
            let why = format!(
                "StorageError: invalid object, Code: 4, Key: /registry/{key}, ResourceVersion: 0, AdditionalErrorMsg: \
                 Precondition failed: UID in precondition: {uid}, UID in object meta: {}",
                text(&old["metadata"]["uid"])
            );
            return Err(Failure::precondition(self.kind, &self.target.name, &why));
        }
        Ok(())
    }

    /// Who applies a uid means an object that is there.
    pub(crate) fn check_no_uid(&self, patch: &Value) -> Result<(), Failure> {
        match patch["metadata"]["uid"].as_str().unwrap_or_default() {
            "" => Ok(()),
            uid => {
                let why = format!(
                    "uid mismatch: the provided object specified uid {uid}, and no existing object was found"
                );
                Err(Failure::precondition(self.kind, &self.target.name, &why))
            }
        }
    }
}
