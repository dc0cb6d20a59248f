use reqwest::Method;
use serde_json::Value;

use crate::error::VaultError;
use crate::request::{As, Vault};

/// Makes every state a plain answer instead of a status code of its own.
const EVERY_STATE: &str =
    "standbyok=true&perfstandbyok=true&sealedcode=200&uninitcode=200&drsecondarycode=200";

/// How a Vault is, as it tells everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// It was set up.
    pub initialized: bool,
    /// It has to be unsealed first.
    pub sealed: bool,
    /// Its version, "1.20.0" or OpenBao's "2.7.2".
    pub version: String,
}

impl Vault {
    /// Asks how Vault is: without a token and outside every namespace, so nothing but Vault itself can be the cause.
    ///
    /// # Errors
    /// Not to be reached, not to be trusted, redirected, or no Vault at all. Sealed is an answer, not an error.
    pub async fn health(&self) -> Result<Health, VaultError> {
        let answer = self.ask(Method::GET, "sys/health", Some(EVERY_STATE), None, As::Nobody).await?;
        let status = answer.status;
        let flag = |key: &str| answer.body.as_ref().and_then(|body| body.get(key)).and_then(Value::as_bool);
        match (flag("initialized"), flag("sealed")) {
            (Some(initialized), Some(sealed)) => {
                let version = answer.body.as_ref().and_then(|body| body.get("version")?.as_str());
                Ok(Health { initialized, sealed, version: version.unwrap_or("unknown").to_owned() })
            }
            _ if answer.is_success() => {
                let (address, said) = (self.address().to_owned(), String::new());
                Err(VaultError::NotVault { address, status, said })
            }
            _ => Err(self.error(answer, "sys/health", "read")),
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
