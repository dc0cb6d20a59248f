//! A token of the ServiceAccount that logs in at Vault.

use cluster_access::kube::core::request::Error as RequestError;
use cluster_access::{AccessError, Cluster};
use secret::SecretString;
use serde_json::{Value, json};

use crate::desired::LoginProof;
use crate::error::ProofProblem;

/// A token of the ServiceAccount that shall log in, as a pod of it has one.
pub(crate) async fn request_token(
    cluster: &Cluster,
    login: &LoginProof,
) -> Result<SecretString, ProofProblem> {
    let account = format!("{}/{}", login.namespace, login.service_account);
    let path =
        format!("/api/v1/namespaces/{}/serviceaccounts/{}/token", login.namespace, login.service_account);
    let body = json!({
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
        "spec": { "expirationSeconds": TOKEN_SECONDS },
    });
    let doing = format!("request a token of ServiceAccount {account}");
    let answer = cluster.ask::<Value>(&doing, post(&path, &body)).await;
    let answer = answer.map_err(|cause| ProofProblem::Account { account: account.clone(), cause })?;
    match answer["status"]["token"].as_str() {
        Some(token) => Ok(SecretString::from(token)),
        None => {
            let cause = AccessError::Unusable { doing, detail: "there is no token in the answer".to_owned() };
            Err(ProofProblem::Account { account, cause })
        }
    }
}

pub(crate) fn post(path: &str, body: &Value) -> Result<http::Request<Vec<u8>>, RequestError> {
    http::Request::post(path)
        .header("content-type", "application/json")
        .body(body.to_string().into_bytes())
        .map_err(RequestError::BuildRequest)
}

/// Kubernetes gives no token for less.
const TOKEN_SECONDS: u32 = 600;
