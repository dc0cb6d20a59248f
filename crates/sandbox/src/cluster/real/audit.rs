//! The request log of the real server: its audit log, without what the control plane asks itself.

use std::path::Path;

use serde_json::Value;

use super::api::USER_AGENT;
use crate::cluster::objects::kinds::text;
use crate::cluster::options::Request;

/// Users that are the control plane itself.
const OWN: [&str; 3] =
    ["system:apiserver", "system:kube-controller-manager", "system:serviceaccount:kube-system:"];

/// The requests so far, in the order of their arrival.
pub(super) fn read(log: &Path) -> Vec<Request> {
    let log = fs_err::read_to_string(log).unwrap_or_default();
    log.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter_map(|event| request(&event))
        .collect()
}

fn request(event: &Value) -> Option<Request> {
    let (user, user_agent) = (text(&event["user"]["username"]), text(&event["userAgent"]));
    if user_agent == USER_AGENT || OWN.iter().any(|own| user.starts_with(own)) {
        return None;
    }
    let user = Some(user).filter(|user| !user.is_empty());
    Some(Request {
        method: method(&text(&event["verb"])).to_owned(),
        path: text(&event["requestURI"]),
        user_agent,
        user,
    })
}

fn method(verb: &str) -> &str {
    match verb {
        "get" | "list" | "watch" => "GET",
        "create" | "post" => "POST",
        "update" | "put" => "PUT",
        "patch" => "PATCH",
        "delete" | "deletecollection" => "DELETE",
        other => other,
    }
}
