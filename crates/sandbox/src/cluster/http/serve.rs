//! The listener: TLS, one task for each connection, and a log of what is asked.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::header::LOCATION;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use parking_lot::{Mutex, MutexGuard, RwLock};
use rustls::pki_types::CertificateDer;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::cluster::access::authn;
use crate::cluster::controllers;
use crate::cluster::http::query::Query;
use crate::cluster::http::reply;
use crate::cluster::http::request::Call;
use crate::cluster::http::route;
use crate::cluster::options;
use crate::cluster::world::World;
use crate::faults::{Faults, Strike};

/// The largest body the server reads, as the real one does.
const LARGEST: usize = 3 * 1024 * 1024;

/// What outlives a recreate: the address, the log and the faults.
pub(crate) struct Shared {
    world: RwLock<Arc<World>>,
    log: Mutex<Vec<options::Request>>,
    pub faults: Faults,
    pub stop: CancellationToken,
}

impl Shared {
    pub(crate) fn new(world: World, stop: CancellationToken) -> Self {
        Self { world: RwLock::new(Arc::new(world)), log: Mutex::default(), faults: Faults::default(), stop }
    }

    /// The world as it is now.
    pub(crate) fn world(&self) -> Arc<World> {
        self.world.read().clone()
    }

    /// Ends the world and puts another in its place.
    pub(crate) fn replace(&self, world: World) {
        let mut current = self.world.write();
        current.stop.cancel();
        *current = Arc::new(world);
    }

    /// The requests so far.
    pub(crate) fn log(&self) -> MutexGuard<'_, Vec<options::Request>> {
        self.log.lock()
    }
}

/// Serves until the end, through every recreate.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    tokio::select! {
        () = shared.stop.cancelled() => {}
        () = accept(&listener, &shared) => {}
        () = control(&shared) => {}
    }
}

/// A connection belongs to the world it was accepted in, and ends with it.
async fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let world = shared.world();
            let connection = connection(stream, shared.clone(), world.clone());
            tokio::spawn(async move { world.stop.run_until_cancelled(connection).await });
        }
    }
}

/// Runs the controllers of one world after the other.
async fn control(shared: &Shared) {
    while !shared.stop.is_cancelled() {
        controllers::run(shared.world()).await;
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>, world: Arc<World>) {
    let _ = stream.set_nodelay(true);
    let Ok(stream) = TlsAcceptor::from(world.tls.clone()).accept(stream).await else { return };
    let certificates = stream.get_ref().1.peer_certificates().map(<[_]>::to_vec).unwrap_or_default();
    let certificates: Arc<[CertificateDer<'static>]> = certificates.into();
    let service =
        service_fn(move |request| answer(shared.clone(), world.clone(), certificates.clone(), request));
    // How a connection ends is the client's business.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    shared: Arc<Shared>,
    world: Arc<World>,
    certificates: Arc<[CertificateDer<'static>]>,
    request: Request<Incoming>,
) -> io::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let caller = authn::authenticate(&world, &world.store(), &certificates, header("authorization"));
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    shared.log().push(options::Request {
        method: parts.method.to_string(),
        path: path.clone(),
        user_agent: header("user-agent").unwrap_or_default().to_owned(),
        user: caller.as_ref().ok().map(|caller| caller.name.clone()),
    });
    match shared.faults.strike(parts.method.as_str(), &path).await {
        Strike::Pass => {}
        Strike::Answer { code, location, body } => return Ok(struck(code, location, body)),
        Strike::Drop => return Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
    }
    if world.stop.is_cancelled() {
        // A cluster that is no more does not answer.
        return Err(io::Error::from(io::ErrorKind::ConnectionAborted));
    }
    let caller = match caller {
        Ok(caller) => caller,
        Err(failure) => return Ok(reply::failure(&failure)),
    };
    let body = axum::body::to_bytes(Body::new(body), LARGEST).await.map_err(io::Error::other)?.to_vec();
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let call = Call {
        path: parts.uri.path().to_owned(),
        method: parts.method,
        query,
        headers: parts.headers,
        body,
        caller,
    };
    Ok(route::answer(&world, &call))
}

fn struck(code: u16, location: Option<String>, body: String) -> Response<Body> {
    let mut response = reply::raw(code, "application/json", body);
    if let Some(location) = location.and_then(|location| location.parse().ok()) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}
