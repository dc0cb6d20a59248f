//! What objects say of themselves, on one line.

use secret::one_line;
use serde_json::Value;

/// `reason: message`
pub(super) fn words(status: &Value) -> String {
    let texts = [&status["reason"], &status["message"]].map(|text| text.as_str().unwrap_or_default());
    let words = texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ");
    one_line(&words)
}

/// `Kind ns/name`
pub(super) fn name(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let metadata = &object["metadata"];
    one_line(&format!(
        "{} {}/{}",
        text(&object["kind"]),
        text(&metadata["namespace"]),
        text(&metadata["name"])
    ))
}
