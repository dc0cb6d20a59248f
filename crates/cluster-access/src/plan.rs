use advice::Diagnostic;
use serde_json::Value;
use thiserror::Error;

use crate::managed_fields::ManagedFields;

/// The name under which our fields stand in an object's `managedFields`.
pub const FIELD_MANAGER: &str = "bitiq-bootstrap";

/// Where `kubectl apply` keeps a copy of all it was given, logins too: a JSON pointer.
pub const LAST_APPLIED: &str = "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";

/// What is to be done to an object of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnedAction {
    /// It is not there.
    Create,
    /// It differs, or a field of ours is not held by us yet.
    Update,
    /// It is as wanted.
    Unchanged,
}

/// The difference between an object and what it should be. Holds no values, so that it can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedPlan {
    /// What is to be done.
    pub action: OwnedAction,
    /// Fields whose value changes (`data.url`), dotted.
    pub fields: Vec<String>,
    /// Fields that are as wanted but become ours only now, dotted.
    pub adopted: Vec<String>,
    /// Fields we wrote once and no longer want, dotted: the server drops them.
    pub dropped: Vec<String>,
    /// JSON pointers that are there and must not be: taken away by a merge patch.
    pub remove: Vec<String>,
    /// Managers whose fields are taken over.
    pub forced_over: Vec<String>,
    /// `dropped` as JSON pointers: a dot may stand in a key.
    pub(crate) dropped_pointers: Vec<String>,
    /// All pointers that must not be there, whether they are or not.
    pub(crate) unwanted: Vec<String>,
    pub(crate) force: bool,
    /// Which object was read; None where there was none.
    pub(crate) seen: Option<Box<Seen>>,
}

/// The very object that was read. A resourceVersion alone is not enough: for an apply, the server makes an object that
/// is gone anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) resource_version: String,
    pub(crate) uid: Option<String>,
}

impl OwnedPlan {
    /// Whether nothing is to be done.
    pub fn is_unchanged(&self) -> bool {
        self.action == OwnedAction::Unchanged
    }
}

/// A manager that we must not write over holds fields of ours with other values.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("{manager} holds {}", fields.join(", "))]
#[code("KUBE-025")]
#[hint("change it where that manager takes it from, or take the fields over with --force-conflicts")]
pub struct OwnershipConflict {
    /// The manager, or several joined by a comma.
    pub manager: String,
    /// The fields, dotted.
    pub fields: Vec<String>,
}

/// Compares `desired` with what is there. Pure: the whole decision about an object of ours.
///
/// `remove` are JSON pointers that must be gone. Fields that `kubectl`, `oc` or ourselves hold are taken over; a
/// field that any other manager holds with another value is a conflict, unless `force`.
///
/// # Errors
/// [`OwnershipConflict`].
pub fn plan_owned(
    desired: &Value,
    live: Option<&Value>,
    remove: &[&str],
    force: bool,
) -> Result<OwnedPlan, OwnershipConflict> {
    let mut plan = OwnedPlan {
        action: OwnedAction::Create,
        fields: Vec::new(),
        adopted: Vec::new(),
        dropped: Vec::new(),
        dropped_pointers: Vec::new(),
        remove: Vec::new(),
        forced_over: Vec::new(),
        unwanted: remove.iter().map(|pointer| (*pointer).to_owned()).collect(),
        force,
        seen: None,
    };
    let leaves = leaves(desired);
    let Some(live) = live else {
        plan.fields = leaves.iter().map(|(path, _)| path.join(".")).collect();
        return Ok(plan);
    };
    compare(&mut plan, &leaves, live)?;
    let uid = live["metadata"]["uid"].as_str().map(Into::into);
    let version = live["metadata"]["resourceVersion"].as_str();
    plan.seen = version.map(|version| Box::new(Seen { resource_version: version.into(), uid }));
    let nothing =
        [&plan.fields, &plan.adopted, &plan.dropped, &plan.remove].iter().all(|list| list.is_empty());
    plan.action = if nothing { OwnedAction::Unchanged } else { OwnedAction::Update };
    Ok(plan)
}

/// Whether the field at `path` is there because this program wrote it.
pub fn applied_by_us(live: &Value, path: &[&str]) -> bool {
    let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
    at(live, &path).is_some() && ManagedFields::of(live).held_by(FIELD_MANAGER, &path)
}

/// Whether this program wrote a field of the object.
pub fn owned_by_us(live: &Value) -> bool {
    !ManagedFields::of(live).all_held_by(FIELD_MANAGER).is_empty()
}

/// Everyone who manages a field of the object.
pub fn managers(live: &Value) -> Vec<String> {
    ManagedFields::of(live).managers()
}

type Leaf<'a> = (Vec<String>, &'a Value);

fn compare(plan: &mut OwnedPlan, leaves: &[Leaf<'_>], live: &Value) -> Result<(), OwnershipConflict> {
    let managed = ManagedFields::of(live);
    let mut contested = Contested::default();
    for (path, wanted) in leaves {
        if at(live, path) != Some(*wanted) {
            plan.fields.push(path.join("."));
            contested.add(path, managed.holders(path));
        } else if !managed.held_by(FIELD_MANAGER, path) {
            plan.adopted.push(path.join("."));
        }
    }
    for path in managed.all_held_by(FIELD_MANAGER) {
        let still_wanted =
            leaves.iter().any(|(wanted, _)| wanted.starts_with(&path) || path.starts_with(wanted));
        // A map is there for what is in it.
        if !still_wanted && at(live, &path).is_some_and(|value| !value.is_object()) {
            plan.dropped.push(path.join("."));
            plan.dropped_pointers.push(escaped(&path));
        }
    }
    plan.remove = present(live, &plan.unwanted);
    for pointer in plan.remove.iter().filter(|pointer| *pointer != LAST_APPLIED) {
        let path = unescaped(pointer);
        contested.add(&path, managed.holders(&path));
    }
    plan.forced_over = contested.managers(|_| true);
    let foreign = contested.managers(|manager| !may_be_forced(manager));
    if plan.force || foreign.is_empty() {
        return Ok(());
    }
    let fields = contested.fields(|manager| !may_be_forced(manager));
    Err(OwnershipConflict { manager: foreign.join(", "), fields })
}

/// Fields that change hands, each with one of its holders.
#[derive(Default)]
struct Contested(Vec<(String, String)>);

impl Contested {
    fn add(&mut self, path: &[String], holders: Vec<&str>) {
        let others = holders.into_iter().filter(|manager| *manager != FIELD_MANAGER);
        self.0.extend(others.map(|manager| (manager.to_owned(), path.join("."))));
    }

    fn managers(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        sorted(self.0.iter().filter(|(manager, _)| wanted(manager)).map(|(manager, _)| manager))
    }

    fn fields(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        sorted(self.0.iter().filter(|(manager, _)| wanted(manager)).map(|(_, field)| field))
    }
}

fn sorted<'a>(words: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut words: Vec<String> = words.cloned().collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// `kubectl-client-side-apply`, `kubectl-create`, `oc`, `oc-patch`: a person, or the script before us.
/// `before-first-apply` is the server's word for whoever wrote when nobody kept a list.
fn may_be_forced(manager: &str) -> bool {
    let of =
        |tool: &str| manager == tool || manager.strip_prefix(tool).is_some_and(|rest| rest.starts_with('-'));
    matches!(manager, FIELD_MANAGER | "before-first-apply") || of("kubectl") || of("oc")
}

/// What `desired` says, field by field; a list counts as one value. What names the object is no field.
fn leaves(desired: &Value) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    walk(desired, &mut Vec::new(), &mut found);
    found.retain(|(path, _)| {
        !matches!(
            path.iter().map(String::as_str).collect::<Vec<_>>()[..],
            ["apiVersion"]
                | ["kind"]
                | ["metadata", "name"]
                | ["metadata", "namespace"]
                | ["metadata", "resourceVersion"]
        )
    });
    found
}

fn walk<'a>(value: &'a Value, path: &mut Vec<String>, found: &mut Vec<Leaf<'a>>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, below) in fields {
                path.push(key.clone());
                walk(below, path, found);
                path.pop();
            }
        }
        Value::Null => {}
        _ => found.push((path.clone(), value)),
    }
}

fn at<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

/// Those of the JSON pointers that lead to something.
pub(crate) fn present(live: &Value, pointers: &[String]) -> Vec<String> {
    pointers.iter().filter(|pointer| at(live, &unescaped(pointer)).is_some()).cloned().collect()
}

/// Those of the JSON pointers that lead to something that nobody but this program holds.
pub(crate) fn ours_alone(live: &Value, pointers: &[String]) -> Vec<String> {
    let managed = ManagedFields::of(live);
    let others =
        |pointer: &String| managed.holders(&unescaped(pointer)).iter().any(|it| *it != FIELD_MANAGER);
    present(live, pointers).into_iter().filter(|pointer| !others(pointer)).collect()
}

fn escaped(path: &[String]) -> String {
    path.iter().map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1"))).collect()
}

fn unescaped(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect()
}
