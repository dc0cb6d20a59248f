//! One rule for every server that is reached over the network: which certificate is trusted, which proxy stands between,
//! and why a connection failed.
//!
//! Knows TLS certificates, Go's proxy rule, and the errors of the HTTP clients. Never opens a connection, never reads a
//! file or the environment, and never shows the login of a proxy.

mod causes;
mod certificate;
mod fault;
mod no_proxy;
mod problem;
mod proxy;
mod proxy_problem;
mod retry_after;
mod settings;
mod trust;
mod verifier;

pub use certificate::Certificate;
pub use fault::{Fault, fault};
pub use problem::{Known, TlsProblem};
pub use proxy::{Network, Proxy, ProxyScheme, ProxyTarget};
pub use proxy_problem::ProxyProblem;
pub use retry_after::retry_after;
pub use settings::Settings;
pub use trust::{Identity, PemProblem, Trust, certificates};
