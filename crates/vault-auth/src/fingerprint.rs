use std::fmt::{self, Write as _};

use secret::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::{ca, host};

/// What was written to which mount: equal fingerprints, same host, authority and reviewer token in the same mount. It
/// stands for what can't be read back: never the token, and for some Vault tokens nothing at all. Shows nothing of
/// what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(String);

/// What a fingerprint is made of: everything that a write puts there.
pub(crate) struct Parts<'a> {
    pub address: &'a str,
    pub namespace: Option<&'a str>,
    pub mount: &'a str,
    pub accessor: Option<&'a str>,
    pub host: &'a str,
    pub authority: &'a str,
    pub service_account_uid: &'a str,
    pub jwt: &'a SecretString,
}

impl Fingerprint {
    /// One that was written down, as the record keeps it.
    pub fn from_record(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Fit for the record: 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn of(parts: &Parts<'_>) -> Self {
        let jwt = hex(&Sha256::digest(parts.jwt.expose_secret()));
        let authority = hex(&Sha256::digest(ca::digests(parts.authority).concat()));
        let list = [
            parts.address,
            parts.namespace.unwrap_or_default(),
            parts.mount,
            parts.accessor.unwrap_or_default(),
            &host::normal(parts.host),
            &authority,
            parts.service_account_uid,
            &jwt,
        ];
        Self(hex(&Sha256::digest(list.join("\n"))))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}
