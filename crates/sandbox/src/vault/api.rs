//! Requests to the server over its socket.

use std::path::PathBuf;

use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::UnixStream;

use crate::SandboxError;
use crate::error::Attempt as _;

/// The socket that the server listens on.
#[derive(Debug, Clone)]
pub(super) struct Socket {
    path: PathBuf,
}

/// What Vault answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status code.
    pub status: u16,
    /// The body; `null` where there is none, or where it is not JSON.
    pub body: Value,
    what: String,
}

impl Answer {
    /// The body of a success.
    ///
    /// # Errors
    /// It was none.
    pub fn ok(self) -> Result<Value, SandboxError> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        Err(SandboxError::failed(
            self.what,
            format!("Vault answered {} {}", self.status, self.body["errors"]),
        ))
    }
}

impl Socket {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) async fn ask(
        &self,
        token: Option<&str>,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, SandboxError> {
        let what = format!("{method} {path} in Vault");
        let mut request =
            Request::builder().method(method).uri(format!("/v1/{path}")).header("host", "vault");
        if let Some(token) = token {
            request = request.header("x-vault-token", token);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.body(body).map_err(|why| SandboxError::failed(&what, why))?;
        let response = self.send(request).await?;
        let status = response.status().as_u16();
        let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        Ok(Answer { status, body, what })
    }

    /// Sends one request on a connection of its own, and reads the whole answer.
    pub(super) async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, SandboxError> {
        let stream = UnixStream::connect(&self.path).await.attempt("connect to Vault's socket")?;
        let failed = |why: hyper::Error| SandboxError::failed("ask Vault", why);
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
        tokio::spawn(connection);
        let (head, body) = sender.send_request(request).await.map_err(failed)?.into_parts();
        let body = axum::body::to_bytes(Body::new(body), usize::MAX)
            .await
            .map_err(|why| SandboxError::failed("read Vault's answer", why))?;
        Ok(Response::from_parts(head, body))
    }
}
