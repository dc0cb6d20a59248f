//! The two domains of a cluster: the one of cluster.yaml, and the one of the cluster's routes.

use std::fmt;

use serde::Serialize;

use crate::{ValueError, rules};

/// `dns.base_domain`: a DNS name, the parent domain of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseDomain(String);

impl BaseDomain {
    /// Reads a base domain as it was written.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        rules::base_domain(text).map(|()| Self(text.to_owned()))
    }

    /// The domain as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BaseDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `apps.<name>.<dns.base_domain>`: the domain of the cluster's routes, handed to the script as `BASE_DOMAIN`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AppsDomain(String);

impl AppsDomain {
    /// Takes a domain from a record or a mask, unchecked; a missing one is empty.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The domain as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AppsDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
