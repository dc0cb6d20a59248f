//! Questions to the cluster: whose token is this, who am I, who may do what, and a token, please.

use serde_json::{Value, json};

use crate::cluster::access::authn::{self, Caller};
use crate::cluster::access::authz::{self, Wish};
use crate::cluster::access::tokens::{Account, ISSUER, SHORTEST};
use crate::cluster::clock;
use crate::cluster::http::failure::{Cause, Failure};
use crate::cluster::http::target::Target;
use crate::cluster::objects::kinds::{REVIEWS, items, text};
use crate::cluster::objects::store::{Key, Store};
use crate::cluster::world::World;

/// A token lasts an hour where nobody says how long.
const HOUR: u64 = 3600;

/// Answers a question, where `target` is one.
pub(crate) fn answer(
    world: &World,
    store: &Store,
    caller: &Caller,
    target: &Target,
    mut asked: Value,
) -> Option<Result<Value, Failure>> {
    let status = match (target.plural.as_str(), target.subresource.as_str()) {
        ("serviceaccounts", "token") => token_request(world, store, target, &mut asked),
        ("tokenreviews", "") => Ok(token_review(world, store, &asked["spec"])),
        ("selfsubjectreviews", "") => Ok(json!({"userInfo": caller.to_json()})),
        ("selfsubjectaccessreviews", "") => Ok(access(store, caller, &asked["spec"])),
        ("subjectaccessreviews" | "localsubjectaccessreviews", "") if nobody(&asked["spec"]) => {
            let why = "at least one of user or group must be specified";
            let cause = Cause::invalid_value("spec.user", "\"\"", why);
            Err(Failure::invalid_question("", "authorization.k8s.io", &cause))
        }
        ("subjectaccessreviews" | "localsubjectaccessreviews", "") => {
            Ok(access(store, &subject(&asked["spec"]), &asked["spec"]))
        }
        ("selfsubjectrulesreviews", "") => Ok(rules(store, caller, &asked["spec"])),
        _ => return None,
    };
    Some(status.map(|status| {
        if !asked["metadata"].is_object() {
            asked["metadata"] = json!({});
        }
        (asked["apiVersion"], asked["kind"]) = type_of(target);
        asked["status"] = status;
        asked
    }))
}

/// The apiVersion and kind of an answer, whatever the question said.
fn type_of(target: &Target) -> (Value, Value) {
    if target.subresource == "token" {
        return (json!("authentication.k8s.io/v1"), json!("TokenRequest"));
    }
    let row = REVIEWS.iter().find(|row| row.0 == target.group && row.3 == target.plural);
    (json!(format!("{}/{}", target.group, target.version)), json!(row.map(|row| row.2)))
}

/// Whether a question about somebody names nobody.
fn nobody(spec: &Value) -> bool {
    text(&spec["user"]).is_empty() && items(&spec["groups"]).next().is_none()
}

fn token_request(world: &World, store: &Store, target: &Target, asked: &mut Value) -> Result<Value, Failure> {
    let account = store.get(&Key::core("serviceaccounts", &target.namespace, &target.name));
    let account = account.ok_or_else(|| Failure::not_found("", "serviceaccounts", &target.name))?;
    let mut audiences: Vec<String> = items(&asked["spec"]["audiences"]).map(text).collect();
    if audiences.is_empty() {
        audiences.push(ISSUER.to_owned());
    }
    let seconds = asked["spec"]["expirationSeconds"].as_u64().unwrap_or(HOUR);
    if seconds < SHORTEST {
        let why = "may not specify a duration less than 10 minutes";
        let cause = Cause::invalid_value("spec.expirationSeconds", &seconds.to_string(), why);
        return Err(Failure::invalid_question("TokenRequest", "authentication.k8s.io", &cause));
    }
    let account = Account {
        namespace: target.namespace.clone(),
        name: target.name.clone(),
        uid: text(&account["metadata"]["uid"]),
    };
    let (token, expires) = world.signer.on_request(&account, &audiences, seconds);
    asked["spec"]["audiences"] = json!(audiences);
    asked["spec"]["expirationSeconds"] = json!(seconds);
    let expires = jiff::Timestamp::from_second(expires).map(clock::text).unwrap_or_default();
    Ok(json!({"token": token, "expirationTimestamp": expires}))
}

fn token_review(world: &World, store: &Store, spec: &Value) -> Value {
    let mut audiences: Vec<String> = items(&spec["audiences"]).map(text).collect();
    if audiences.is_empty() {
        audiences.push(ISSUER.to_owned());
    }
    match authn::of_token(world, store, &text(&spec["token"]), &audiences) {
        Ok((caller, audiences)) => {
            json!({"authenticated": true, "user": caller.to_json(), "audiences": audiences})
        }
        Err(why) => json!({"user": {}, "error": why}),
    }
}

/// Whom a SubjectAccessReview asks about.
fn subject(spec: &Value) -> Caller {
    Caller {
        name: text(&spec["user"]),
        uid: text(&spec["uid"]),
        groups: items(&spec["groups"]).map(text).collect(),
        extra: Value::Null,
    }
}

fn access(store: &Store, caller: &Caller, spec: &Value) -> Value {
    match authz::allowed(store, caller, &wish(spec)) {
        Some(reason) if reason.is_empty() => json!({"allowed": true}),
        Some(reason) => json!({"allowed": true, "reason": reason}),
        None => json!({"allowed": false}),
    }
}

fn wish(spec: &Value) -> Wish {
    let path = &spec["nonResourceAttributes"];
    if path.is_object() {
        return Wish { verb: text(&path["verb"]), path: Some(text(&path["path"])), ..Wish::default() };
    }
    let asked = &spec["resourceAttributes"];
    let resource = match text(&asked["subresource"]).as_str() {
        "" => text(&asked["resource"]),
        subresource => format!("{}/{subresource}", text(&asked["resource"])),
    };
    Wish {
        verb: text(&asked["verb"]),
        group: text(&asked["group"]),
        resource,
        namespace: text(&asked["namespace"]),
        name: text(&asked["name"]),
        path: None,
    }
}

fn rules(store: &Store, caller: &Caller, spec: &Value) -> Value {
    let everything = json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]});
    let all_paths = json!({"verbs": ["*"], "nonResourceURLs": ["*"]});
    let namespace = text(&spec["namespace"]);
    let held = authz::held_rules(store, caller, &namespace);
    let mut rules: Vec<Value> = held.into_iter().map(|held| held.rule.clone()).collect();
    if authz::is_master(caller) {
        rules.extend([everything, all_paths]);
    }
    let (paths, resources): (Vec<_>, Vec<_>) =
        rules.into_iter().partition(|rule| rule["nonResourceURLs"].is_array());
    json!({"incomplete": false, "resourceRules": resources, "nonResourceRules": paths})
}
