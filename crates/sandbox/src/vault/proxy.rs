//! The proxy before the server: everything the programs under test send goes through it, and is noted.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use hyper::body::Incoming;
use parking_lot::Mutex;

use super::api::Socket;
use crate::faults::Faults;
use crate::loopback::{self, Service};

/// One request that came to Vault, without its body and its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultRequest {
    /// The method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// `X-Vault-Namespace`, where it was sent.
    pub namespace: Option<String>,
    /// Whether a token came with it.
    pub with_token: bool,
    /// The status it was answered with; none: the connection was dropped.
    pub status: Option<u16>,
}

#[derive(Debug)]
pub(super) struct Proxy {
    socket: Socket,
    faults: Faults,
    requests: Mutex<Vec<VaultRequest>>,
}

impl Proxy {
    pub(super) fn new(socket: Socket) -> Self {
        Self { socket, faults: Faults::default(), requests: Mutex::default() }
    }

    pub(super) fn requests(&self) -> Vec<VaultRequest> {
        self.requests.lock().clone()
    }

    pub(super) fn clear(&self) {
        self.requests.lock().clear();
    }

    async fn forward(&self, request: Request<Incoming>) -> Response<Body> {
        let mut noted = note(&request);
        let (mut head, body) = request.into_parts();
        for of_this_connection in [header::CONNECTION, header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
            head.headers.remove(of_this_connection);
        }
        let body = loopback::whole(body).await;
        let response = match self.socket.send(Request::from_parts(head, Body::from(body))).await {
            Ok(response) => response.map(Body::from),
            Err(why) => loopback::plain(StatusCode::BAD_GATEWAY, why.to_string()),
        };
        noted.status = Some(response.status().as_u16());
        self.requests.lock().push(noted);
        response
    }
}

impl Service for Proxy {
    fn faults(&self) -> &Faults {
        &self.faults
    }

    fn struck(&self, request: &Request<Incoming>, code: Option<u16>) {
        self.requests.lock().push(VaultRequest { status: code, ..note(request) });
    }

    fn answer(self: Arc<Self>, request: Request<Incoming>) -> BoxFuture<'static, Response<Body>> {
        async move { self.forward(request).await }.boxed()
    }
}

fn note(request: &Request<Incoming>) -> VaultRequest {
    VaultRequest {
        method: request.method().to_string(),
        path: loopback::path(request),
        namespace: loopback::header(request, "x-vault-namespace").map(str::to_owned),
        with_token: request.headers().contains_key("x-vault-token"),
        status: None,
    }
}
