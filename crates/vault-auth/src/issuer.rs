//! The issuer of the tokens that the API server gives to pods: what a mount that checks it has to be told.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cluster_access::Cluster;
use cluster_access::kube::core::request::Error as RequestError;
use secret::{ExposeSecret as _, SecretString};
use serde_json::Value;
use vault_access::KubernetesConfig;

use crate::desired::LoginProof;
use crate::login_token::request_token;
use crate::release::is_released;

/// Whether the mount accepts tokens of one issuer alone, so that it has to be the live one.
pub(crate) fn is_checked(config: &KubernetesConfig) -> bool {
    config.fields.get("disable_iss_validation") == Some(&Value::Bool(false))
        && (config.fields.get("issuer").is_some_and(|issuer| issuer != "") || is_released(&config.host))
}

/// Asks the API server who issues its tokens; one that does not say is asked for a token. `None`: not known.
pub(crate) async fn live(cluster: &Cluster) -> Option<String> {
    let request = http::Request::get("/.well-known/openid-configuration").body(Vec::new());
    let request = request.map_err(RequestError::BuildRequest);
    let said = cluster.ask::<Value>("ask who issues its tokens", request).await.ok();
    match said.as_ref().and_then(|said| said["issuer"].as_str()).filter(|issuer| !issuer.is_empty()) {
        Some(issuer) => Some(issuer.to_owned()),
        None => of_a_token(cluster).await,
    }
}

async fn of_a_token(cluster: &Cluster) -> Option<String> {
    let account = LoginProof {
        role: String::new(),
        namespace: "default".to_owned(),
        service_account: "default".to_owned(),
    };
    claim(&request_token(cluster, &account).await.ok()?)
}

/// The claim `iss` of a JWT.
fn claim(jwt: &SecretString) -> Option<String> {
    let payload = jwt.expose_secret().split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    claims["iss"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_is_read_from_a_token() {
        let token = |claims: &str| SecretString::from(format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims)));
        assert_eq!(claim(&token(r#"{"iss":"https://k8s"}"#)).as_deref(), Some("https://k8s"));
        assert_eq!(claim(&token("{}")), None);
        assert_eq!(claim(&SecretString::from("opaque")), None);
    }

    #[test]
    fn an_issuer_is_checked_where_the_mount_has_one_or_had_one_and_is_told_to() {
        let config = |fields: Value, host: &str| KubernetesConfig {
            host: host.to_owned(),
            fields: fields.as_object().unwrap().clone(),
            ..KubernetesConfig::default()
        };
        let released = crate::release::RELEASED_HOST;
        let cases = [
            (
                serde_json::json!({"disable_iss_validation": false, "issuer": "https://k8s"}),
                "https://a",
                true,
            ),
            (serde_json::json!({"disable_iss_validation": false, "issuer": ""}), "https://a", false),
            (serde_json::json!({"disable_iss_validation": false}), "https://a", false),
            (serde_json::json!({"disable_iss_validation": false, "issuer": ""}), released, true),
            (
                serde_json::json!({"disable_iss_validation": true, "issuer": "https://k8s"}),
                "https://a",
                false,
            ),
            (serde_json::json!({"issuer": "https://k8s"}), released, false),
        ];
        for (fields, host, expect) in cases {
            assert_eq!(is_checked(&config(fields.clone(), host)), expect, "{fields} at {host}");
        }
    }
}
