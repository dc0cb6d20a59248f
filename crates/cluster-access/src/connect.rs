use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Request, header};
use kube::Config;
use kube::client::Body;
use kube::config::AuthInfo;
use secret::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use transport::{Network, Retry};

use crate::classify::{self, Way};
use crate::exec_plugin;
use crate::failure::Failure;
use crate::kubeconfig::Login;
use crate::stack::{self, Wire};
use crate::{AccessError, Kubeconfig};

const NOT_FOR_A_HEADER: &str =
    "its token has a line break or another character in it that no HTTP header may have";

/// Named in the API server's audit log.
const USER_AGENT: &str = concat!("bitiq-bootstrap/", env!("CARGO_PKG_VERSION"));

/// A cluster we can talk to. Every request made through this crate has a time limit and a name for what it does.
#[derive(Clone)]
pub struct Cluster {
    /// For what this crate has no function for.
    pub client: kube::Client,
    /// The API server's URL, as the kubeconfig has it.
    pub server: String,
    /// The longest that one request may take.
    pub limit: Duration,
    way: Arc<Way>,
    token_file: Option<PathBuf>,
}

impl Cluster {
    /// Sends one request, once more where that may help; `doing` (fit for "failed to …") stands in the error.
    ///
    /// # Errors
    /// Each way a request can fail, told apart.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        doing: &str,
        request: Result<Request<Vec<u8>>, kube::core::request::Error>,
    ) -> Result<T, AccessError> {
        let request = request
            .map_err(|error| AccessError::Unusable { doing: doing.into(), detail: error.to_string() })?;
        let ends = tokio::time::Instant::now() + self.limit;
        let exchange = async || {
            let answer = tokio::time::timeout_at(ends, self.exchange(doing, request.clone())).await;
            answer.unwrap_or_else(|_| Err(self.way.timeout(doing, self.limit).into()))
        };
        // A server that asks for more time than there is has said all that it will.
        let left = || ends.saturating_duration_since(tokio::time::Instant::now());
        let answer =
            Retry::KUBERNETES.run(exchange, |failure: &Failure| failure.failed(request.method()), left).await;
        answer.map_err(|failure| *failure.error)
    }

    /// By hand, since `kube` takes a redirect for an answer, and logs an answer that it can't read.
    async fn exchange<T: DeserializeOwned>(
        &self,
        doing: &str,
        request: Request<Vec<u8>>,
    ) -> Result<T, Failure> {
        let request = self.with_login(doing, request)?;
        let answer = self.client.send(request.map(Body::from)).await;
        let answer = answer.map_err(|error| self.explain(doing, error))?;
        let (code, wait) = (answer.status(), transport::retry_after(answer.headers()));
        let body = answer.into_body().collect_bytes().await.map_err(|error| self.explain(doing, error))?;
        if code.is_success() {
            let read = serde_json::from_slice(&body);
            read.map_err(|error| self.explain(doing, kube::Error::SerdeError(error)).into())
        } else {
            let error = classify::refused(&self.way, doing, code.as_u16(), &body);
            Err(Failure { error: Box::new(error), wait })
        }
    }

    /// The proxy on the way, without its login, and where it came from.
    pub fn proxy(&self) -> Option<String> {
        self.way.proxy().map(ToString::to_string)
    }

    /// The token of the kubeconfig's token file as it is now, where that is how we log in: for the mask.
    pub fn file_token(&self) -> Option<SecretString> {
        token_in(self.token_file.as_deref()?).ok()
    }

    /// With the token of the token file, read anew: it is replaced while a run lasts. By hand, since `kube` takes the
    /// line break at the file's end for a part of the token.
    pub(crate) fn with_login<B>(
        &self,
        doing: &str,
        mut request: Request<B>,
    ) -> Result<Request<B>, AccessError> {
        let Some(file) = &self.token_file else { return Ok(request) };
        let token = token_in(file).map_err(|detail| AccessError::TokenFile {
            doing: doing.into(),
            file: file.display().to_string(),
            detail,
        })?;
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
            .map_err(|_| self.way.unusable(NOT_FOR_A_HEADER.into()))?;
        value.set_sensitive(true);
        request.headers_mut().insert(header::AUTHORIZATION, value);
        Ok(request)
    }

    /// Turns an error of `kube` (from a request made with [`Cluster::client`]) into ours.
    pub fn explain(&self, doing: &str, error: kube::Error) -> AccessError {
        classify::explain(&self.way, doing, error)
    }
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("server", &self.server).finish_non_exhaustive()
    }
}

/// Makes ready to talk to the cluster: decides on the proxy, asks the exec plugin for a login. Sends nothing to the
/// API server yet. `limit` holds for connecting, for each request, and for the exec plugin. The exec plugin does not get the
/// variables that are `withheld`.
///
/// # Errors
/// What in the kubeconfig can't be used, and an exec plugin or token file that gives no login.
pub async fn connect(
    kubeconfig: &Kubeconfig,
    network: &Network,
    limit: Duration,
    withheld: &[&str],
) -> Result<Cluster, AccessError> {
    let proxy = kubeconfig.proxy(network);
    let way = Way::new(kubeconfig, proxy.clone(), limit);
    let target = proxy.map(|proxy| proxy.target()).transpose();
    let target = target.map_err(|problem| way.proxy_failed(way.connecting(), problem))?;
    let config = config(kubeconfig, limit, withheld).map_err(|detail| way.unusable(detail))?;
    let client = build(Wire { config, trust: kubeconfig.trust(), proxy: target }, limit, &way).await?;
    let token_file = match kubeconfig.login() {
        Login::TokenFile(file) => Some(PathBuf::from(file)),
        _ => None,
    };
    let cluster =
        Cluster { client, server: kubeconfig.server().into(), limit, way: Arc::new(way), token_file };
    cluster.with_login(cluster.way.connecting(), Request::new(()))?;
    Ok(cluster)
}

/// Building a client runs the exec plugin and waits for it: on a thread of its own, which nobody has to wait for.
async fn build(wire: Wire, limit: Duration, way: &Way) -> Result<kube::Client, AccessError> {
    let (done, built) = tokio::sync::oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    std::thread::spawn(move || {
        let _entered = runtime.enter();
        done.send(stack::client(wire)).ok();
    });
    match tokio::time::timeout(exec_plugin::patience(limit), built).await {
        Ok(Ok(client)) => client.map_err(|error| classify::explain(way, way.connecting(), error)),
        Ok(Err(_)) => Err(way.unusable("its client could not be built".into())),
        Err(_) => Err(way.plugin_too_slow()),
    }
}

fn config(kubeconfig: &Kubeconfig, limit: Duration, withheld: &[&str]) -> Result<Config, String> {
    let server = kubeconfig.server().parse().map_err(|error| format!("server is no URL: {error}"))?;
    let mut config = Config::new(server);
    config.tls_server_name = kubeconfig.tls_server_name().map(Into::into);
    config.connect_timeout = Some(limit);
    config.read_timeout = Some(limit);
    config.write_timeout = Some(limit);
    config.reset_reader_on_write = true;
    config.headers.push((header::USER_AGENT, HeaderValue::from_static(USER_AGENT)));
    config.auth_info = auth_info(kubeconfig, limit, withheld)?;
    Ok(config)
}

fn auth_info(kubeconfig: &Kubeconfig, limit: Duration, withheld: &[&str]) -> Result<AuthInfo, String> {
    let mut info = AuthInfo::default();
    let user = kubeconfig.user();
    info.client_certificate_data = user.client_certificate_data.clone();
    info.client_key_data = user.client_key_data.clone().map(|key| key.0);
    info.impersonate = user.impersonate.clone();
    info.impersonate_uid = user.impersonate_uid.clone();
    info.impersonate_groups = user.impersonate_groups.clone();
    info.impersonate_user_extra =
        user.impersonate_user_extra.as_ref().map(|extra| extra.clone().into_iter().collect());
    match kubeconfig.login() {
        Login::Token(token) => info.token = Some(header_safe(&token)?),
        Login::Basic { username, password } => {
            info.username = Some(username);
            info.password = Some(password);
        }
        Login::Exec(plugin) => info.exec = Some(exec_plugin::config(&plugin, kubeconfig, limit, withheld)?),
        Login::TokenFile(_) | Login::ClientCertificate | Login::None => {}
    }
    Ok(info)
}

/// A line break at the end of a token is how it was pasted, not a part of it; one inside would make `kube` panic.
fn header_safe(token: &SecretString) -> Result<SecretString, String> {
    let token = token.expose_secret().trim();
    match HeaderValue::from_str(token) {
        Ok(_) => Ok(SecretString::from(token)),
        Err(_) => Err(NOT_FOR_A_HEADER.into()),
    }
}

fn token_in(file: &Path) -> Result<SecretString, String> {
    let text = fs_err::read_to_string(file).map(SecretString::from).map_err(|error| error.to_string())?;
    match text.expose_secret().trim() {
        "" => Err("it is empty".into()),
        token => Ok(SecretString::from(token)),
    }
}
