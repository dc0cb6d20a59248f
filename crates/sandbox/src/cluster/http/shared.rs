//! What is served in every namespace though it is kept in one: PackageManifests, for which a cluster has an API server of
//! its own. It asks nobody whether the namespace is there.

use hyper::Method;
use serde_json::{Value, json};

use super::failure::Failure;
use super::listing::{list, versioned};
use super::request::Call;
use super::target::Target;
use crate::cluster::objects::kinds::{Kind, items};
use crate::cluster::objects::store::{Key, Store};

const GROUP: &str = "packages.operators.coreos.com";

/// Where those are kept that every namespace has.
const HOME: &str = "openshift-marketplace";

/// The answer to a question about another namespace than the one where they are kept.
pub(super) fn find(
    store: &Store,
    call: &Call,
    target: &Target,
    kind: &Kind,
) -> Option<Result<Value, Failure>> {
    let elsewhere = !["", HOME].contains(&target.namespace.as_str());
    if target.group != GROUP || !elsewhere || call.method != Method::GET || call.query.is("watch") {
        return None;
    }
    Some(if target.name.is_empty() {
        Ok(everything(store, call, target, kind))
    } else {
        one(store, target, kind)
    })
}

fn one(store: &Store, target: &Target, kind: &Kind) -> Result<Value, Failure> {
    let found =
        get(store, target).ok_or_else(|| Failure::not_found(&kind.group, &kind.plural, &target.name))?;
    Ok(versioned(found, kind))
}

/// The object where it is looked for, be it shared.
pub(crate) fn get(store: &Store, target: &Target) -> Option<Value> {
    let at = |namespace: &str| store.get(&Key::new(&target.group, &target.plural, namespace, &target.name));
    let found = at(&target.namespace).cloned();
    let shared = || at(HOME).filter(|_| target.group == GROUP).cloned();
    found.or_else(|| Some(moved(shared()?, &target.namespace)))
}

fn everything(store: &Store, call: &Call, target: &Target, kind: &Kind) -> Value {
    let at_home = Target { namespace: HOME.to_owned(), ..target.clone() };
    let mut all = list(store, call, target, kind);
    let shared = list(store, call, &at_home, kind);
    let shared = items(&shared["items"]).map(|one| moved(one.clone(), &target.namespace));
    all["items"] = items(&all["items"]).cloned().chain(shared).collect();
    all
}

fn moved(mut object: Value, namespace: &str) -> Value {
    object["metadata"]["namespace"] = json!(namespace);
    object
}
