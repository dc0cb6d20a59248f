//! A write: the object it is about, who writes, and how objects of that kind merge.

use serde_json::Value;

use crate::cluster::http::failure::Failure;
use crate::cluster::http::target::Target;
use crate::cluster::objects::kinds::Kind;
use crate::cluster::objects::store::{Key, Store};
use crate::cluster::ownership::managers::Writer;
use crate::cluster::ownership::shape::Shape;

/// The object a write is about, and who writes.
pub(crate) struct Write<'a> {
    pub kind: &'a Kind,
    pub target: &'a Target,
    pub writer: Writer,
    pub dry_run: bool,
}

/// An object after a write, and whether the write created it.
pub(crate) struct Written {
    pub object: Value,
    pub created: bool,
}

impl Write<'_> {
    /// The key of the object of that name.
    pub(crate) fn key(&self, name: &str) -> Key {
        Key::new(&self.target.group, &self.target.plural, &self.target.namespace, name)
    }

    /// The object as it is.
    pub(crate) fn live(&self, store: &Store) -> Result<Value, Failure> {
        let found = store.get(&self.key(&self.target.name)).cloned();
        found.ok_or_else(|| Failure::not_found(&self.target.group, &self.target.plural, &self.target.name))
    }
}

/// The CustomResourceDefinition that made `kind`.
pub(crate) fn definition_of(store: &Store, kind: &Kind) -> Option<Value> {
    if !kind.custom {
        return None;
    }
    let name = format!("{}.{}", kind.plural, kind.group);
    store.get(&Key::new("apiextensions.k8s.io", "customresourcedefinitions", "", &name)).cloned()
}

/// How objects of `kind` merge.
pub(crate) fn shape<'a>(definition: Option<&'a Value>, kind: &Kind) -> Shape<'a> {
    definition.map_or_else(Shape::built_in, |definition| Shape::custom(definition, &kind.version))
}
