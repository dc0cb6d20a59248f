//! Secrets: plain strings encoded, a type that stays, and tokens that name their account.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::cluster::http::failure::{Cause, Failure};

/// The type of Secrets that hold a service account's token.
pub(crate) const TOKEN_SECRET: &str = "kubernetes.io/service-account-token";

/// The annotation that says whose token a Secret holds.
pub(crate) const TOKEN_OWNER: &str = "kubernetes.io/service-account.name";

/// The annotation with the uid of that service account.
pub(crate) const TOKEN_OWNER_UID: &str = "kubernetes.io/service-account.uid";

/// `stringData` becomes `data`, and no type becomes `Opaque`.
pub(super) fn default(object: &mut Value) {
    let plain = object.as_object_mut().and_then(|map| map.remove("stringData"));
    for (key, value) in plain.iter().filter_map(Value::as_object).flatten() {
        object["data"][key] = json!(STANDARD.encode(value.as_str().unwrap_or_default()));
    }
    if object["type"].as_str().unwrap_or_default().is_empty() {
        object["type"] = json!("Opaque");
    }
}

/// Readable data, and for a token the name of its account.
pub(super) fn check_new(object: &Value) -> Result<Option<Cause>, Failure> {
    check_data(object)?;
    let owner = object["metadata"]["annotations"][TOKEN_OWNER].as_str().unwrap_or_default();
    let nobodys = object["type"] == TOKEN_SECRET && owner.is_empty();
    Ok(nobodys.then(|| Cause::required(&format!("metadata.annotations[{TOKEN_OWNER}]"), "")))
}

/// The same type as before, and the same data where it was declared immutable.
pub(super) fn check_change(old: &Value, new: &Value) -> Result<Vec<Cause>, Failure> {
    check_data(new)?;
    let mut causes = Vec::new();
    if old["type"] != new["type"] {
        causes.push(Cause::invalid_value("type", &new["type"].to_string(), "field is immutable"));
    }
    if old["immutable"] == true && old["data"] != new["data"] {
        causes.push(Cause {
            reason: "FieldValueForbidden",
            message: "Forbidden: field is immutable when `immutable` is set".to_owned(),
            field: "data".to_owned(),
        });
    }
    Ok(causes)
}

fn check_data(secret: &Value) -> Result<(), Failure> {
    for (_, value) in secret["data"].as_object().into_iter().flatten() {
        let decoded = value.as_str().map(|text| STANDARD.decode(text));
        if let Some(Err(error)) = decoded {
            let at = match error {
                base64::DecodeError::InvalidByte(at, _) => at,
                _ => 0,
            };
            return Err(Failure::bad_request(format!(
                "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte {at}"
            )));
        }
    }
    Ok(())
}
