//! What stands behind the door: the double or the real programs, asked the same things.

use serde_json::Value;

use crate::cluster::access::certs::{Identity, Validity};
use crate::cluster::double::Double;
use crate::cluster::error::ClusterError;
use crate::cluster::options::Request;
use crate::cluster::real::Real;

/// One of the two.
pub(super) enum Backing {
    /// In this process.
    Double(Double),
    /// Processes of their own.
    Real(Box<Real>),
}

impl Backing {
    /// The double, where there is one to be tampered with.
    pub(super) fn double(&self) -> Option<&Double> {
        match self {
            Self::Double(double) => Some(double),
            Self::Real(_) => None,
        }
    }

    pub(super) fn port(&self) -> u16 {
        match self {
            Self::Double(double) => double.port(),
            Self::Real(real) => real.port(),
        }
    }

    pub(super) fn ca_pem(&self) -> String {
        match self {
            Self::Double(double) => double.ca_pem(),
            Self::Real(real) => real.ca_pem(),
        }
    }

    pub(super) fn admin_token(&self) -> String {
        match self {
            Self::Double(double) => double.admin_token(),
            Self::Real(real) => real.admin_token(),
        }
    }

    pub(super) fn client(
        &self,
        user: &str,
        group: Option<&str>,
        validity: &Validity,
    ) -> Result<Identity, ClusterError> {
        match self {
            Self::Double(double) => double.client(user, group, validity),
            Self::Real(real) => real.client(user, group, validity),
        }
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        match self {
            Self::Double(double) => double.shared.log().clone(),
            Self::Real(real) => real.requests(),
        }
    }

    pub(super) async fn object(&self, path: &str) -> Result<Option<Value>, ClusterError> {
        match self {
            Self::Double(double) => Ok(double.object(path)),
            Self::Real(real) => real.object(path).await,
        }
    }

    pub(super) async fn objects(&self) -> Result<Vec<Value>, ClusterError> {
        match self {
            Self::Double(double) => Ok(double.objects()),
            Self::Real(real) => real.objects().await,
        }
    }

    pub(super) async fn put(&self, object: &Value, manager: &str) -> Result<Value, ClusterError> {
        match self {
            Self::Double(double) => double.put(object, manager),
            Self::Real(real) => real.put(object, manager).await,
        }
    }

    pub(super) async fn delete(&self, path: &str) -> Result<bool, ClusterError> {
        match self {
            Self::Double(double) => Ok(double.delete(path)),
            Self::Real(real) => real.delete(path).await,
        }
    }

    /// Whether objects of the kinds that `definition` makes can be written already.
    pub(super) async fn serves(&self, definition: &Value) -> bool {
        match self {
            Self::Double(double) => double.serves(definition),
            Self::Real(real) => real.serves(definition).await,
        }
    }

    pub(super) async fn recreate(&self) -> Result<(), ClusterError> {
        match self {
            Self::Double(double) => double.recreate().await,
            Self::Real(real) => real.recreate().await,
        }
    }
}
