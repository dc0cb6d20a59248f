//! PATCH in its four kinds.

use serde_json::Value;

use crate::cluster::access::authz;
use crate::cluster::access::escalation;
use crate::cluster::http::failure::Failure;
use crate::cluster::http::permission::{forbidden, wish};
use crate::cluster::http::request::Call;
use crate::cluster::objects::rules;
use crate::cluster::objects::store::Store;
use crate::cluster::objects::write::{Write, Written, definition_of, shape};
use crate::cluster::ownership::merge;

const CUSTOM: &str =
    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

const BUILT_IN: &str = "application/json-patch+json, application/merge-patch+json, \
    application/strategic-merge-patch+json, application/apply-patch+yaml";

/// Patches the object, or creates it where server-side apply finds none.
pub(crate) fn patch(store: &mut Store, call: &Call, write: &Write<'_>) -> Result<Written, Failure> {
    match call.content_type() {
        "application/apply-patch+yaml" => apply(store, call, write),
        "application/merge-patch+json" => update(store, call, write, |object, patch| {
            check_map(patch)?;
            merge::merge_patch(object, patch);
            Ok(())
        }),
        "application/json-patch+json" => update(store, call, write, json_patch),
        "application/strategic-merge-patch+json" if !write.kind.custom => {
            let definition = definition_of(store, write.kind);
            update(store, call, write, |object, patch| {
                check_map(patch)?;
                merge::strategic_patch(object, patch, &shape(definition.as_ref(), write.kind));
                Ok(())
            })
        }
        _ => Err(Failure::unsupported_media(if write.kind.custom { CUSTOM } else { BUILT_IN })),
    }
}

fn apply(store: &mut Store, call: &Call, write: &Write<'_>) -> Result<Written, Failure> {
    let patch = call.parsed()?;
    if write.live(store).is_err() {
        // Applying what is not there is creating it.
        let wish = wish(write.target, "create", &write.target.name);
        if authz::allowed(store, &call.caller, &wish).is_none() {
            return Err(forbidden(call, write.target, &wish));
        }
    }
    escalation::check(store, &call.caller, write.kind, &write.target.namespace, &patch)?;
    write.apply(store, &patch, call.query.is("force"))
}

fn update(
    store: &mut Store,
    call: &Call,
    write: &Write<'_>,
    change: impl FnOnce(&mut Value, &Value) -> Result<(), Failure>,
) -> Result<Written, Failure> {
    let (old, patch) = (write.live(store)?, call.parsed()?);
    let mut object = old.clone();
    change(&mut object, &patch)?;
    // What fits the form of a patch may still not fit the kind.
    if let Err(failure) = rules::check_form(write.kind, &object) {
        return Err(Failure::unprocessable(format!(" \"\" is invalid: patch: {}", failure.message)));
    }
    escalation::check(store, &call.caller, write.kind, &write.target.namespace, &object)?;
    let object = write.update(store, &old, object)?;
    Ok(Written { object, created: false })
}

fn json_patch(object: &mut Value, patch: &Value) -> Result<(), Failure> {
    let patch: json_patch::Patch =
        serde_json::from_value(patch.clone()).map_err(|error| Failure::bad_request(error.to_string()))?;
    json_patch::patch(object, &patch)
        .map_err(|_| Failure::unprocessable("the server rejected our request due to an error in our request"))
}

fn check_map(patch: &Value) -> Result<(), Failure> {
    let what = match patch {
        Value::Object(_) => return Ok(()),
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "bool",
        Value::Null => "null",
    };
    let wanted = "Go value of type map[string]interface {}";
    Err(Failure::bad_request(format!("error decoding patch: json: cannot unmarshal {what} into {wanted}")))
}
