use http::Response;
use rustify::Endpoint;
use rustify::enums::RequestMethod;
use secret::{Mask, one_line};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use transport::{Proxy, ProxyProblem};
use vaultrs::api::EndpointError;

use crate::error::VaultError;

/// How much of Vault's own words an error repeats.
const LONGEST_WORDS: usize = 400;

/// One answer of Vault's. It may hold secrets, so it has no `Debug`.
pub(crate) struct Answer<'a> {
    pub status: u16,
    response: Response<Vec<u8>>,
    asked: Asked<'a>,
    /// What was sent, and must not be repeated.
    mask: Mask,
}

/// The part of an answer that counts. vaultrs' type for it wants fields around it that nobody here needs.
#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

impl<'a> Answer<'a> {
    /// `mask` hides what was sent.
    pub(crate) fn of(response: Response<Vec<u8>>, asked: Asked<'a>, mask: Mask) -> Self {
        Self { status: response.status().as_u16(), response, asked, mask }
    }

    pub(crate) fn is_success(&self) -> bool {
        self.response.status().is_success()
    }

    /// The path that was asked, without slashes around it.
    pub(crate) fn path(&self) -> &str {
        &self.asked.path
    }

    /// The whole answer. None where it lacks a field of `T`.
    pub(crate) fn body<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(self.response.body()).ok()
    }

    /// The `data` of the answer. Some of Vault's answers have it at the top as well, all have it here.
    ///
    /// # Errors
    /// [`VaultError::NotVault`] where it lacks a field of `T`.
    pub(crate) fn data<T: DeserializeOwned>(&self) -> Result<T, VaultError> {
        self.body().map(|Data { data }| data).ok_or_else(|| self.lacks("a field of Vault's answer"))
    }

    /// The error of an answer without `what`. serde's own words may repeat a value of the answer.
    pub(crate) fn lacks(&self, what: &str) -> VaultError {
        let said = format!("the answer to {} lacks {what}", self.asked.path);
        VaultError::NotVault { address: self.asked.address.to_owned(), status: self.status, said }
    }

    /// Vault's own words on one line. Masked before they are cut: nobody knows half a secret again.
    pub(crate) fn said(&self) -> String {
        let words = errors(&self.response).into_iter().map(|error| one_line(&self.mask.text(&error)));
        match words.collect::<Vec<_>>().join("; ") {
            words if words.is_empty() => "no reason given".to_owned(),
            words => words.chars().take(LONGEST_WORDS).collect(),
        }
    }

    pub(crate) fn says(&self, words: &str) -> bool {
        says(&self.response, words)
    }

    /// Whether this is what Vault answers to a token it does not know. A known token that lacks a right gets its
    /// refusal wrapped ("1 error occurred: …"); newer servers add "invalid token" for the unknown one.
    pub(crate) fn is_of_unknown_token(&self) -> bool {
        self.status == 403
            && (self.says("invalid token")
                || errors(&self.response).iter().all(|error| error == "permission denied"))
    }

    pub(crate) fn is_sealed(&self) -> bool {
        is_sealed(&self.response)
    }

    /// The answer, where it is one of Vault's: what something before it says is no judgement on the token or the path.
    pub(crate) fn of_vault(self, proxy: Option<&Proxy>) -> Result<Self, VaultError> {
        let Some(said) = self.foreign() else { return Ok(self) };
        let (address, status) = (self.asked.address.to_owned(), self.status);
        Err(match (status, proxy) {
            (407, Some(proxy)) => VaultError::of_proxy(&address, proxy, ProxyProblem::WantsLogin),
            (429, _) => self.busy(),
            (502..=504, _) => VaultError::Unavailable { address, status, said },
            _ => VaultError::NotVault { address, status, said },
        })
    }

    /// The first words of a body that is none of Vault's: something before Vault answers, or no Vault.
    fn foreign(&self) -> Option<String> {
        let bytes = self.response.body();
        let of_vault = match (self.body(), self.is_success()) {
            (None, success) => success && bytes.is_empty(),
            (Some(body), true) => Value::is_object(&body),
            (Some(body), false) => is_of_vault(&body),
        };
        (!of_vault).then(|| first_words(&self.mask.text(&String::from_utf8_lossy(bytes))))
    }

    fn busy(&self) -> VaultError {
        let wait = transport::retry_after(self.response.headers());
        VaultError::Busy { address: self.asked.address.to_owned(), status: self.status, wait }
    }

    /// The error this answer is, where nothing more special fits.
    pub(crate) fn error(&self) -> VaultError {
        let (address, path) = (self.asked.address.to_owned(), self.asked.path.clone());
        let capability = self.asked.capability;
        match self.status {
            403 => VaultError::Denied { path, capability, token_unknown: self.is_of_unknown_token() },
            503 if self.is_sealed() => VaultError::Sealed { address },
            501 | 503 if self.says("not initialized") => VaultError::Uninitialized { address },
            404 if self.says("namespace not found") => {
                VaultError::NoSuchNamespace { namespace: self.asked.namespace.unwrap_or_default().to_owned() }
            }
            429 | 503 => self.busy(),
            code => VaultError::Api { operation: format!("{capability} {path}"), code, said: self.said() },
        }
    }
}

pub(crate) fn is_sealed(response: &Response<Vec<u8>>) -> bool {
    response.status().as_u16() == 503 && says(response, "sealed")
}

fn says(response: &Response<Vec<u8>>, words: &str) -> bool {
    errors(response).iter().any(|error| error.contains(words))
}

fn errors(response: &Response<Vec<u8>>) -> Vec<String> {
    serde_json::from_slice(response.body()).map(|EndpointError { errors }| errors).unwrap_or_default()
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
    address: &'a str,
    namespace: Option<&'a str>,
    /// Without slashes around it.
    path: String,
    /// What a policy has to allow for it.
    capability: &'static str,
}

impl<'a> Asked<'a> {
    pub(crate) fn of(endpoint: &impl Endpoint, address: &'a str, namespace: Option<&'a str>) -> Self {
        let capability = match endpoint.method() {
            RequestMethod::DELETE => "delete",
            RequestMethod::LIST => "list",
            RequestMethod::GET => "read",
            _ => "update",
        };
        // One path of vaultrs begins with a tab.
        let path = endpoint.path().trim_start_matches(['\t', '/']).trim_end_matches('/').to_owned();
        Self { address, namespace, path, capability }
    }

    /// The error of a path that no URL can hold.
    pub(crate) fn unfit(self) -> VaultError {
        let (what, path) = ("the path", self.path.escape_debug().take(LONGEST_WORDS).collect());
        VaultError::Path { what, path, problem: "it does not fit into a URL" }
    }
}

#[cfg(test)]
mod tests {
    use vaultrs::api::token::requests::LookupTokenSelfRequest;

    use super::*;

    fn foreign(status: u16, body: &str) -> Option<String> {
        let asked = Asked::of(&LookupTokenSelfRequest {}, "https://vault", None);
        let response = Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap();
        Answer::of(response, asked, Mask::new()).foreign()
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
