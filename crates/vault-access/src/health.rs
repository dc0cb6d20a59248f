use serde::Deserialize;
use vaultrs::api::sys::requests::ReadHealthRequest;

use crate::error::VaultError;
use crate::request::Vault;
use crate::sender::As;

/// How a Vault is, as it tells everybody.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Health {
    /// It was set up.
    pub initialized: bool,
    /// It has to be unsealed first.
    pub sealed: bool,
    /// Its version, "1.20.0" or OpenBao's "2.7.2".
    #[serde(default = "unknown")]
    pub version: String,
}

fn unknown() -> String {
    "unknown".to_owned()
}

impl Vault {
    /// Asks how Vault is: without a token and outside every namespace, so nothing but Vault itself can be the cause.
    ///
    /// # Errors
    /// Not to be reached, not to be trusted, redirected, or no Vault at all. Sealed is an answer, not an error.
    pub async fn health(&self) -> Result<Health, VaultError> {
        // Every state becomes a plain answer instead of a status code of its own.
        let request = ReadHealthRequest {
            standbyok: Some(true),
            perfstandbyok: Some(true),
            sealedcode: Some(200),
            uninitcode: Some(200),
            drsecondarycode: Some(200),
            ..ReadHealthRequest::default()
        };
        let answer = self.read(&request, As::Nobody).await?;
        match answer.body() {
            Some(health) => Ok(health),
            None if answer.is_success() => Err(answer.lacks("initialized or sealed")),
            None => Err(answer.error()),
        }
    }

    /// Like [`Vault::health`], but a Vault that can't be used is an error.
    ///
    /// # Errors
    /// Those of [`Vault::health`], [`VaultError::Sealed`] and [`VaultError::Uninitialized`].
    pub async fn ready(&self) -> Result<Health, VaultError> {
        let health = self.health().await?;
        let address = || self.address().to_owned();
        match health {
            Health { initialized: false, .. } => Err(VaultError::Uninitialized { address: address() }),
            Health { sealed: true, .. } => Err(VaultError::Sealed { address: address() }),
            ready => Ok(ready),
        }
    }
}
