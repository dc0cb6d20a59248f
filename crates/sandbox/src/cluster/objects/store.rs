//! The objects of the cluster, the history of their changes, and the news of each change.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::cluster::objects::kinds::{self, Kind};

/// So many changes are remembered for watches that begin in the past.
const HISTORY: usize = 2000;

/// So many changes may a slow watch lie behind before it is told to begin anew.
const BACKLOG: usize = 4096;

/// Where an object is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub group: String,
    pub plural: String,
    pub namespace: String,
    pub name: String,
}

impl Key {
    pub(crate) fn new(group: &str, plural: &str, namespace: &str, name: &str) -> Self {
        Self {
            group: group.to_owned(),
            plural: plural.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }

    /// An object of the core group.
    pub(crate) fn core(plural: &str, namespace: &str, name: &str) -> Self {
        Self::new("", plural, namespace, name)
    }
}

/// What became of an object.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub revision: u64,
    pub key: Key,
    /// The object before, if it was there.
    pub before: Option<Value>,
    /// The object after, if it is still there.
    pub after: Option<Value>,
    /// As the last of it was written, with the revision of this change.
    pub object: Value,
}

/// All that the cluster keeps.
pub(crate) struct Store {
    revision: u64,
    objects: BTreeMap<Key, Value>,
    history: VecDeque<Arc<Change>>,
    forgotten: u64,
    kinds: Vec<Kind>,
    news: broadcast::Sender<Arc<Change>>,
}

impl Store {
    /// An empty store that knows the built-in kinds.
    pub(crate) fn new() -> Self {
        Self {
            revision: 0,
            objects: BTreeMap::new(),
            history: VecDeque::new(),
            forgotten: 0,
            kinds: kinds::built_in(),
            news: broadcast::channel(BACKLOG).0,
        }
    }

    /// The number of the latest change.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// The kinds served now.
    pub(crate) fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The kind of that plural in that version.
    pub(crate) fn kind(&self, group: &str, version: &str, plural: &str) -> Option<Kind> {
        self.kinds.iter().find(|kind| kind.is(group, plural) && kind.version == version).cloned()
    }

    /// One object.
    pub(crate) fn get(&self, key: &Key) -> Option<&Value> {
        self.objects.get(key)
    }

    /// Every object.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.objects.iter()
    }

    /// The objects of one plural, in one namespace or (where it is empty) in all.
    pub(crate) fn list<'a>(
        &'a self,
        group: &'a str,
        plural: &'a str,
        namespace: &'a str,
    ) -> impl Iterator<Item = (&'a Key, &'a Value)> {
        self.objects.iter().filter(move |(key, _)| {
            key.group == group && key.plural == plural && (namespace.is_empty() || key.namespace == namespace)
        })
    }

    /// Writes an object under a new revision, and returns it as it is now.
    pub(crate) fn put(&mut self, key: &Key, mut object: Value) -> Value {
        self.revision += 1;
        object["metadata"]["resourceVersion"] = json!(self.revision.to_string());
        let before = self.objects.insert(key.clone(), object.clone());
        self.remember(key, before, Some(object.clone()), object.clone());
        object
    }

    /// Removes an object, and returns its last state.
    pub(crate) fn remove(&mut self, key: &Key) -> Option<Value> {
        let before = self.objects.remove(key)?;
        self.revision += 1;
        let mut last = before.clone();
        last["metadata"]["resourceVersion"] = json!(self.revision.to_string());
        self.remember(key, Some(before), None, last.clone());
        Some(last)
    }

    /// The changes after `revision`, or the oldest revision that can still be asked for.
    pub(crate) fn since(&self, revision: u64) -> Result<Vec<Arc<Change>>, u64> {
        if revision < self.forgotten {
            return Err(self.forgotten);
        }
        Ok(self.history.iter().filter(|change| change.revision > revision).cloned().collect())
    }

    /// Forgets all history, as a real cluster does in time.
    pub(crate) fn forget(&mut self) {
        self.history.clear();
        self.revision += 1;
        self.forgotten = self.revision;
    }

    /// The changes from now on.
    pub(crate) fn news(&self) -> broadcast::Receiver<Arc<Change>> {
        self.news.subscribe()
    }

    fn remember(&mut self, key: &Key, before: Option<Value>, after: Option<Value>, object: Value) {
        if key.plural == "customresourcedefinitions" {
            self.refresh_kinds();
        }
        let change = Arc::new(Change { revision: self.revision, key: key.clone(), before, after, object });
        self.history.push_back(change.clone());
        if self.history.len() > HISTORY
            && let Some(old) = self.history.pop_front()
        {
            self.forgotten = old.revision;
        }
        // Nobody listening is no failure.
        let _ = self.news.send(change);
    }

    fn refresh_kinds(&mut self) {
        let mut kinds = kinds::built_in();
        for (_, definition) in self.list("apiextensions.k8s.io", "customresourcedefinitions", "") {
            if is_true(definition, "Established") {
                kinds.extend(kinds::of_definition(definition));
            }
        }
        self.kinds = kinds;
    }
}

/// Whether a condition of `object` is true.
pub(crate) fn is_true(object: &Value, condition: &str) -> bool {
    kinds::items(&object["status"]["conditions"])
        .any(|one| one["type"] == condition && one["status"] == "True")
}
