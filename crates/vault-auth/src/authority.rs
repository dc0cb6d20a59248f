//! The authority that signed the API server's certificate.

/// An authority and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// One or more certificates, PEM.
    pub pem: String,
    /// `ConfigMap openshift-gitops/kube-root-ca.crt`, or `VAULT_KUBERNETES_CA_CERT`.
    pub origin: String,
}
