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
    /// The connection broke in some other way.
    Broken {
        /// The innermost cause.
        said: String,
    },
}

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
    if via { Fault::Proxy(of_proxy(&causes)) } else { of_server(&causes) }
}

fn tls(causes: &Causes<'_>) -> Option<TlsProblem> {
    let error = causes.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>());
    let closed = || says(causes, "tls handshake eof").map(|_| TlsProblem::Closed);
    error.map(TlsProblem::of).or_else(closed)
}

fn of_server(causes: &Causes<'_>) -> Fault {
    match kind(causes) {
        _ if says(causes, "dns error").is_some() => Fault::Dns,
        Some(ErrorKind::ConnectionRefused) => Fault::Refused,
        Some(ErrorKind::TimedOut) => Fault::TimedOut,
        _ if says(causes, "operation timed out").is_some() => Fault::TimedOut,
        _ => Fault::Broken { said: innermost(causes) },
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
            "failed to create underlying connection" | "io error establishing tunnel" => {}
            "unsuccessful" => return ProxyProblem::NoTunnel { said: String::new() },
            _ => return ProxyProblem::NoTunnel { said: text },
        }
    }
    match of_server(causes) {
        Fault::Dns => ProxyProblem::Dns,
        Fault::Refused => ProxyProblem::Refused,
        Fault::TimedOut => ProxyProblem::TimedOut,
        _ => ProxyProblem::Broken { said: said(innermost(causes)) },
    }
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
