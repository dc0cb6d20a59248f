use std::fmt;
use std::sync::Arc;

use rustify::Endpoint;
use rustify::errors::ClientError;
use secret::{Mask, SecretString};

use crate::address::Address;
use crate::answer::{Answer, Asked};
use crate::client;
use crate::error::VaultError;
use crate::sender::{As, Connection, Sender};
use crate::settings::VaultSettings;

/// One Vault, and the token to talk to it with. Clones share their connections.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    connection: Connection,
    /// All secrets that are sent: a server, or what stands before it, may repeat them.
    mask: Mask,
}

impl Vault {
    /// A client made of `settings`. Nothing is sent yet.
    ///
    /// # Errors
    /// Where a setting can't be what it says: told apart by setting.
    pub fn new(settings: VaultSettings) -> Result<Self, VaultError> {
        let mut address = Address::parse(&settings.address)?;
        let token = settings.token_header()?;
        let mask = Mask::new();
        mask.add(&settings.token);
        let namespace = settings.namespace_header()?;
        let proxy = client::proxy(&settings, &address);
        let client = client::client(&settings, &mut address, proxy.as_ref())?;
        let connection = Connection { client, address, proxy, token, namespace, limit: settings.timeout };
        Ok(Self { inner: Arc::new(Inner { connection, mask }) })
    }

    /// Vault's address as written, without a slash at its end.
    pub fn address(&self) -> &str {
        &self.inner.connection.address.shown
    }

    /// The proxy on the way, without its login, and where it came from.
    pub fn proxy(&self) -> Option<String> {
        self.inner.connection.proxy.as_ref().map(ToString::to_string)
    }

    /// The namespace all paths are in, where there is one.
    pub fn namespace(&self) -> Option<&str> {
        self.inner.connection.namespace.as_ref().map(|(name, _)| name.as_str())
    }

    /// From now on no answer's words repeat `secret`.
    pub(crate) fn hide(&self, secret: &SecretString) {
        self.inner.mask.add(secret);
    }

    /// Sends a request that only reads: again a few times where the server or the connection stumbles.
    pub(crate) async fn read(&self, endpoint: &impl Endpoint, who: As<'_>) -> Result<Answer<'_>, VaultError> {
        self.exec(endpoint, who, true).await
    }

    /// Sends a request that writes or deletes, once.
    pub(crate) async fn write(
        &self,
        endpoint: &impl Endpoint,
        who: As<'_>,
    ) -> Result<Answer<'_>, VaultError> {
        self.exec(endpoint, who, false).await
    }

    async fn exec(
        &self,
        endpoint: &impl Endpoint,
        who: As<'_>,
        reads: bool,
    ) -> Result<Answer<'_>, VaultError> {
        let Inner { connection, mask } = self.inner.as_ref();
        let asked = Asked::of(endpoint, self.address(), self.namespace());
        match endpoint.exec(&Sender { connection, who, reads }).await {
            Ok(result) => {
                Answer::of(result.response, asked, mask.clone()).of_vault(connection.proxy.as_ref())
            }
            Err(error) => Err(cause(error).unwrap_or_else(|| asked.unfit())),
        }
    }
}

/// The error of the sender that rustify wrapped. None for an error of rustify's own, which has no URL to send to.
fn cause(error: ClientError) -> Option<VaultError> {
    match error {
        ClientError::GenericError { source } => source.downcast().ok(),
        _ => None,
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("address", &self.address())
            .field("namespace", &self.namespace())
            .finish_non_exhaustive()
    }
}
