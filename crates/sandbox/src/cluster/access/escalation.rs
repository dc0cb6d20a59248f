//! Nobody may give rights away that they do not have: not by a role, and not by a binding to one.

use serde_json::Value;

use crate::cluster::access::authn::Caller;
use crate::cluster::access::authz::{self, Wish};
use crate::cluster::http::failure::Failure;
use crate::cluster::objects::kinds::{Kind, items, text};
use crate::cluster::objects::store::Store;

const RBAC: &str = "rbac.authorization.k8s.io";

/// Refuses a role or a binding that would give away more than `caller` has. `bind` on the role, or `escalate`, permits it.
pub(crate) fn check(
    store: &Store,
    caller: &Caller,
    kind: &Kind,
    namespace: &str,
    object: &Value,
) -> Result<(), Failure> {
    if kind.group != RBAC || authz::is_master(caller) {
        return Ok(());
    }
    let name = text(&object["metadata"]["name"]);
    let binding = kind.kind.ends_with("Binding");
    let (verb, resource, of) = match (binding, object["roleRef"]["kind"] == "Role") {
        (true, true) => ("bind", "roles".to_owned(), text(&object["roleRef"]["name"])),
        (true, false) => ("bind", "clusterroles".to_owned(), text(&object["roleRef"]["name"])),
        (false, _) => ("escalate", kind.plural.clone(), name.clone()),
    };
    let wish = Wish {
        verb: verb.to_owned(),
        group: RBAC.to_owned(),
        resource: resource.clone(),
        namespace: namespace.to_owned(),
        name: of.clone(),
        path: None,
    };
    if authz::allowed(store, caller, &wish).is_some() {
        return Ok(());
    }
    let role = if binding { authz::role_of(store, &object["roleRef"], namespace) } else { Some(object) };
    let role = role.ok_or_else(|| Failure::not_found(RBAC, &resource, &of))?;
    let lacking = lacking(store, caller, namespace, role);
    if lacking.is_empty() {
        return Ok(());
    }
    let why = format!(
        "user {:?} (groups={:?}) is attempting to grant RBAC permissions not currently held:\n{}",
        caller.name,
        caller.groups,
        lacking.join("\n")
    );
    Err(Failure::forbidden(RBAC, &kind.plural, &name, &why))
}

/// The parts of the role's rules that `caller` does not hold.
fn lacking(store: &Store, caller: &Caller, namespace: &str, role: &Value) -> Vec<String> {
    let held = authz::held_rules(store, caller, namespace);
    let mut lacking = Vec::new();
    for rule in items(&role["rules"]) {
        for wish in wishes(rule) {
            if !held.iter().any(|held| authz::permits(held.rule, &wish)) {
                lacking.push(display(&wish));
            }
        }
    }
    lacking
}

/// Every single right in a rule.
fn wishes(rule: &Value) -> Vec<Wish> {
    let all = |field: &str| items(&rule[field]).map(text).collect::<Vec<_>>();
    let names =
        Some(all("resourceNames")).filter(|names| !names.is_empty()).unwrap_or_else(|| vec![String::new()]);
    let mut wishes = Vec::new();
    for verb in all("verbs") {
        for path in all("nonResourceURLs") {
            wishes.push(Wish { verb: verb.clone(), path: Some(path), ..Wish::default() });
        }
        for group in all("apiGroups") {
            for resource in all("resources") {
                wishes.extend(names.iter().map(|name| Wish {
                    verb: verb.clone(),
                    group: group.clone(),
                    resource: resource.clone(),
                    name: name.clone(),
                    ..Wish::default()
                }));
            }
        }
    }
    wishes
}

fn display(wish: &Wish) -> String {
    match (&wish.path, wish.name.as_str()) {
        (Some(path), _) => format!("{{NonResourceURLs:[{path:?}], Verbs:[{:?}]}}", wish.verb),
        (None, "") => {
            format!(
                "{{APIGroups:[{:?}], Resources:[{:?}], Verbs:[{:?}]}}",
                wish.group, wish.resource, wish.verb
            )
        }
        (None, name) => format!(
            "{{APIGroups:[{:?}], Resources:[{:?}], ResourceNames:[{name:?}], Verbs:[{:?}]}}",
            wish.group, wish.resource, wish.verb
        ),
    }
}
