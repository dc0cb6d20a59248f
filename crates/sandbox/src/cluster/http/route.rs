//! From a request to its answer.

use axum::body::Body;
use hyper::{Method, Response};
use serde_json::{Value, json};

use crate::cluster::access::authz::{self, Wish};
use crate::cluster::access::escalation;
use crate::cluster::access::reviews;
use crate::cluster::access::tokens::ISSUER;
use crate::cluster::http::discovery;
use crate::cluster::http::failure::Failure;
use crate::cluster::http::listing::{list, versioned};
use crate::cluster::http::patch;
use crate::cluster::http::permission::authorize;
use crate::cluster::http::reply;
use crate::cluster::http::request::Call;
use crate::cluster::http::selector::Selector;
use crate::cluster::http::shared;
use crate::cluster::http::target::Target;
use crate::cluster::http::watch;
use crate::cluster::objects::keep::delete_object;
use crate::cluster::objects::kinds::{Kind, REVIEWS};
use crate::cluster::objects::rules;
use crate::cluster::objects::store::{Key, Store};
use crate::cluster::objects::write::Write;
use crate::cluster::ownership::managers::Writer;
use crate::cluster::world::World;

/// Answers a request, or says why not.
pub(crate) fn answer(world: &World, call: &Call) -> Response<Body> {
    let mut store = world.store();
    let answer = match Target::parse(&call.path) {
        Some(target) => resource(world, &mut store, call, &target),
        None => about_the_cluster(world, &store, call),
    };
    answer.unwrap_or_else(|failure| reply::failure(&failure))
}

fn about_the_cluster(world: &World, store: &Store, call: &Call) -> Result<Response<Body>, Failure> {
    let verb = call.method.as_str().to_lowercase();
    let wish = Wish { verb: verb.clone(), path: Some(call.path.clone()), ..Wish::default() };
    if authz::allowed(store, &call.caller, &wish).is_none() {
        return Err(Failure::forbidden_path(&call.caller.name, &verb, &call.path));
    }
    let path: Vec<&str> = call.path.split('/').filter(|part| !part.is_empty()).collect();
    match path.as_slice() {
        ["healthz" | "livez" | "readyz", ..] => return Ok(reply::plain(200, "ok")),
        ["openid", "v1", "jwks"] => return Ok(reply::json(200, &world.signer.key_set())),
        [".well-known", "openid-configuration"] => return Ok(reply::json(200, &issuer())),
        _ => {}
    }
    match discovery::answer(store, &path) {
        Some(document) if call.method == Method::GET => Ok(reply::json(200, &document)),
        Some(_) => Err(Failure::method_not_allowed()),
        None if path.first() == Some(&"api") => Err(Failure::no_such_resource()),
        None => Ok(reply::no_page()),
    }
}

fn issuer() -> Value {
    json!({
        "issuer": ISSUER, "jwks_uri": format!("{ISSUER}/openid/v1/jwks"), "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
    })
}

fn resource(
    world: &World,
    store: &mut Store,
    call: &Call,
    target: &Target,
) -> Result<Response<Body>, Failure> {
    let verb = verb(call, target);
    authorize(store, call, target, verb)?;
    let review =
        REVIEWS.iter().any(|row| row.0 == target.group && row.1 == target.version && row.3 == target.plural);
    if review || (target.plural.as_str(), target.subresource.as_str()) == ("serviceaccounts", "token") {
        if call.method != Method::POST {
            return Err(Failure::method_not_allowed());
        }
        let answer = reviews::answer(world, store, &call.caller, target, call.object()?);
        return answer.ok_or_else(Failure::no_such_resource)?.map(|value| reply::json(201, &value));
    }
    let Some(kind) = store.kind(&target.group, &target.version, &target.plural) else {
        return unknown_kind(store, target);
    };
    check_place(call, target, &kind)?;
    if let Some(found) = shared::find(store, call, target, &kind) {
        return found.map(|value| reply::json(200, &value));
    }
    if verb == "watch" {
        return Ok(watch::watch(store, &kind, target, &call.query, &world.stop));
    }
    act(store, call, target, &kind)
}

/// A kind nobody serves; a whole group nobody serves is not even an API.
fn unknown_kind(store: &Store, target: &Target) -> Result<Response<Body>, Failure> {
    let served = |group: &str, version: &str| group == target.group && version == target.version;
    let known = store.kinds().iter().any(|kind| served(&kind.group, &kind.version))
        || REVIEWS.iter().any(|row| served(row.0, row.1));
    if known || target.group.is_empty() { Err(Failure::no_such_resource()) } else { Ok(reply::no_page()) }
}

fn check_place(call: &Call, target: &Target, kind: &Kind) -> Result<(), Failure> {
    match target.subresource.as_str() {
        "" => {}
        "status" if kind.status => {}
        _ if kind.custom => return Err(Failure::not_found(&kind.group, &kind.plural, &target.name)),
        _ => return Err(Failure::no_such_resource()),
    }
    // A namespaced kind without a namespace can be listed and watched, and nothing else.
    match (kind.namespaced && target.namespace.is_empty(), target.name.is_empty()) {
        (true, false) => Err(Failure::no_such_resource()),
        (true, true) if call.method != Method::GET => Err(Failure::method_not_allowed()),
        _ => Ok(()),
    }
}

fn act(store: &mut Store, call: &Call, target: &Target, kind: &Kind) -> Result<Response<Body>, Failure> {
    let named = !target.name.is_empty();
    let apply = call.content_type().starts_with("application/apply-patch");
    let manager =
        if apply { call.query.get("fieldManager").unwrap_or_default().to_owned() } else { call.manager() };
    let writer = Writer { manager, api_version: kind.api_version(), subresource: target.subresource.clone() };
    let write = Write { kind, target, writer, dry_run: call.query.get("dryRun").is_some() };
    match (call.method.as_str(), named) {
        ("GET", true) => write.live(store).map(|object| reply::json(200, &versioned(object, kind))),
        ("GET", false) => Ok(reply::json(200, &list(store, call, target, kind))),
        ("POST", false) => {
            let object = call.object()?;
            escalation::check(store, &call.caller, kind, &target.namespace, &object)?;
            write.create(store, object).map(|object| reply::json(201, &versioned(object, kind)))
        }
        ("PUT", true) => {
            let object = call.object()?;
            escalation::check(store, &call.caller, kind, &target.namespace, &object)?;
            write.replace(store, object).map(|object| reply::json(200, &versioned(object, kind)))
        }
        ("PATCH", true) => patch::patch(store, call, &write).map(|written| {
            let code = if written.created { 201 } else { 200 };
            reply::json(code, &versioned(written.object, kind))
        }),
        ("DELETE", true) => delete(store, call, &write).map(|answer| reply::json(200, &answer)),
        ("DELETE", false) => Ok(reply::json(200, &delete_all(store, call, &write))),
        _ => Err(Failure::method_not_allowed()),
    }
}

/// What the request is called in roles.
fn verb(call: &Call, target: &Target) -> &'static str {
    match (call.method.as_str(), target.name.is_empty()) {
        ("GET", _) if call.query.is("watch") => "watch",
        ("GET" | "HEAD", true) => "list",
        ("GET" | "HEAD", false) => "get",
        ("PUT", _) => "update",
        ("PATCH", _) => "patch",
        ("DELETE", true) => "deletecollection",
        ("DELETE", false) => "delete",
        _ => "create",
    }
}

fn delete(store: &mut Store, call: &Call, write: &Write<'_>) -> Result<Value, Failure> {
    let object = write.delete(store, &call.parsed()?)?;
    let going = !object["metadata"]["deletionTimestamp"].is_null();
    if going || rules::deletion_returns_object(write.kind) {
        return Ok(versioned(object, write.kind));
    }
    let mut details =
        json!({"name": write.target.name, "kind": write.kind.plural, "uid": object["metadata"]["uid"]});
    if !write.kind.group.is_empty() {
        details["group"] = json!(write.kind.group);
    }
    Ok(json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}))
}

fn delete_all(store: &mut Store, call: &Call, write: &Write<'_>) -> Value {
    let before = list(store, call, write.target, write.kind);
    let selector = Selector::parse(&call.query);
    let keys: Vec<Key> = store
        .list(&write.target.group, &write.target.plural, &write.target.namespace)
        .filter(|(_, object)| !write.dry_run && selector.selects(object))
        .map(|(key, _)| key.clone())
        .collect();
    for key in keys {
        delete_object(store, &key);
    }
    before
}
