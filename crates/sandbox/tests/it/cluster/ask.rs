//! A plain HTTPS client that logs in as a kubeconfig says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Certificate, Client, Identity, Method};
use sandbox::cluster::{Cluster, User};
use serde_json::{Value, json};

/// A client of one user.
pub struct Ask {
    client: Client,
    server: String,
    token: Option<String>,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub code: u16,
    pub body: Value,
}

impl Answer {
    /// The code and the message of a refusal.
    pub fn refusal(&self) -> (u16, &str) {
        (self.code, self.body["message"].as_str().unwrap_or_default())
    }
}

impl Ask {
    /// As the administrator.
    pub fn admin(cluster: &Cluster) -> Self {
        Self::user(cluster, &User::Admin)
    }

    /// As `user`, with the kubeconfig made for them.
    pub fn user(cluster: &Cluster, user: &User) -> Self {
        let config: Value =
            serde_saphyr::from_str(&cluster.kubeconfig(user).expect("a kubeconfig")).expect("readable");
        let (endpoint, login) = (&config["clusters"][0]["cluster"], &config["users"][0]["user"]);
        let decode = |value: &Value| STANDARD.decode(value.as_str().unwrap_or_default()).expect("base64");
        let ca = Certificate::from_pem(&decode(&endpoint["certificate-authority-data"])).expect("a CA");
        let mut builder = Client::builder().tls_certs_only([ca]).no_proxy().user_agent("ask/1.0");
        if login["client-key-data"].is_string() {
            let mut pem = decode(&login["client-certificate-data"]);
            pem.extend(decode(&login["client-key-data"]));
            builder = builder.identity(Identity::from_pem(&pem).expect("an identity"));
        }
        Self {
            client: builder.build().expect("a client"),
            server: endpoint["server"].as_str().unwrap_or_default().to_owned(),
            token: login["token"].as_str().map(str::to_owned),
        }
    }

    /// One request. A failed connection has the code 0.
    pub async fn ask(&self, method: Method, path: &str, content_type: &str, body: Option<&Value>) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.server));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", content_type).body(body.to_string());
        }
        let Ok(response) = request.send().await else { return Answer { code: 0, body: Value::Null } };
        let code = response.status().as_u16();
        let text = response.text().await.unwrap_or_default();
        Answer { code, body: serde_json::from_str(&text).unwrap_or_else(|_| json!(text)) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, "", None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, "application/json", Some(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PUT, path, "application/json", Some(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, "", None).await
    }

    pub async fn merge(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path, "application/merge-patch+json", Some(&body)).await
    }

    /// Server-side apply; `query` is `fieldManager=…` and what else there is.
    pub async fn apply(&self, path: &str, query: &str, body: Value) -> Answer {
        let path = format!("{path}?{query}");
        self.ask(Method::PATCH, &path, "application/apply-patch+yaml", Some(&body)).await
    }

    /// Asks until the answer is as wanted, for some seconds.
    pub async fn until(&self, path: &str, wanted: impl Fn(&Answer) -> bool) -> Answer {
        let mut answer = self.get(path).await;
        for _ in 0..200 {
            if wanted(&answer) {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            answer = self.get(path).await;
        }
        panic!("{path} stays {} {}", answer.code, answer.body);
    }

    /// The first `count` lines of a watch.
    pub async fn watch(&self, path: &str, count: usize) -> Vec<Value> {
        let mut request = self.client.get(format!("{}{path}", self.server));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let mut response = request.send().await.expect("a watch");
        let (mut events, mut rest) = (Vec::new(), String::new());
        while events.len() < count {
            let Some(chunk) = response.chunk().await.expect("a chunk") else { break };
            rest.push_str(&String::from_utf8_lossy(&chunk));
            while let Some((line, after)) = rest.split_once('\n') {
                events.push(serde_json::from_str(line).expect("an event"));
                rest = after.to_owned();
            }
        }
        events.truncate(count);
        events
    }
}
