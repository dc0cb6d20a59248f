use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secret::SecretString;

use super::Kubeconfig;
use super::file::{ClusterEntry, ContextEntry, Hidden, Named, UserEntry};

/// For what is asked on behalf of somebody else: no file behind it, and nothing of the user's own login in it.
impl Kubeconfig {
    /// The way to `server` with exactly this authority (PEM) and this token.
    pub fn with_token(server: &str, ca_pem: &str, token: &SecretString) -> Self {
        let mut made = Self::bare(server);
        made.cluster.certificate_authority_data = Some(STANDARD.encode(ca_pem));
        made.user.token = Some(Hidden(token.clone()));
        made
    }

    /// The way to `server` as nobody and believing whoever answers: good for nothing but seeing that someone does.
    pub fn nobody(server: &str) -> Self {
        let mut made = Self::bare(server);
        made.cluster.insecure_skip_tls_verify = Some(true);
        made
    }

    /// The same way (server, proxy, name in the certificate) with exactly this authority (PEM).
    #[must_use]
    pub fn with_authority(&self, ca_pem: &str) -> Self {
        let mut made = self.clone();
        made.cluster.certificate_authority_data = Some(STANDARD.encode(ca_pem));
        made.cluster.insecure_skip_tls_verify = None;
        made
    }

    /// The same way with this token in place of the user's own login.
    #[must_use]
    pub fn as_token(&self, token: &SecretString) -> Self {
        let mut made = self.clone();
        made.context.entry.user = Some("direct".into());
        made.user = UserEntry { token: Some(Hidden(token.clone())), ..UserEntry::default() };
        made
    }

    fn bare(server: &str) -> Self {
        let entry = ContextEntry { cluster: "direct".into(), namespace: None, user: Some("direct".into()) };
        let cluster = ClusterEntry { server: Some(server.into()), ..ClusterEntry::default() };
        Self { context: Named { name: "direct".into(), entry }, cluster, user: UserEntry::default() }
    }
}
