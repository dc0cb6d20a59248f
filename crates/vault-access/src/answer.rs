use std::time::Duration;

use secret::{Mask, one_line};
use serde_json::{Map, Value};

use crate::error::VaultError;

/// How much of Vault's own words an error repeats.
const LONGEST_WORDS: usize = 400;

/// One answer of Vault's. It may hold secrets, so it has no `Debug`.
pub(crate) struct Answer {
    pub status: u16,
    /// `None` where the body was empty or is no JSON.
    pub body: Option<Value>,
    /// The body is none of Vault's: whoever answers, it is something before Vault, or no Vault.
    pub foreign: Option<String>,
    /// How long a busy Vault asks to wait.
    pub wait: Option<Duration>,
    /// What was sent, and must not be repeated.
    pub mask: Mask,
}

impl Answer {
    /// Takes the answer apart. `mask` hides what was sent.
    pub(crate) fn of(status: u16, bytes: &[u8], mask: Mask) -> Self {
        let body = serde_json::from_slice(bytes).ok();
        let of_vault = match (&body, (200..300).contains(&status)) {
            (None, success) => success && bytes.is_empty(),
            (Some(body), true) => Value::is_object(body),
            (Some(body), false) => is_of_vault(body),
        };
        let foreign = (!of_vault).then(|| first_words(&mask.text(&String::from_utf8_lossy(bytes))));
        Self { status, body, foreign, wait: None, mask }
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The `data` of the answer. Some of Vault's answers have it at the top as well, all have it here.
    pub(crate) fn into_data(self) -> Map<String, Value> {
        match self.body {
            Some(Value::Object(mut body)) => match body.remove("data") {
                Some(Value::Object(data)) => data,
                _ => Map::new(),
            },
            _ => Map::new(),
        }
    }

    fn errors(&self) -> impl Iterator<Item = &str> {
        let list = self.body.as_ref().and_then(|body| body.get("errors")).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str)
    }

    /// Vault's own words on one line. Masked before they are cut: nobody knows half a secret again.
    pub(crate) fn said(&self) -> String {
        let words: Vec<String> = self.errors().map(|error| one_line(&self.mask.text(error))).collect();
        match words.join("; ") {
            words if words.is_empty() => "no reason given".to_owned(),
            words => words.chars().take(LONGEST_WORDS).collect(),
        }
    }

    pub(crate) fn says(&self, words: &str) -> bool {
        self.errors().any(|error| error.contains(words))
    }

    /// Whether this is what Vault answers to a token it does not know. A known token that lacks a right gets its
    /// refusal wrapped ("1 error occurred: …"); newer servers add "invalid token" for the unknown one.
    pub(crate) fn is_of_unknown_token(&self) -> bool {
        self.status == 403
            && (self.says("invalid token") || self.errors().all(|error| error == "permission denied"))
    }

    pub(crate) fn is_sealed(&self) -> bool {
        self.status == 503 && self.says("sealed")
    }

    /// The error this answer is, where nothing more special fits.
    pub(crate) fn into_error(self, asked: &Asked<'_>) -> VaultError {
        let address = asked.address.to_owned();
        match self.status {
            403 => VaultError::Denied {
                path: asked.path.to_owned(),
                capability: asked.capability,
                token_unknown: self.is_of_unknown_token(),
            },
            503 if self.is_sealed() => VaultError::Sealed { address },
            501 | 503 if self.says("not initialized") => VaultError::Uninitialized { address },
            404 if self.says("namespace not found") => {
                VaultError::NoSuchNamespace { namespace: asked.namespace.unwrap_or_default().to_owned() }
            }
            429 | 503 => VaultError::Busy { address, status: self.status, wait: self.wait },
            code => {
                let operation = format!("{} {}", asked.capability, asked.path);
                VaultError::Api { operation, code, said: self.said() }
            }
        }
    }
}

/// What Vault says with a status that is no success: a list of errors, an object's data, or how it is.
fn is_of_vault(body: &Value) -> bool {
    ["errors", "data", "initialized", "sealed", "request_id"].iter().any(|key| body.get(key).is_some())
}

/// The title of a web page, or the first line of a plain text. Nothing of what is no text (a compressed page).
fn first_words(body: &str) -> String {
    if body.contains('\0') || body.contains('\u{fffd}') {
        return String::new();
    }
    let body = body.trim_start_matches('\u{feff}').trim();
    let lower = body.to_ascii_lowercase();
    let words = match (body.starts_with('<'), lower.find("<title>")) {
        (false, _) => body.lines().next().unwrap_or_default(),
        (true, Some(at)) => lower[at + 7..].find('<').map_or("", |end| &body[at + 7..at + 7 + end]),
        (true, None) => "",
    };
    one_line(words.trim()).chars().take(LONGEST_WORDS).collect()
}

/// What was asked, for the error's words.
pub(crate) struct Asked<'a> {
    pub address: &'a str,
    pub namespace: Option<&'a str>,
    pub path: &'a str,
    /// What a policy has to allow for it.
    pub capability: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(status: u16, body: &str) -> Option<String> {
        Answer::of(status, body.as_bytes(), Mask::new()).foreign
    }

    #[test]
    fn what_vault_says_is_its_own() {
        for body in [r#"{"errors":[]}"#, r#"{"errors":["x"]}"#, r#"{"data":{"metadata":{}}}"#] {
            assert_eq!(foreign(404, body), None);
        }
        assert_eq!(foreign(503, r#"{"initialized":true,"sealed":true}"#), None);
        assert_eq!(foreign(200, r#"{"data":{}}"#), None);
        assert_eq!(foreign(204, ""), None);
    }

    #[test]
    fn pages_texts_and_the_json_of_others_are_not() {
        for (status, body, words) in [
            (403, "RBAC: access denied\n", "RBAC: access denied"),
            (403, "<html><head><TITLE>Forbidden</TITLE>", "Forbidden"),
            (403, r#"{"message":"Forbidden"}"#, r#"{"message":"Forbidden"}"#),
            (503, "no healthy upstream", "no healthy upstream"),
            (404, "default backend - 404", "default backend - 404"),
            (502, "", ""),
            (200, "<html>", ""),
            (200, "[]", "[]"),
            (403, "\u{1f}\u{fffd}\u{8}\0\0\0title", ""),
        ] {
            assert_eq!(foreign(status, body).as_deref(), Some(words), "{status} {body}");
        }
    }
}
