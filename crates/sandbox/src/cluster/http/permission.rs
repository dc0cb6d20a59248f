//! The permission that a request needs, and its refusal in the server's words.

use crate::cluster::access::authz::{self, Wish};
use crate::cluster::http::failure::Failure;
use crate::cluster::http::request::Call;
use crate::cluster::http::selector::Selector;
use crate::cluster::http::target::Target;
use crate::cluster::objects::store::Store;

/// Refuses a caller who may not do `verb` to `target`.
pub(super) fn authorize(store: &Store, call: &Call, target: &Target, verb: &str) -> Result<(), Failure> {
    let selector = Selector::parse(&call.query);
    let name = if target.name.is_empty() { selector.name().unwrap_or_default() } else { &target.name };
    let wish = wish(target, verb, name);
    if authz::allowed(store, &call.caller, &wish).is_some() {
        Ok(())
    } else {
        Err(forbidden(call, target, &wish))
    }
}

/// What somebody wants who does `verb` to `target`.
pub(super) fn wish(target: &Target, verb: &str, name: &str) -> Wish {
    let resource = match target.subresource.as_str() {
        "" => target.plural.clone(),
        subresource => format!("{}/{subresource}", target.plural),
    };
    // A namespace is looked for inside itself, so that a role there can speak of it.
    let own = target.group.is_empty() && target.plural == "namespaces";
    Wish {
        verb: verb.to_owned(),
        group: target.group.clone(),
        resource,
        namespace: if own { target.name.clone() } else { target.namespace.clone() },
        name: name.to_owned(),
        path: None,
    }
}

/// The refusal, in the server's words.
pub(super) fn forbidden(call: &Call, target: &Target, wish: &Wish) -> Failure {
    let place = match wish.namespace.as_str() {
        "" => "at the cluster scope".to_owned(),
        namespace => format!("in the namespace \"{namespace}\""),
    };
    let why = format!(
        "User \"{}\" cannot {} resource \"{}\" in API group \"{}\" {place}",
        call.caller.name, wish.verb, wish.resource, wish.group
    );
    Failure::forbidden(&target.group, &target.plural, &target.name, &why)
}
