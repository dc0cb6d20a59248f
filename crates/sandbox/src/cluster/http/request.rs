//! One request, read completely, with who sent it.

use hyper::{HeaderMap, Method};
use serde_json::Value;

use crate::cluster::access::authn::Caller;
use crate::cluster::http::failure::Failure;
use crate::cluster::http::query::Query;

/// A request that arrived in full.
pub(crate) struct Call {
    pub method: Method,
    pub path: String,
    pub query: Query,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub caller: Caller,
}

const READABLE: &str =
    "application/json, application/yaml, application/vnd.kubernetes.protobuf, application/cbor";

impl Call {
    /// A header's text, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body's type without its parameters.
    pub(crate) fn content_type(&self) -> &str {
        self.header("content-type").split(';').next().unwrap_or_default().trim()
    }

    /// The object in the body of a create or a replace.
    pub(crate) fn object(&self) -> Result<Value, Failure> {
        match self.content_type() {
            "" | "application/json" | "application/yaml" => self.parsed(),
            _ => Err(Failure::unsupported_media(READABLE)),
        }
    }

    /// The body, as JSON or YAML.
    pub(crate) fn parsed(&self) -> Result<Value, Failure> {
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body)
            .or_else(|_| serde_saphyr::from_slice(&self.body))
            .map_err(|error| Failure::bad_request(format!("error decoding the body: {error}")))
    }

    /// The field manager: the one named, else the first part of the user agent.
    pub(crate) fn manager(&self) -> String {
        let named = self.query.get("fieldManager").map(str::to_owned);
        named.unwrap_or_else(|| match self.header("user-agent").split('/').next() {
            None | Some("") => "unknown".to_owned(),
            Some(program) => program.chars().take(128).collect(),
        })
    }
}
