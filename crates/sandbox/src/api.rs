//! The cluster's API for the sandbox's own parts: a few calls over HTTPS, as whom a kubeconfig logs in.
//! The double and a real API server are the same here.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Certificate, Client, Identity, Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use crate::SandboxError;

/// How long the cluster may take to answer.
const LIMIT: Duration = Duration::from_secs(30);

pub(crate) struct Api {
    client: Client,
    server: String,
    token: Option<String>,
}

#[derive(Deserialize)]
struct Kubeconfig {
    clusters: Vec<NamedCluster>,
    users: Vec<NamedUser>,
}

#[derive(Deserialize)]
struct NamedCluster {
    cluster: Cluster,
}

#[derive(Deserialize)]
struct NamedUser {
    user: User,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Cluster {
    server: String,
    certificate_authority_data: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct User {
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
    token: Option<String>,
}

impl Api {
    /// `user_agent` is how its requests show in the cluster's log.
    pub(crate) fn new(kubeconfig: &str, user_agent: &str) -> Result<Self, SandboxError> {
        let unusable =
            |why: &dyn std::fmt::Display| SandboxError::failed("use the cluster's kubeconfig", why);
        let read: Kubeconfig = serde_saphyr::from_str(kubeconfig)
            .map_err(|_| unusable(&"it is not one with inlined certificates"))?;
        let (Some(cluster), Some(user)) = (read.clusters.into_iter().next(), read.users.into_iter().next())
        else {
            return Err(unusable(&"it has no cluster or no user"));
        };
        let client = client(&cluster.cluster, &user.user, user_agent).map_err(|why| unusable(&why))?;
        Ok(Self { client, server: cluster.cluster.server, token: user.user.token })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.server.trim_end_matches('/')));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// An object or a list.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, SandboxError> {
        let what = format!("get {path}");
        answer(&what, self.request(Method::GET, path).timeout(LIMIT)).await
    }

    /// An object, or nothing where there is none or nobody knows its kind.
    pub(crate) async fn find(&self, path: &str) -> Result<Option<Value>, SandboxError> {
        let what = format!("get {path}");
        let response = send(&what, self.request(Method::GET, path).timeout(LIMIT)).await?;
        if response.status() == StatusCode::NOT_FOUND {
            Ok(None)
        } else {
            read(&what, response).await.map(Some)
        }
    }

    /// The items of a list, or none where nobody knows their kind.
    pub(crate) async fn list(&self, path: &str) -> Result<Vec<Value>, SandboxError> {
        let list = self.find(path).await?.unwrap_or_default();
        Ok(list["items"].as_array().cloned().unwrap_or_default())
    }

    /// Removes an object; one that is gone already is as good.
    pub(crate) async fn delete(&self, path: &str) -> Result<(), SandboxError> {
        let what = format!("delete {path}");
        let response = send(&what, self.request(Method::DELETE, path).timeout(LIMIT)).await?;
        if response.status() == StatusCode::NOT_FOUND {
            Ok(())
        } else {
            read(&what, response).await.map(drop)
        }
    }

    /// Makes an object with its status; one that is there already keeps what it has besides.
    pub(crate) async fn create_with_status(&self, path: &str, object: &Value) -> Result<(), SandboxError> {
        self.create(path, object).await?;
        if object["status"].is_null() {
            return Ok(());
        }
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        self.merge(&format!("{path}/{name}/status"), &serde_json::json!({"status": object["status"]})).await
    }

    /// Asks for what is no object of its own: a review, a token.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value, SandboxError> {
        let request = self.request(Method::POST, path).timeout(LIMIT).body(body.to_string());
        answer(&format!("post to {path}"), request.header("content-type", "application/json")).await
    }

    /// Makes an object; one that is there already stays.
    pub(crate) async fn create(&self, path: &str, object: &Value) -> Result<(), SandboxError> {
        let what = format!("create {} in {path}", object["metadata"]["name"]);
        let request = self.request(Method::POST, path).timeout(LIMIT).body(object.to_string());
        let response = send(&what, request.header("content-type", "application/json")).await?;
        if response.status() == StatusCode::CONFLICT { Ok(()) } else { read(&what, response).await.map(drop) }
    }

    pub(crate) async fn merge(&self, path: &str, patch: &Value) -> Result<(), SandboxError> {
        let what = format!("patch {path}");
        let request = self.request(Method::PATCH, path).timeout(LIMIT).body(patch.to_string());
        answer(&what, request.header("content-type", "application/merge-patch+json")).await.map(drop)
    }

    /// Calls `heard` for whatever changes since `version`, until the server ends the watch, `limit` later.
    pub(crate) async fn listen(
        &self,
        path: &str,
        version: &str,
        limit: Duration,
        mut heard: impl FnMut(),
    ) -> Result<(), SandboxError> {
        let seconds = limit.as_secs().max(1);
        let path = format!("{path}?watch=true&resourceVersion={version}&timeoutSeconds={seconds}");
        let what = format!("watch {path}");
        let mut response = send(&what, self.request(Method::GET, &path).timeout(limit + LIMIT)).await?;
        let broken = |why: reqwest::Error| SandboxError::failed(&what, chain(&why));
        while response.chunk().await.map_err(broken)?.is_some() {
            heard();
        }
        Ok(())
    }

    /// Returns when something changed since `version`, or when the server ends the watch, `limit` later.
    pub(crate) async fn wait_for_change(
        &self,
        path: &str,
        version: &str,
        limit: Duration,
    ) -> Result<(), SandboxError> {
        let seconds = limit.as_secs().max(1);
        let path = format!("{path}?watch=true&resourceVersion={version}&timeoutSeconds={seconds}");
        let what = format!("watch {path}");
        let mut response = send(&what, self.request(Method::GET, &path).timeout(limit + LIMIT)).await?;
        let first = tokio::time::timeout(limit, response.chunk()).await;
        first.map_or(Ok(()), |chunk| chunk.map(drop).map_err(|why| SandboxError::failed(what, chain(&why))))
    }
}

fn client(cluster: &Cluster, user: &User, user_agent: &str) -> Result<Client, String> {
    let decode = |text: &Option<String>| text.as_ref().and_then(|text| STANDARD.decode(text.trim()).ok());
    let mut builder = Client::builder().no_proxy().user_agent(user_agent);
    if let Some(ca) = decode(&cluster.certificate_authority_data) {
        let certificates = Certificate::from_pem_bundle(&ca).map_err(|why| chain(&why))?;
        builder = builder.tls_certs_only(certificates);
    }
    if let (Some(certificate), Some(key)) =
        (decode(&user.client_certificate_data), decode(&user.client_key_data))
    {
        let pem = [certificate, b"\n".to_vec(), key].concat();
        builder = builder.identity(Identity::from_pem(&pem).map_err(|why| chain(&why))?);
    }
    builder.build().map_err(|why| chain(&why))
}

async fn answer(what: &str, request: RequestBuilder) -> Result<Value, SandboxError> {
    read(what, send(what, request).await?).await
}

async fn send(what: &str, request: RequestBuilder) -> Result<Response, SandboxError> {
    request.send().await.map_err(|why| SandboxError::failed(what, chain(&why)))
}

async fn read(what: &str, response: Response) -> Result<Value, SandboxError> {
    let status = response.status();
    let body = response.bytes().await.map_err(|why| SandboxError::failed(what, chain(&why)))?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status.is_success() {
        return Ok(body);
    }
    Err(SandboxError::failed(what, format!("{status}: {}", body["message"].as_str().unwrap_or_default())))
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
