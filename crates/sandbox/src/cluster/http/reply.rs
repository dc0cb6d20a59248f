//! Answers.

use axum::body::Body;
use hyper::{Response, StatusCode};
use serde_json::Value;

use crate::cluster::http::failure::Failure;

/// A JSON answer.
pub(crate) fn json(code: u16, value: &Value) -> Response<Body> {
    raw(code, "application/json", value.to_string())
}

/// The answer to a refused request.
pub(crate) fn failure(failure: &Failure) -> Response<Body> {
    json(failure.code, &failure.to_json())
}

/// A plain text answer.
pub(crate) fn plain(code: u16, text: &str) -> Response<Body> {
    raw(code, "text/plain; charset=utf-8", text.to_owned())
}

/// The answer to a path that means nothing.
pub(crate) fn no_page() -> Response<Body> {
    plain(404, "404 page not found\n")
}

/// An answer of any type.
pub(crate) fn raw(code: u16, content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static(content_type));
    response
}
