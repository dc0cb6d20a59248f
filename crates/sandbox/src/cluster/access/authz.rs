//! Who may do what: the roles and bindings in the store, and `system:masters`, who may do everything.

use serde_json::Value;

use crate::cluster::access::authn::Caller;
use crate::cluster::objects::kinds::{items, text};
use crate::cluster::objects::store::{Key, Store};

const RBAC: &str = "rbac.authorization.k8s.io";

/// What somebody wants to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    pub verb: String,
    pub group: String,
    /// With its subresource: `serviceaccounts/token`.
    pub resource: String,
    pub namespace: String,
    pub name: String,
    /// A path that is no resource; then only the verb counts besides.
    pub path: Option<String>,
}

/// A rule somebody holds, and through what.
pub(crate) struct Held<'a> {
    pub rule: &'a Value,
    pub reason: String,
}

/// Why `caller` may do it; nothing where they may not.
pub(crate) fn allowed(store: &Store, caller: &Caller, wish: &Wish) -> Option<String> {
    if is_master(caller) {
        return Some(String::new());
    }
    let held = held_rules(store, caller, &wish.namespace);
    held.into_iter().find(|held| permits(held.rule, wish)).map(|held| held.reason)
}

/// Whether every right is theirs without any rule.
pub(crate) fn is_master(caller: &Caller) -> bool {
    caller.groups.iter().any(|group| group == "system:masters")
}

/// The rules `caller` holds in the cluster and in `namespace`.
pub(crate) fn held_rules<'a>(store: &'a Store, caller: &Caller, namespace: &'a str) -> Vec<Held<'a>> {
    let mut held = Vec::new();
    for (key, binding) in store.list(RBAC, "clusterrolebindings", "") {
        collect(store, caller, key, binding, &mut held);
    }
    if !namespace.is_empty() {
        for (key, binding) in store.list(RBAC, "rolebindings", namespace) {
            collect(store, caller, key, binding, &mut held);
        }
    }
    held
}

fn collect<'a>(store: &'a Store, caller: &Caller, key: &Key, binding: &'a Value, held: &mut Vec<Held<'a>>) {
    let Some(subject) =
        items(&binding["subjects"]).find(|subject| is_subject(subject, caller, &key.namespace))
    else {
        return;
    };
    let Some(role) = role_of(store, &binding["roleRef"], &key.namespace) else { return };
    let reason = format!(
        "RBAC: allowed by {} \"{}\" of {} \"{}\" to {} \"{}\"",
        if key.namespace.is_empty() { "ClusterRoleBinding" } else { "RoleBinding" },
        if key.namespace.is_empty() { key.name.clone() } else { format!("{}/{}", key.name, key.namespace) },
        text(&binding["roleRef"]["kind"]),
        text(&binding["roleRef"]["name"]),
        text(&subject["kind"]),
        subject_name(subject),
    );
    held.extend(items(&role["rules"]).map(|rule| Held { rule, reason: reason.clone() }));
}

/// The role a binding refers to.
pub(crate) fn role_of<'a>(store: &'a Store, role: &Value, namespace: &str) -> Option<&'a Value> {
    let name = text(&role["name"]);
    store.get(&match role["kind"].as_str() {
        Some("Role") => Key::new(RBAC, "roles", namespace, &name),
        _ => Key::new(RBAC, "clusterroles", "", &name),
    })
}

fn is_subject(subject: &Value, caller: &Caller, namespace: &str) -> bool {
    let name = text(&subject["name"]);
    match subject["kind"].as_str() {
        Some("User") => name == caller.name,
        Some("Group") => caller.groups.contains(&name),
        Some("ServiceAccount") => {
            let home = subject["namespace"].as_str().unwrap_or(namespace);
            caller.name == format!("system:serviceaccount:{home}:{name}")
        }
        _ => false,
    }
}

fn subject_name(subject: &Value) -> String {
    match subject["namespace"].as_str() {
        Some(namespace) => format!("{}/{namespace}", text(&subject["name"])),
        None => text(&subject["name"]),
    }
}

/// Whether a rule permits what is wished for.
pub(crate) fn permits(rule: &Value, wish: &Wish) -> bool {
    if !has(&rule["verbs"], &wish.verb) {
        return false;
    }
    if let Some(path) = &wish.path {
        return items(&rule["nonResourceURLs"]).filter_map(Value::as_str).any(|one| covers_path(one, path));
    }
    let (_, subresource) = wish.resource.split_once('/').unwrap_or((&wish.resource, ""));
    let any_of = format!("*/{subresource}");
    let resource = has(&rule["resources"], &wish.resource)
        || (!subresource.is_empty() && items(&rule["resources"]).any(|one| *one == any_of));
    let names = &rule["resourceNames"];
    let named =
        items(names).next().is_none() || (!wish.name.is_empty() && items(names).any(|one| *one == wish.name));
    resource && named && has(&rule["apiGroups"], &wish.group)
}

fn has(list: &Value, wanted: &str) -> bool {
    items(list).filter_map(Value::as_str).any(|one| one == "*" || one == wanted)
}

fn covers_path(rule: &str, path: &str) -> bool {
    rule.strip_suffix('*').map_or(rule == path, |prefix| path.starts_with(prefix))
}
