use std::collections::BTreeMap;

use serde::Deserialize;
use vaultrs::api::token::requests::LookupTokenSelfRequest;

use crate::endpoint::{Capabilities, or_default};
use crate::error::VaultError;
use crate::request::Vault;
use crate::sender::As;

/// What a token may know about itself.
// vaultrs' type for it holds the token, and shows it in `Debug`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct TokenInfo {
    /// Whether it may look itself up (policy `default`). If not, nothing below is known.
    #[serde(skip)]
    pub visible: bool,
    /// Seconds until it expires; none for a root token.
    #[serde(rename = "ttl")]
    pub ttl_seconds: Option<u64>,
    /// Whether it can be renewed.
    #[serde(deserialize_with = "or_default")]
    pub renewable: bool,
    /// Its policies.
    #[serde(deserialize_with = "or_default")]
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
        let answer = self.read(&LookupTokenSelfRequest {}, As::Us).await?;
        if answer.is_of_unknown_token() {
            return Err(VaultError::InvalidToken { address: self.address().to_owned() });
        }
        if answer.status == 403 {
            return Ok(TokenInfo::default());
        }
        if !answer.is_success() {
            return Err(answer.error());
        }
        let found: TokenInfo = answer.data()?;
        Ok(TokenInfo { visible: true, ttl_seconds: found.ttl_seconds.filter(|&ttl| ttl > 0), ..found })
    }

    /// What the token may do at each of `paths`, in the words of policies (`read`, `update`, `deny`, `root`). A path
    /// that is not in the answer: not known, the token may not ask.
    ///
    /// # Errors
    /// Whatever keeps Vault from answering; not the lack of a right.
    pub async fn capabilities(&self, paths: &[String]) -> Result<BTreeMap<String, Vec<String>>, VaultError> {
        let answer = self.read(&Capabilities { paths: paths.to_vec() }, As::Us).await?;
        if answer.status == 403 && !answer.is_of_unknown_token() {
            return Ok(BTreeMap::new());
        }
        if !answer.is_success() {
            return Err(answer.error());
        }
        let mut found: BTreeMap<String, Option<Vec<String>>> = answer.data()?;
        found.retain(|path, _| paths.contains(path));
        Ok(found.into_iter().map(|(path, may)| (path, may.unwrap_or_default())).collect())
    }
}
