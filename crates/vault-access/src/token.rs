use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::error::VaultError;
use crate::request::{As, Vault};

/// What a token may know about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenInfo {
    /// Whether it may look itself up (policy `default`). If not, nothing below is known.
    pub visible: bool,
    /// Seconds until it expires; none for a root token.
    pub ttl_seconds: Option<u64>,
    /// Whether it can be renewed.
    pub renewable: bool,
    /// Its policies.
    pub policies: Vec<String>,
    /// What Vault's audit log calls it.
    pub display_name: String,
}

impl Vault {
    /// Looks the token up by itself.
    ///
    /// # Errors
    /// [`VaultError::InvalidToken`] for a token Vault does not know. One that is valid but may not look itself up is
    /// no error, just not `visible`.
    pub async fn token(&self) -> Result<TokenInfo, VaultError> {
        let path = "auth/token/lookup-self";
        let answer = self.read(path).await?;
        if answer.is_of_unknown_token() {
            return Err(VaultError::InvalidToken { address: self.address().to_owned() });
        }
        if answer.status == 403 {
            return Ok(TokenInfo::default());
        }
        if !answer.is_success() {
            return Err(self.error(answer, path, "read"));
        }
        let data = answer.into_data();
        let ttl = data.get("ttl").and_then(Value::as_u64);
        Ok(TokenInfo {
            visible: true,
            ttl_seconds: ttl.filter(|&ttl| ttl > 0),
            renewable: data.get("renewable").and_then(Value::as_bool).unwrap_or(false),
            policies: data.get("policies").map(strings).unwrap_or_default(),
            display_name: data.get("display_name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        })
    }

    /// What the token may do at each of `paths`, in the words of policies (`read`, `update`, `deny`, `root`). A path
    /// that is not in the answer: not known, the token may not ask.
    ///
    /// # Errors
    /// Whatever keeps Vault from answering; not the lack of a right.
    pub async fn capabilities(&self, paths: &[String]) -> Result<BTreeMap<String, Vec<String>>, VaultError> {
        let path = "sys/capabilities-self";
        let answer = self.ask(Method::POST, path, None, Some(&json!({ "paths": paths })), As::Us).await?;
        if answer.status == 403 && !answer.is_of_unknown_token() {
            return Ok(BTreeMap::new());
        }
        if !answer.is_success() {
            return Err(self.error(answer, path, "update"));
        }
        let data = answer.into_data();
        Ok(paths.iter().filter_map(|path| Some((path.clone(), strings(data.get(path)?)))).collect())
    }
}

pub(crate) fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
