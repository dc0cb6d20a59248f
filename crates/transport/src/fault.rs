//! From the errors of the HTTP clients, which wrap what happened several times over, to what happened.

use std::error::Error;
use std::io::{self, ErrorKind};

use crate::causes::causes;
use crate::problem::TlsProblem;
use crate::proxy::Proxy;
use crate::proxy_problem::ProxyProblem;

/// Why a request got no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No TLS connection to the server.
    Tls(TlsProblem),
    /// The proxy, not the server, is what failed.
    Proxy(ProxyProblem),
    /// The server's name has no address.
    Dns,
    /// Nothing listens at the server's address.
    Refused,
    /// No answer in time.
    TimedOut,
    /// What answers on this plain connection is no HTTP, as where TLS is spoken.
    WantsTls,
    /// The connection broke in some other way.
    Broken {
        /// In our words where the cause is a known one, with the library's in brackets; else the innermost cause.
        said: String,
    },
}

/// What the clients say where the connection to the proxy itself failed.
const UNREACHED: &str = "failed to create underlying connection";
/// An answer that broke off.
const CUT: &str = "the server closed the connection before its answer was complete \
                   (a proxy or load balancer on the way may cut it)";

type Causes<'a> = [&'a (dyn Error + 'static)];

/// The fault that the error of `reqwest` or `kube` is. `encrypted` says whether the server itself is reached with TLS.
pub fn fault(error: &(dyn Error + 'static), proxy: Option<&Proxy>, encrypted: bool) -> Fault {
    let causes = causes(error);
    let via = proxy.is_some() && is_connecting(&causes);
    if let Some(problem) = tls(&causes) {
        let of_proxy = via && (!encrypted || says(&causes, "tunnel error").is_some());
        return if of_proxy {
            Fault::Proxy(ProxyProblem::Tls(Box::new(problem)))
        } else {
            Fault::Tls(problem)
        };
    }
    if via { Fault::Proxy(of_proxy(&causes)) } else { of_server(&causes, encrypted) }
}

fn tls(causes: &Causes<'_>) -> Option<TlsProblem> {
    let error = causes.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>());
    let closed = || says(causes, "tls handshake eof").map(|_| TlsProblem::Closed);
    error.map(TlsProblem::of).or_else(closed)
}

fn of_server(causes: &Causes<'_>, encrypted: bool) -> Fault {
    match kind(causes) {
        _ if says(causes, "dns error").is_some() => Fault::Dns,
        Some(ErrorKind::ConnectionRefused) => Fault::Refused,
        Some(ErrorKind::TimedOut) => Fault::TimedOut,
        _ if says(causes, "operation timed out").is_some() => Fault::TimedOut,
        _ if !encrypted && says(causes, "invalid HTTP version").is_some() => Fault::WantsTls,
        _ => Fault::Broken { said: broken(causes) },
    }
}

/// What is known of a broken connection, in our words.
fn broken(causes: &Causes<'_>) -> String {
    let cut = says(causes, "connection closed before message completed").is_some();
    if cut || kind(causes) == Some(ErrorKind::UnexpectedEof) {
        return CUT.to_owned();
    }
    match says(causes, "invalid HTTP ") {
        Some(text) => format!("the answer is no HTTP ({text})"),
        None => innermost(causes),
    }
}

fn of_proxy(causes: &Causes<'_>) -> ProxyProblem {
    let said = |text: String| text.rsplit_once("error: ").map_or(text.clone(), |(_, rest)| rest.to_owned());
    if let Some(text) = says(causes, "SOCKS error").or_else(|| says(causes, "tunnel error")) {
        let text = said(text);
        match text.as_str() {
            "proxy authorization required"
            | "credentials not accepted"
            | "server does not support user/pass authentication"
            | "server implements authentication incorrectly" => return ProxyProblem::WantsLogin,
            "failed parsing server response"
            | "unexpected end of file"
            | "proxy response headers too long"
            | "io error during SOCKS handshake" => return ProxyProblem::NoProxy { said: text },
            UNREACHED if causes.last().is_some_and(|cause| cause.to_string().ends_with(UNREACHED)) => {
                return unreached(causes);
            }
            UNREACHED | "io error establishing tunnel" => {}
            "unsuccessful" => return ProxyProblem::NoTunnel { said: String::new() },
            _ => return ProxyProblem::NoTunnel { said: text },
        }
    }
    match of_server(causes, false) {
        Fault::Dns => ProxyProblem::Dns,
        Fault::Refused => ProxyProblem::Refused,
        Fault::TimedOut => ProxyProblem::TimedOut,
        _ => ProxyProblem::Broken { said: said(innermost(causes)) },
    }
}

/// Why there is no connection to the proxy itself, where the client's error hides its cause from `source()`: that of
/// SOCKS shows it in its `Debug` text alone.
fn unreached(causes: &Causes<'_>) -> ProxyProblem {
    let shown = causes.last().map(|cause| format!("{cause:?}")).unwrap_or_default();
    let known = [
        ("dns error", ProxyProblem::Dns),
        ("ConnectionRefused", ProxyProblem::Refused),
        ("TimedOut", ProxyProblem::TimedOut),
    ];
    let found = known.into_iter().find(|(words, _)| shown.contains(words));
    let other = || ProxyProblem::Broken { said: "no way to its host and port".to_owned() };
    found.map_or_else(other, |(_, problem)| problem)
}

/// Whether the connection was still being made.
fn is_connecting(causes: &Causes<'_>) -> bool {
    causes.iter().any(|cause| {
        cause.downcast_ref::<hyper_util::client::legacy::Error>().is_some_and(|error| error.is_connect())
    })
}

/// The text of the first cause that begins with `words`. The clients' types for it are private.
fn says(causes: &Causes<'_>, words: &str) -> Option<String> {
    causes.iter().map(ToString::to_string).find(|text| text.starts_with(words))
}

fn kind(causes: &Causes<'_>) -> Option<ErrorKind> {
    let io = causes.iter().filter_map(|cause| cause.downcast_ref::<io::Error>());
    io.map(io::Error::kind).find(|kind| *kind != ErrorKind::Other)
}

fn innermost(causes: &Causes<'_>) -> String {
    secret::one_line(&causes.last().map(ToString::to_string).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    /// As the SOCKS client's error: its cause is in its `Debug` text alone.
    #[derive(thiserror::Error)]
    #[error("SOCKS error: failed to create underlying connection")]
    struct Hidden(&'static str);

    impl fmt::Debug for Hidden {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    #[test]
    fn a_socks_proxy_that_is_not_reached_is_told_as_any_other_proxy() {
        let of = |shown: &'static str| of_proxy(&causes(&Hidden(shown)));
        let refused = "Inner(ConnectError(\"tcp connect error\", 127.0.0.1:1, Os { code: 111, kind: ConnectionRefused, \
                       message: \"Connection refused\" }))";
        assert_eq!(of(refused), ProxyProblem::Refused);
        let late =
            "Inner(ConnectError(\"tcp connect error\", Custom { kind: TimedOut, error: Elapsed(()) }))";
        assert_eq!(of(late), ProxyProblem::TimedOut);
        assert_eq!(
            of("Inner(ConnectError(\"dns error\", Custom { kind: Uncategorized }))"),
            ProxyProblem::Dns
        );
        let ProxyProblem::Broken { said } = of("Inner(NetworkUnreachable)") else {
            panic!("another problem")
        };
        assert_eq!(said, "no way to its host and port");
    }
}
