//! One rule for every server that is reached over the network: which certificate is trusted, which proxy stands between,
//! why a connection failed, and when a request is sent again.
//!
//! Knows TLS certificates, Go's proxy rule, the errors of the HTTP clients, and the retry policy of each server. Never opens a connection, never reads a
//! file or the environment, and never shows the login of a proxy.

mod causes;
mod certificate;
mod fault;
mod no_proxy;
mod problem;
mod proxy;
mod proxy_problem;
mod retry;
mod retry_after;
mod settings;
mod trust;
mod verifier;

pub use certificate::Certificate;
pub use fault::{Fault, fault};
pub use problem::{Known, TlsProblem};
pub use proxy::{Network, Proxy, ProxyScheme, ProxyTarget};
pub use proxy_problem::ProxyProblem;
pub use retry::{Failed, Retry};
pub use retry_after::retry_after;
pub use settings::Settings;
pub use trust::{Identity, PemProblem, Trust, certificates};
