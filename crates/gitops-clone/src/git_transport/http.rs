use std::io::{self, BufRead, Read, Write};
use std::sync::Arc;

use ::http::header::CONTENT_TYPE;
use gix::protocol::transport::Protocol;
use gix::protocol::transport::client::blocking_io::http::{
    GetResponse, Http, PostBodyDataKind, PostResponse, Transport,
};
use parking_lot::{Mutex, MutexGuard};
use reqwest::{Client, RequestBuilder, Response};
use tokio::runtime::Handle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::answer::{ADVERTISEMENT, Answer, RESULT, Verdict, judge};
use super::busy::Asking;
use super::endpoint::Endpoint;
use super::http_client::{client, headers};
use super::http_error::of_failure;
use super::login_end;
use super::session_facts::{BoxedTransport, Failure, LoginEnd};
use crate::blocking::CancelHandle;
use crate::remote::Retry;
use crate::traffic::Traffic;
use crate::{GitError, Remote};

/// The bytes that are read of an error answer.
const ERROR_BODY: usize = 4 * 1024;
/// The bytes that are read of a success answer before it is judged.
const BEGIN: usize = 512;

/// The target of the request log lines. `RUST_LOG` directives of users name it, so it does not follow the module path.
const LOG_TARGET: &str = "gitops_clone::talk::http";

/// Makes a transport over HTTP. This transport adds the credentials to the requests; gix does not get them.
pub(super) fn transport(
    remote: &Remote,
    endpoint: &Endpoint,
    cancel: &CancelHandle,
    (failure, login_end): (Failure, LoginEnd),
) -> Result<BoxedTransport, GitError> {
    let headers = headers(remote, endpoint)?;
    let wire = Wire {
        client: client(remote, endpoint)?,
        with_login: headers.contains_key(::http::header::AUTHORIZATION),
        headers,
        proxy: remote.config.proxy(endpoint.shown()),
        endpoint: endpoint.clone(),
        runtime: cancel.runtime.clone(),
        stop: cancel.stop.clone(),
        traffic: remote.traffic.clone(),
        retry: remote.retry,
        failure,
        login_end,
    };
    let url = gix::url::parse(endpoint.shown()).map_err(|_| GitError::BadUrl {
        what: endpoint.shown().to_owned(),
        reason: "Git does not accept this URL".to_owned(),
    })?;
    Ok(Box::new(Transport::new_http(OverHttp(Arc::new(wire)), url, Protocol::V2, false)))
}

/// The client and the settings of all requests.
struct Wire {
    client: Client,
    headers: ::http::HeaderMap,
    with_login: bool,
    proxy: Option<transport::Proxy>,
    endpoint: Endpoint,
    runtime: Handle,
    stop: CancellationToken,
    traffic: Traffic,
    retry: Retry,
    failure: Failure,
    login_end: LoginEnd,
}

impl Wire {
    /// Sends a request until the host answers it. A busy host gets several attempts. Errors are kept for
    /// [`super::HostSession::explain`]; gix gets their text.
    fn send(&self, request: RequestBuilder, wanted: &str) -> io::Result<Answered> {
        // The credentials are added last, so that no other header replaces them.
        let mut request = request.headers(self.headers.clone());
        let mut asking = Asking::begin(self.retry);
        loop {
            let again = request.try_clone();
            let (response, answer) = self.ask(request)?;
            let wait = match judge(&self.endpoint, self.proxy.as_ref(), &answer, wanted, self.with_login) {
                Verdict::Git => {
                    self.login_end.hear(login_end::of(&answer.headers));
                    return Ok(Answered { response, begin: answer.body, headers: answer.headers });
                }
                Verdict::Refused(error) => return Err(self.fail(error)),
                Verdict::Busy(wait) => wait,
            };
            let (Some(pause), Some(next)) = (asking.pause(wait), again) else {
                return Err(self.fail(asking.gave_up(&self.endpoint, &answer, wait)));
            };
            self.rest(pause)?;
            request = next;
        }
    }

    /// Sends a request once, and reads the beginning of the answer.
    fn ask(&self, request: RequestBuilder) -> io::Result<(Response, Answer)> {
        let sent = self.wait(logged(request))?;
        let mut response = sent.map_err(|error| self.failed(&error))?;
        self.traffic.beat();
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        let enough = if status.is_success() { BEGIN } else { ERROR_BODY };
        while body.len() < enough {
            let chunk = match self.wait(response.chunk())? {
                Ok(chunk) => chunk.unwrap_or_default(),
                Err(error) if status.is_success() => return Err(self.failed(&error)),
                // An error answer has its status, even if the body is incomplete.
                Err(_) => break,
            };
            if chunk.is_empty() {
                break;
            }
            self.traffic.came(chunk.len());
            body.extend_from_slice(&chunk);
        }
        Ok((response, Answer { status: status.as_u16(), headers, body }))
    }

    /// Waits before the next attempt. This pause is no silence of the host.
    fn rest(&self, pause: std::time::Duration) -> io::Result<()> {
        let (mut left, beat) = (pause, std::time::Duration::from_millis(100));
        while !left.is_zero() {
            let part = left.min(beat);
            self.wait(async { tokio::time::sleep(part).await })?;
            self.traffic.beat();
            left -= part;
        }
        Ok(())
    }

    fn next(&self, answered: &mut Answered) -> io::Result<Vec<u8>> {
        if !answered.begin.is_empty() {
            return Ok(std::mem::take(&mut answered.begin));
        }
        let chunk = self.wait(answered.response.chunk())?.map_err(|error| self.failed(&error))?;
        let bytes = chunk.map(|bytes| bytes.to_vec()).unwrap_or_default();
        self.traffic.came(bytes.len());
        Ok(bytes)
    }

    fn failed(&self, error: &reqwest::Error) -> io::Error {
        self.fail(of_failure(&self.endpoint, self.proxy.as_ref(), error))
    }

    /// Waits for `work`, until the run is cancelled.
    fn wait<T>(&self, work: impl Future<Output = T>) -> io::Result<T> {
        self.runtime.block_on(async {
            tokio::select! {
                done = work => Ok(done),
                () = self.stop.cancelled() => Err(io::Error::other("interrupted")),
            }
        })
    }

    fn fail(&self, error: GitError) -> io::Error {
        let text = io::Error::other(error.to_string());
        self.failure.set(error);
        text
    }
}

/// Sends a request, and logs its method, its URL and the status of the answer (`RUST_LOG`). Headers hold the
/// credentials, so no header is logged.
async fn logged(request: RequestBuilder) -> reqwest::Result<Response> {
    let (client, request) = request.build_split();
    let request = request?;
    let (method, url) = (request.method().clone(), request.url().clone());
    tracing::debug!(target: LOG_TARGET, %method, %url, "request");
    let begun = Instant::now();
    let answer = client.execute(request).await;
    let took = begun.elapsed();
    match &answer {
        Ok(answer) => {
            tracing::debug!(target: LOG_TARGET, %method, %url, status = answer.status().as_u16(), ?took, "answer")
        }
        Err(error) => tracing::debug!(target: LOG_TARGET, %method, %url, ?took, "no answer: {error}"),
    }
    answer
}

/// An answer that is from the Git host.
struct Answered {
    response: Response,
    /// The beginning of the body, which is read already.
    begin: Vec<u8>,
    headers: ::http::HeaderMap,
}

/// The HTTP client for gix.
struct OverHttp(Arc<Wire>);

impl Http for OverHttp {
    type Headers = Headers;
    type ResponseBody = Body;
    type PostBody = PostBody;

    fn get(
        &mut self,
        url: &str,
        _base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> gix::Result<GetResponse<Headers, Body>> {
        let exchange = self.exchange(self.0.client.get(url), headers, ADVERTISEMENT);
        Ok(GetResponse { headers: Headers::of(&exchange), body: Body::of(&exchange) })
    }

    fn post(
        &mut self,
        url: &str,
        _base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
        _body: PostBodyDataKind,
    ) -> gix::Result<PostResponse<Headers, Body, PostBody>> {
        let exchange = self.exchange(self.0.client.post(url), headers, RESULT);
        let post_body = PostBody(exchange.clone());
        Ok(PostResponse { post_body, headers: Headers::of(&exchange), body: Body::of(&exchange) })
    }

    fn configure(&mut self, _config: &dyn std::any::Any) -> gix::Result {
        // The client is configured already, so options of gix are not used.
        Ok(())
    }
}

impl OverHttp {
    fn exchange(
        &self,
        mut request: RequestBuilder,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
        wanted: &'static str,
    ) -> Shared {
        for line in headers {
            if let Some((name, value)) = line.as_ref().split_once(':') {
                request = request.header(name.trim(), value.trim());
            }
        }
        let state = State { request: Some(request), wanted, posted: Vec::new(), answered: None };
        Shared { wire: self.0.clone(), state: Arc::new(Mutex::new(state)) }
    }
}

/// A request and its answer. The first read of the answer sends the request, because then its body is complete.
#[derive(Clone)]
struct Shared {
    wire: Arc<Wire>,
    state: Arc<Mutex<State>>,
}

struct State {
    request: Option<RequestBuilder>,
    /// The media type of the answer.
    wanted: &'static str,
    posted: Vec<u8>,
    answered: Option<Answered>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    fn header_lines(&self) -> io::Result<Vec<u8>> {
        let mut state = self.state();
        self.answered(&mut state)?;
        let mut lines = Vec::new();
        for (name, value) in state.answered.iter().flat_map(|answered| &answered.headers) {
            // gix compares the whole media type, with its parameters, which do not matter.
            let value = if name == CONTENT_TYPE { state.wanted.as_bytes() } else { value.as_bytes() };
            lines.extend_from_slice(&[name.as_str().as_bytes(), b":", value, b"\n"].concat());
        }
        Ok(lines)
    }

    fn next_bytes(&self) -> io::Result<Vec<u8>> {
        let mut state = self.state();
        self.answered(&mut state)?;
        match &mut state.answered {
            Some(answered) => self.wire.next(answered),
            None => Ok(Vec::new()),
        }
    }

    fn answered(&self, state: &mut State) -> io::Result<()> {
        if let Some(request) = state.request.take() {
            let posted = std::mem::take(&mut state.posted);
            let request = if posted.is_empty() { request } else { request.body(posted) };
            state.answered = Some(self.wire.send(request, state.wanted)?);
        }
        Ok(())
    }
}

/// The body of a request: a few lines of negotiation, kept until the request is sent.
struct PostBody(Shared);

impl Write for PostBody {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.state().posted.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The header lines of the answer.
struct Headers {
    exchange: Shared,
    lines: Option<io::Cursor<Vec<u8>>>,
}

impl Headers {
    fn of(exchange: &Shared) -> Self {
        Self { exchange: exchange.clone(), lines: None }
    }

    fn lines(&mut self) -> io::Result<&mut io::Cursor<Vec<u8>>> {
        if self.lines.is_none() {
            self.lines = Some(io::Cursor::new(self.exchange.header_lines()?));
        }
        Ok(self.lines.get_or_insert_default())
    }
}

impl Read for Headers {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.lines()?.read(buffer)
    }
}

impl BufRead for Headers {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.lines()?.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        if let Some(lines) = &mut self.lines {
            lines.consume(count);
        }
    }
}

/// The body of the answer, read in chunks.
struct Body {
    exchange: Shared,
    chunk: io::Cursor<Vec<u8>>,
}

impl Body {
    fn of(exchange: &Shared) -> Self {
        Self { exchange: exchange.clone(), chunk: io::Cursor::default() }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fill_buf()?;
        self.chunk.read(buffer)
    }
}

impl BufRead for Body {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.chunk.fill_buf()?.is_empty() {
            self.chunk = io::Cursor::new(self.exchange.next_bytes()?);
        }
        self.chunk.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.chunk.consume(count);
    }
}
