//! Every write: create, replace, update, apply, delete. What arrives is checked, completed, recorded and kept.

use serde_json::{Value, json};

use crate::cluster::http::failure::Failure;
use crate::cluster::objects::keep::{delete_object, remove};
use crate::cluster::objects::kinds::text;
use crate::cluster::objects::rules;
use crate::cluster::objects::store::Store;
use crate::cluster::objects::write::{Write, Written, definition_of, shape};
use crate::cluster::ownership::apply;
use crate::cluster::ownership::managers;

impl Write<'_> {
    /// Keeps a new object.
    pub(crate) fn create(&self, store: &mut Store, mut object: Value) -> Result<Value, Failure> {
        self.complete(&mut object)?;
        let name = text(&object["metadata"]["name"]);
        self.check_namespace(store, &name)?;
        if store.get(&self.key(&name)).is_some() {
            return Err(Failure::already_exists(self.kind, &name));
        }
        if self.kind.status {
            remove(&mut object, "status");
        }
        let definition = definition_of(store, self.kind);
        rules::default(self.kind, &mut object);
        self.fit(definition.as_ref(), &mut object)?;
        rules::check_new(self.kind, &object)?;
        managers::record_update(None, &mut object, &self.writer, &shape(definition.as_ref(), self.kind));
        Ok(self.keep_new(store, &name, object))
    }

    /// Replaces the whole object, or its status.
    pub(crate) fn replace(&self, store: &mut Store, object: Value) -> Result<Value, Failure> {
        rules::check_form(self.kind, &object)?;
        self.check_name(&object)?;
        let old = self.live(store)?;
        self.check_has_revision(&object)?;
        self.update(store, &old, object)
    }

    /// Keeps `new` in place of `old`, where the two differ.
    pub(crate) fn update(&self, store: &mut Store, old: &Value, mut new: Value) -> Result<Value, Failure> {
        rules::check_form(self.kind, &new)?;
        self.check_revision(old, &new)?;
        self.keep_servers_part(old, &mut new);
        let definition = definition_of(store, self.kind);
        rules::default(self.kind, &mut new);
        self.fit(definition.as_ref(), &mut new)?;
        rules::check_change(self.kind, old, &new)?;
        managers::record_update(Some(old), &mut new, &self.writer, &shape(definition.as_ref(), self.kind));
        Ok(self.keep_changed(store, old, new))
    }

    /// Server-side apply.
    pub(crate) fn apply(&self, store: &mut Store, patch: &Value, force: bool) -> Result<Written, Failure> {
        let definition = definition_of(store, self.kind);
        self.check_applied(definition.as_ref(), patch)?;
        let old = store.get(&self.key(&self.target.name)).cloned();
        match &old {
            Some(old) => self.check_revision(old, patch)?,
            None => self.check_no_uid(patch)?,
        }
        let mut base = old.clone().unwrap_or_else(|| json!({"metadata": {}}));
        self.complete_in_place(&mut base, &self.target.name);
        let shape = shape(definition.as_ref(), self.kind);
        let mut object = apply::applied(&base, patch, &self.writer, force, &shape)?;
        let Some(old) = old else {
            self.check_namespace(store, &self.target.name)?;
            rules::default(self.kind, &mut object);
            self.fit(definition.as_ref(), &mut object)?;
            rules::check_new(self.kind, &object)?;
            return Ok(Written { object: self.keep_new(store, &self.target.name, object), created: true });
        };
        self.keep_servers_part(&old, &mut object);
        rules::default(self.kind, &mut object);
        self.fit(definition.as_ref(), &mut object)?;
        rules::check_change(self.kind, &old, &object)?;
        Ok(Written { object: self.keep_changed(store, &old, object), created: false })
    }

    /// Removes the object, or marks it for removal while something holds it.
    pub(crate) fn delete(&self, store: &mut Store, options: &Value) -> Result<Value, Failure> {
        let name = &self.target.name;
        if rules::is_indestructible(self.kind, name) {
            return Err(Failure::forbidden("", "namespaces", name, "this namespace may not be deleted"));
        }
        let live = self.live(store)?;
        for (field, meant) in options["preconditions"].as_object().into_iter().flatten() {
            let found = &live["metadata"][field];
            if found != meant {
                return Err(Failure::other_meant(self.kind, name, field, &text(meant), &text(found)));
            }
        }
        if self.dry_run {
            return Ok(live);
        }
        Ok(delete_object(store, &self.key(name)).unwrap_or(live))
    }
}
