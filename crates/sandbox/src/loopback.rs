//! An HTTP server on a free port of 127.0.0.1, in the clear or over TLS, struck by faults before its own answers.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use futures::future::BoxFuture;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::SandboxError;
use crate::error::Attempt as _;
use crate::faults::{Faults, Strike};

/// What a server answers.
pub(crate) trait Service: Send + Sync + 'static {
    fn faults(&self) -> &Faults;
    /// A request that a fault did not let through.
    fn struck(&self, request: &Request<Incoming>, code: Option<u16>);
    fn answer(self: Arc<Self>, request: Request<Incoming>) -> BoxFuture<'static, Response<Body>>;
}

/// A running server; it and its connections end when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: DropGuard,
    accepting: JoinHandle<Option<()>>,
}

impl Server {
    pub(crate) async fn start<S: Service>(
        service: Arc<S>,
        tls: Option<Arc<ServerConfig>>,
    ) -> Result<Self, SandboxError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.attempt("listen on 127.0.0.1")?;
        let address = listener.local_addr().attempt("learn the port listened on")?;
        let stop = CancellationToken::new();
        let accepting = accept(listener, service, tls.map(TlsAcceptor::from), stop.clone());
        let accepting = tokio::spawn(stop.clone().run_until_cancelled_owned(accepting));
        Ok(Self { address, stop: stop.drop_guard(), accepting })
    }

    /// Ends it; when this returns, nothing listens any more.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        self.accepting.await.ok();
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }
}

async fn accept<S: Service>(
    listener: TcpListener,
    service: Arc<S>,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let connection = connection(stream, Arc::clone(&service), tls.clone());
            tokio::spawn(stop.clone().run_until_cancelled_owned(connection));
        }
    }
}

async fn connection<S: Service>(stream: TcpStream, service: Arc<S>, tls: Option<TlsAcceptor>) {
    stream.set_nodelay(true).ok();
    match tls {
        None => serve(stream, service).await,
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                serve(stream, service).await;
            }
        }
    }
}

/// A connection's own errors end it, and concern nobody else.
async fn serve<S: Service>(stream: impl AsyncRead + AsyncWrite + Unpin, service: Arc<S>) {
    let respond = service_fn(|request| respond(Arc::clone(&service), request));
    http1::Builder::new().serve_connection(TokioIo::new(stream), respond).await.ok();
}

/// Hyper closes a connection whose service fails, without an answer: just what a dropped connection is.
#[derive(Debug)]
struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("dropped by a fault")
    }
}

impl std::error::Error for Dropped {}

async fn respond<S: Service>(service: Arc<S>, request: Request<Incoming>) -> Result<Response<Body>, Dropped> {
    match service.faults().strike(request.method().as_str(), &path(&request)).await {
        Strike::Pass => Ok(service.answer(request).await),
        Strike::Drop => {
            service.struck(&request, None);
            Err(Dropped)
        }
        Strike::Answer { code, location, body } => {
            service.struck(&request, Some(code));
            let mut response = plain(StatusCode::from_u16(code).unwrap_or(StatusCode::IM_A_TEAPOT), body);
            if let Some(location) = location.and_then(|location| location.parse().ok()) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            Ok(response)
        }
    }
}

/// The path with its query.
pub(crate) fn path<B>(request: &Request<B>) -> String {
    request.uri().path_and_query().map_or_else(|| request.uri().path().to_owned(), ToString::to_string)
}

/// A header's value, where it is text.
pub(crate) fn header<'a, B>(request: &'a Request<B>, name: &str) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// A short answer in plain text.
pub(crate) fn plain(status: StatusCode, text: impl Into<String>) -> Response<Body> {
    let mut response = Response::new(Body::from(text.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/plain"));
    response
}

/// The whole body; a client that breaks off sent what it sent.
pub(crate) async fn whole(body: Incoming) -> axum::body::Bytes {
    let limit = 256 * 1024 * 1024;
    axum::body::to_bytes(Body::new(body), limit).await.unwrap_or_default()
}
