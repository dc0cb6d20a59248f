use crate::problem::TlsProblem;
use crate::settings::Settings;

/// Why a proxy gave no connection. The subject of every text is the proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyProblem {
    /// The setting is no URL.
    #[error("its address is no URL")]
    NoUrl,
    /// The scheme is none that is supported.
    #[error("its scheme {scheme} is not supported, only http, https, socks5 and socks5h")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// The proxy's name has no address.
    #[error("its host name has no address")]
    Dns,
    /// Nothing listens at the proxy's address.
    #[error("it refused the connection")]
    Refused,
    /// The proxy did not answer in time.
    #[error("it did not answer in time")]
    TimedOut,
    /// 407, or the SOCKS proxy did not accept the login.
    #[error("it wants a login, or refuses the one it got (407)")]
    WantsLogin,
    /// The proxy answered, and did not connect.
    #[error("it did not connect to the server{}", in_brackets(said))]
    NoTunnel {
        /// The library's words.
        said: String,
    },
    /// What answers there is no proxy of that kind.
    #[error("what answers there is no proxy of this kind{}", in_brackets(said))]
    NoProxy {
        /// The library's words.
        said: String,
    },
    /// An https:// proxy that is not trusted.
    #[error("no secure connection to the proxy: {0}")]
    Tls(Box<TlsProblem>),
    /// The proxy can't be reached, or broke the connection.
    #[error("the connection to it failed ({said})")]
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
    pub fn hint(&self, origin: &str, settings: &Settings) -> Option<String> {
        // NO_PROXY counts for the proxies of the environment alone.
        let exempted = match origin.to_ascii_uppercase().as_str() {
            "HTTPS_PROXY" | "HTTP_PROXY" | "ALL_PROXY" => "add it to NO_PROXY, or ",
            _ => "",
        };
        let past = format!("or reach {} without it: {exempted}unset {origin}", settings.place);
        Some(match self {
            Self::NoUrl | Self::Scheme { .. } => {
                format!("set {origin} to a proxy's URL, such as http://proxy.example:3128, or unset it")
            }
            Self::Dns | Self::Refused | Self::TimedOut | Self::Broken { .. } => {
                format!("check host and port of the proxy in {origin}, {past}")
            }
            Self::WantsLogin => {
                format!("put user and password into {origin} (http://USER:PASSWORD@HOST:PORT), {past}")
            }
            Self::NoTunnel { .. } => {
                format!("have {} allowed by the proxy in {origin}, {past}", settings.place)
            }
            Self::NoProxy { .. } => format!("check scheme and port of the proxy in {origin}, {past}"),
            Self::Tls(problem) if **problem == TlsProblem::NoTls => {
                format!("write http:// in place of https:// in {origin}, {past}")
            }
            Self::Tls(_) => format!("check the certificate of the proxy in {origin}, {past}"),
        })
    }
}
