//! Refusals as the API server words them: a `Status` object with reason, message and details.

use serde_json::{Value, json};

use crate::cluster::objects::kinds::{Kind, qualified};

/// A refused request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    pub code: u16,
    pub reason: &'static str,
    pub message: String,
    pub details: Value,
}

/// One reason among several, and the field it is about.
pub(crate) struct Cause {
    pub reason: &'static str,
    pub message: String,
    pub field: String,
}

impl Cause {
    /// A value that this field may not have.
    pub(crate) fn invalid_value(field: &str, value: &str, why: &str) -> Self {
        Self {
            reason: "FieldValueInvalid",
            message: format!("Invalid value: {value}: {why}"),
            field: field.to_owned(),
        }
    }

    /// A field that has to be there.
    pub(crate) fn required(field: &str, why: &str) -> Self {
        let message =
            if why.is_empty() { "Required value".to_owned() } else { format!("Required value: {why}") };
        Self { reason: "FieldValueRequired", message, field: field.to_owned() }
    }

    fn to_json(&self) -> Value {
        json!({"reason": self.reason, "message": self.message, "field": self.field})
    }
}

impl Failure {
    fn new(code: u16, reason: &'static str, message: impl Into<String>, details: Value) -> Self {
        Self { code, reason, message: message.into(), details }
    }

    /// The whole answer.
    pub(crate) fn to_json(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "code": self.code,
        });
        if !self.reason.is_empty() {
            status["reason"] = json!(self.reason);
        }
        if !self.details.is_null() {
            status["details"] = self.details.clone();
        }
        status
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message, Value::Null)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized", "Unauthorized", Value::Null)
    }

    /// `message` says who may not do what.
    pub(crate) fn forbidden(group: &str, plural: &str, name: &str, why: &str) -> Self {
        let subject = match name {
            "" => qualified(plural, group),
            name => format!("{} \"{name}\"", qualified(plural, group)),
        };
        Self::new(403, "Forbidden", format!("{subject} is forbidden: {why}"), details(group, plural, name))
    }

    pub(crate) fn forbidden_path(user: &str, verb: &str, path: &str) -> Self {
        let message = format!("forbidden: User \"{user}\" cannot {verb} path \"{path}\"");
        Self::new(403, "Forbidden", message, json!({}))
    }

    pub(crate) fn not_found(group: &str, plural: &str, name: &str) -> Self {
        let message = format!("{} \"{name}\" not found", qualified(plural, group));
        Self::new(404, "NotFound", message, details(group, plural, name))
    }

    /// No kind, or no path, of that name.
    pub(crate) fn no_such_resource() -> Self {
        Self::new(404, "NotFound", "the server could not find the requested resource", json!({}))
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self::new(405, "MethodNotAllowed", message, json!({}))
    }

    pub(crate) fn already_exists(kind: &Kind, name: &str) -> Self {
        let message = format!("{} \"{name}\" already exists", qualified(&kind.plural, &kind.group));
        Self::new(409, "AlreadyExists", message, details(&kind.group, &kind.plural, name))
    }

    /// The resourceVersion sent is not the current one.
    pub(crate) fn modified(kind: &Kind, name: &str) -> Self {
        let why =
            "the object has been modified; please apply your changes to the latest version and try again";
        Self::precondition(kind, name, why)
    }

    pub(crate) fn precondition(kind: &Kind, name: &str, why: &str) -> Self {
        let subject = qualified(&kind.plural, &kind.group);
        let message = format!("Operation cannot be fulfilled on {subject} \"{name}\": {why}");
        Self::new(409, "Conflict", message, details(&kind.group, &kind.plural, name))
    }

    /// Server-side apply met fields of other managers.
    pub(crate) fn apply_conflict(message: String, causes: &[Cause]) -> Self {
        let causes: Vec<_> = causes.iter().map(Cause::to_json).collect();
        Self::new(409, "Conflict", message, json!({"causes": causes}))
    }

    /// The history a watch asks for is no longer known.
    pub(crate) fn gone(asked: u64, oldest: u64) -> Self {
        Self::new(410, "Expired", format!("too old resource version: {asked} ({oldest})"), Value::Null)
    }

    pub(crate) fn unsupported_media(accepted: &str) -> Self {
        let message = format!(
            "the body of the request was in an unknown format - accepted media types include: {accepted}"
        );
        Self::new(415, "UnsupportedMediaType", message, Value::Null)
    }

    /// A deletion of something else than what was meant.
    pub(crate) fn other_meant(kind: &Kind, name: &str, field: &str, meant: &str, found: &str) -> Self {
        let (field, why) = match field {
            "uid" => ("UID", "deleted and then recreated"),
            _ => ("ResourceVersion", "modified"),
        };
        let message = format!(
            "Operation cannot be fulfilled on {} \"{name}\": the {field} in the precondition ({meant}) does not match \
             the {field} in record ({found}). The object might have been {why}",
            kind.kind
        );
        Self::new(409, "Conflict", message, details(&kind.group, &kind.kind, name))
    }

    /// An object that breaks the rules of its kind.
    pub(crate) fn invalid(kind: &Kind, name: &str, causes: &[Cause]) -> Self {
        let subject = qualified(&kind.kind, &kind.group);
        let said: Vec<_> = causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
        let said = if let [only] = said.as_slice() { only.clone() } else { format!("[{}]", said.join(", ")) };
        let mut details = details(&kind.group, &kind.kind, name);
        details["causes"] = causes.iter().map(Cause::to_json).collect();
        Self::new(422, "Invalid", format!("{subject} \"{name}\" is invalid: {said}"), details)
    }

    /// What only a namespace on its way out says.
    pub(crate) fn terminating(kind: &Kind, name: &str, namespace: &str) -> Self {
        let why =
            format!("unable to create new content in namespace {namespace} because it is being terminated");
        let mut failure = Self::forbidden(&kind.group, &kind.plural, name, &why);
        failure.details["causes"] = json!([{
            "reason": "NamespaceTerminating", "field": "metadata.namespace",
            "message": format!("namespace {namespace} is being terminated"),
        }]);
        failure
    }

    /// A patch that names a field its kind does not have.
    pub(crate) fn untyped(kind: &Kind, name: &str, field: &str) -> Self {
        let message = format!(
            "failed to create typed patch object (/{name}; {}, Kind={}): {field}: field not declared in schema",
            kind.api_version(),
            kind.kind
        );
        Self::new(500, "", message, Value::Null)
    }

    /// A question that can't be asked so. (The server says little about what was asked.)
    pub(crate) fn invalid_question(kind: &str, group: &str, cause: &Cause) -> Self {
        let message =
            format!("{} \"\" is invalid: {}: {}", qualified(kind, group), cause.field, cause.message);
        let mut details = json!({"group": group, "causes": [cause.to_json()]});
        if !kind.is_empty() {
            details["kind"] = json!(kind);
        }
        Self::new(422, "Invalid", message, details)
    }

    /// A patch that does not fit the object.
    pub(crate) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(422, "Invalid", message, json!({}))
    }
}

fn details(group: &str, kind: &str, name: &str) -> Value {
    let mut details = json!({"kind": kind});
    for (key, value) in [("name", name), ("group", group)] {
        if !value.is_empty() {
            details[key] = json!(value);
        }
    }
    details
}
