use advice::{Advice, Diagnostic};

use crate::problem::TlsProblem;
use crate::settings::Settings;

/// Why a proxy gave no connection. The subject of every text is the proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Diagnostic)]
pub enum ProxyProblem {
    /// The setting is no URL.
    #[error("its address is no URL")]
    #[code("PROXY-001")]
    #[fix("set <setting> to a proxy's URL, such as http://proxy.example:3128, or unset it")]
    NoUrl,
    /// The scheme is none that is supported.
    #[error("its scheme {scheme} is not supported, only http, https, socks5 and socks5h")]
    #[code("PROXY-002")]
    #[fix("set <setting> to a proxy's URL, such as http://proxy.example:3128, or unset it")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// The proxy's name has no address.
    #[error("its host name has no address")]
    #[code("PROXY-003")]
    #[hint("check host and port of the proxy")]
    Dns,
    /// Nothing listens at the proxy's address.
    #[error("it refused the connection")]
    #[code("PROXY-004")]
    #[hint("check host and port of the proxy")]
    Refused,
    /// The proxy did not answer in time.
    #[error("it did not answer in time")]
    #[code("PROXY-005")]
    #[hint("check host and port of the proxy")]
    TimedOut,
    /// 407, or the SOCKS proxy did not accept the login.
    #[error("it wants a login, or refuses the one it got (407)")]
    #[code("PROXY-006")]
    #[fix(
        "put user and password into <setting> (http://USER:PASSWORD@HOST:PORT), or reach <place> without it"
    )]
    WantsLogin,
    /// The proxy answered, and did not connect.
    #[error("it did not connect to the server{}", in_brackets(said))]
    #[code("PROXY-007")]
    #[fix("have <place> allowed by the proxy, or reach it without")]
    NoTunnel {
        /// The library's words.
        said: String,
    },
    /// What answers there is no proxy of that kind.
    #[error("what answers there is no proxy of this kind{}", in_brackets(said))]
    #[code("PROXY-008")]
    #[hint("check scheme and port of the proxy")]
    NoProxy {
        /// The library's words.
        said: String,
    },
    /// An https:// proxy that is not trusted.
    #[error("no secure connection to the proxy: {0}")]
    #[code("PROXY-009")]
    #[hint(when(**_0 == TlsProblem::NoTls), "write http:// in place of https://")]
    #[hint("check the certificate of the proxy")]
    Tls(Box<TlsProblem>),
    /// The proxy can't be reached, or broke the connection.
    #[error("the connection to it failed ({said})")]
    #[code("PROXY-010")]
    #[hint("check host and port of the proxy")]
    Broken {
        /// The library's words.
        said: String,
    },
}

fn in_brackets(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(" ({said})") }
}

impl ProxyProblem {
    /// What to do next. `origin` is the setting that names the proxy.
    pub fn advice(&self, origin: &str, settings: &Settings) -> Advice {
        let place = &settings.place;
        let words = match self {
            Self::NoUrl | Self::Scheme { .. } => {
                let words =
                    format!("set {origin} to a proxy's URL, such as http://proxy.example:3128, or unset it");
                return words.into();
            }
            Self::WantsLogin => {
                format!("put user and password into {origin} (http://USER:PASSWORD@HOST:PORT)")
            }
            Self::NoTunnel { .. } => format!("have {place} allowed by the proxy in {origin}"),
            _ => format!("{} in {origin}", self.hint().unwrap_or_default()),
        };
        Advice::say(format!("{words}, or reach {place} without it: {}unset {origin}", exempted(origin)))
    }
}

/// NO_PROXY counts for the proxies of the environment alone.
fn exempted(origin: &str) -> &'static str {
    match origin.to_ascii_uppercase().as_str() {
        "HTTPS_PROXY" | "HTTP_PROXY" | "ALL_PROXY" => "add it to NO_PROXY, or ",
        _ => "",
    }
}
