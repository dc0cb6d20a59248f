use serde_json::{Map, Value};

/// Who holds which fields of an object, by its `metadata.managedFields`.
pub(crate) struct ManagedFields<'a> {
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    manager: &'a str,
    fields: &'a Map<String, Value>,
}

impl<'a> ManagedFields<'a> {
    pub fn of(live: &'a Value) -> Self {
        let entries = live["metadata"]["managedFields"].as_array().into_iter().flatten();
        Self { entries: entries.filter_map(Entry::of).collect() }
    }

    /// All managers that hold the field at `path`.
    pub fn holders(&self, path: &[String]) -> Vec<&'a str> {
        let mut holders: Vec<&str> = self
            .entries
            .iter()
            .filter(|entry| holds(entry.fields, path))
            .map(|entry| entry.manager)
            .collect();
        holders.sort_unstable();
        holders.dedup();
        holders
    }

    /// All managers, whatever they hold.
    pub fn managers(&self) -> Vec<String> {
        let mut managers: Vec<String> = self.entries.iter().map(|entry| entry.manager.to_owned()).collect();
        managers.sort_unstable();
        managers.dedup();
        managers
    }

    /// Whether `manager` holds the field, by a create, an apply or an update.
    pub fn held_by(&self, manager: &str, path: &[String]) -> bool {
        self.entries_of(manager).any(|entry| holds(entry.fields, path))
    }

    /// Every field that `manager` holds.
    pub fn all_held_by(&self, manager: &str) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        for entry in self.entries_of(manager) {
            collect(entry.fields, &mut Vec::new(), &mut paths);
        }
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    fn entries_of(&self, manager: &str) -> impl Iterator<Item = &Entry<'a>> {
        self.entries.iter().filter(move |entry| entry.manager == manager)
    }
}

impl<'a> Entry<'a> {
    fn of(entry: &'a Value) -> Option<Self> {
        Some(Self { manager: entry["manager"].as_str()?, fields: entry["fieldsV1"].as_object()? })
    }
}

/// `{"f:data": {"f:url": {}}}` holds data.url; `{"f:data": {}}` holds data as a whole, so also data.url.
fn holds(fields: &Map<String, Value>, path: &[String]) -> bool {
    let Some((key, rest)) = path.split_first() else { return true };
    match fields.get(&format!("f:{key}")).and_then(Value::as_object) {
        Some(below) => below.is_empty() || (!rest.is_empty() && holds(below, rest)),
        None => false,
    }
}

/// Fields inside of lists (`k:`, `v:`, `i:`) count as the list.
fn collect(fields: &Map<String, Value>, at: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    let mut named =
        fields.iter().filter_map(|(key, below)| Some((key.strip_prefix("f:")?, below))).peekable();
    if named.peek().is_none() {
        if !at.is_empty() {
            paths.push(at.clone());
        }
        return;
    }
    for (key, below) in named {
        at.push(key.to_owned());
        match below.as_object() {
            Some(below) => collect(below, at, paths),
            None => paths.push(at.clone()),
        }
        at.pop();
    }
}
