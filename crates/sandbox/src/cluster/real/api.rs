//! The helpers' own way to the real server: as an administrator, over HTTPS.

use std::collections::BTreeSet;

use reqwest::{Certificate, Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::cluster::access::certs::Identity;
use crate::cluster::error::ClusterError;
use crate::cluster::objects::kinds::{items, of_definition, text};

/// What the helpers call themselves, so that the request log can leave them out.
pub(super) const USER_AGENT: &str = "sandbox-helper";

/// A client of one server.
pub(super) struct Api {
    client: Client,
    server: String,
}

impl Api {
    pub(super) fn new(server: &str, ca_pem: &str, identity: &Identity) -> Result<Self, ClusterError> {
        let failed = |source| ClusterError::Unreachable { what: "a client".to_owned(), source };
        let pem = format!("{}{}", identity.certificate, identity.key);
        let client = Client::builder()
            .tls_certs_only([Certificate::from_pem(ca_pem.as_bytes()).map_err(failed)?])
            .identity(reqwest::Identity::from_pem(pem.as_bytes()).map_err(failed)?)
            .user_agent(USER_AGENT)
            .no_proxy()
            // A test's runtime ends with it; a connection kept beyond that would be dead.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(failed)?;
        Ok(Self { client, server: server.to_owned() })
    }

    /// Whether the server says that it is ready.
    pub(super) async fn is_ready(&self) -> bool {
        let answer = self.client.get(format!("{}/readyz", self.server)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    pub(super) async fn get(&self, path: &str) -> Result<Option<Value>, ClusterError> {
        self.ask(Method::GET, path, None).await
    }

    /// Whether it was there.
    pub(super) async fn delete(&self, path: &str) -> Result<bool, ClusterError> {
        Ok(self.ask(Method::DELETE, path, None).await?.is_some())
    }

    /// Creates or replaces, and then sets the status where the kind keeps it apart.
    pub(super) async fn put(&self, object: &Value, manager: &str) -> Result<Value, ClusterError> {
        let (collection, status_apart) = self.collection(object).await?;
        let one = format!("{collection}/{}", text(&object["metadata"]["name"]));
        let query = format!("?fieldManager={manager}");
        let written = match self.get(&one).await? {
            None => self.must(Method::POST, &format!("{collection}{query}"), object).await?,
            Some(live) => self.replace(&one, &query, object, live).await?,
        };
        if status_apart && object["status"].is_object() && object["status"] != written["status"] {
            return self.put_status(&one, &query, written, &object["status"]).await;
        }
        Ok(written)
    }

    /// A controller's write that crosses ours is taken in, and ours comes again.
    async fn replace(
        &self,
        one: &str,
        query: &str,
        object: &Value,
        mut live: Value,
    ) -> Result<Value, ClusterError> {
        loop {
            match self.must(Method::PUT, &format!("{one}{query}"), &at_revision(object, &live)).await {
                Err(ClusterError::Refused { code: 409, .. }) => {
                    live = self.get(one).await?.unwrap_or_default();
                }
                other => return other,
            }
        }
    }

    /// The same for the status, which a real server keeps apart.
    async fn put_status(
        &self,
        one: &str,
        query: &str,
        mut written: Value,
        status: &Value,
    ) -> Result<Value, ClusterError> {
        loop {
            written["status"] = status.clone();
            match self.must(Method::PUT, &format!("{one}/status{query}"), &written).await {
                Err(ClusterError::Refused { code: 409, .. }) => {
                    written = self.get(one).await?.unwrap_or_default();
                }
                other => return other,
            }
        }
    }

    /// Whether discovery names all the kinds that `definition` makes, and they can be listed. Until then the server
    /// answers with several refusals, which all mean "not yet".
    pub(super) async fn serves(&self, definition: &Value) -> bool {
        for kind in of_definition(definition) {
            let root = format!("/apis/{}", kind.api_version());
            let known = self.get(&root).await.ok().flatten().unwrap_or_default();
            let named = items(&known["resources"]).any(|one| one["name"] == kind.plural);
            if !named || !matches!(self.get(&format!("{root}/{}", kind.plural)).await, Ok(Some(_))) {
                return false;
            }
        }
        true
    }

    /// Every object of every kind that can be listed, once.
    pub(super) async fn everything(&self) -> Result<Vec<Value>, ClusterError> {
        let (mut objects, mut seen) = (Vec::new(), BTreeSet::new());
        for root in self.roots().await? {
            let kinds = self.get(&root).await?.unwrap_or_default();
            let version = text(&kinds["groupVersion"]);
            let group = version.split_once('/').map_or("", |(group, _)| group).to_owned();
            let listable = |kind: &&Value| items(&kind["verbs"]).any(|verb| verb == "list");
            for kind in items(&kinds["resources"]).filter(listable) {
                if !seen.insert((group.clone(), text(&kind["name"]))) {
                    continue;
                }
                let list = self.get(&format!("{root}/{}", text(&kind["name"]))).await?.unwrap_or_default();
                for item in items(&list["items"]) {
                    let mut object = item.clone();
                    object["kind"] = kind["kind"].clone();
                    object["apiVersion"] = kinds["groupVersion"].clone();
                    objects.push(object);
                }
            }
        }
        Ok(objects)
    }

    /// The paths of all groups in all their versions, the preferred ones first.
    async fn roots(&self) -> Result<Vec<String>, ClusterError> {
        let groups = self.get("/apis").await?.unwrap_or_default();
        let mut roots = vec!["/api/v1".to_owned()];
        for group in items(&groups["groups"]) {
            let all = [&group["preferredVersion"]].into_iter().chain(items(&group["versions"]));
            roots.extend(all.map(|version| format!("/apis/{}", text(&version["groupVersion"]))));
        }
        Ok(roots)
    }

    /// Where objects like this one live, and whether they have a `/status`.
    async fn collection(&self, object: &Value) -> Result<(String, bool), ClusterError> {
        let (version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
        let root = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
        let kinds = self.get(&root).await?.unwrap_or_default();
        let found =
            items(&kinds["resources"]).find(|one| one["kind"] == kind && !text(&one["name"]).contains('/'));
        let found = found.ok_or_else(|| ClusterError::UnknownKind { what: format!("{version} {kind}") })?;
        let plural = text(&found["name"]);
        let status = items(&kinds["resources"]).any(|one| one["name"] == format!("{plural}/status"));
        let place = match object["metadata"]["namespace"].as_str() {
            Some(namespace) if found["namespaced"] == true => {
                format!("{root}/namespaces/{namespace}/{plural}")
            }
            _ => format!("{root}/{plural}"),
        };
        Ok((place, status))
    }

    async fn must(&self, method: Method, path: &str, body: &Value) -> Result<Value, ClusterError> {
        let what = format!("{method} {path}");
        let refused = || ClusterError::Refused { what, code: 404, message: "not found".to_owned() };
        self.ask(method.clone(), path, Some(body)).await?.ok_or_else(refused)
    }

    /// The answer; nothing for what is not there.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Option<Value>, ClusterError> {
        let what = format!("{method} {path}");
        let failed = |source| ClusterError::Unreachable { what: what.clone(), source };
        let mut request = self.client.request(method, format!("{}{path}", self.server));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.map_err(failed)?;
        let code = answer.status();
        let text = answer.text().await.map_err(failed)?;
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|_| json!({"message": text}));
        match code {
            StatusCode::NOT_FOUND if body.is_none() => Ok(None),
            code if code.is_success() => Ok(Some(value)),
            code => Err(ClusterError::Refused { what, code: code.as_u16(), message: text_of(&value) }),
        }
    }
}

fn at_revision(object: &Value, live: &Value) -> Value {
    let mut object = object.clone();
    object["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
    object
}

fn text_of(status: &Value) -> String {
    text(&status["message"])
}
