//! `NO_PROXY` as Go reads it (`golang.org/x/net/http/httpproxy`).

use std::net::IpAddr;

use url::{Host, Url};

/// A host and port, as Go compares them.
struct Target {
    /// In lower case and in ASCII.
    name: String,
    address: Option<IpAddr>,
    port: String,
}

impl Target {
    fn of(url: &Url) -> Option<Self> {
        let host = url.host()?;
        let address = match &host {
            Host::Ipv4(address) => Some(IpAddr::from(*address)),
            Host::Ipv6(address) => Some(IpAddr::from(*address).to_canonical()),
            Host::Domain(_) => None,
        };
        let port = url.port_or_known_default().map(|port| port.to_string()).unwrap_or_default();
        Some(Self { name: host.to_string().to_lowercase(), address, port })
    }
}

/// Loopback is never reached through the proxy of the environment.
pub(crate) fn is_loopback(url: &Url) -> bool {
    Target::of(url).is_some_and(|target| {
        target.name == "localhost" || target.address.is_some_and(|address| address.is_loopback())
    })
}

/// Whether `no_proxy` exempts the server of `url`.
pub(crate) fn exempts(no_proxy: &str, url: &Url) -> bool {
    let Some(target) = Target::of(url) else { return false };
    no_proxy.split(',').map(|entry| entry.trim().to_lowercase()).any(|entry| matches(&entry, &target))
}

fn matches(entry: &str, target: &Target) -> bool {
    if entry == "*" {
        return true;
    }
    if let Some((network, bits)) = network(entry) {
        return target.address.is_some_and(|address| has(network, bits, address));
    }
    let (host, port) = split_port(entry);
    if !port.is_empty() && port != target.port {
        return false;
    }
    match (host.parse::<IpAddr>(), target.address) {
        (Ok(entry), Some(address)) => entry.to_canonical() == address,
        (Err(_), None) => has_name(host, &target.name),
        _ => false,
    }
}

/// `example.com` exempts itself and its subdomains, `.example.com` and `*.example.com` its subdomains alone.
fn has_name(entry: &str, name: &str) -> bool {
    let entry = entry.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(entry);
    let parent = entry.strip_prefix('.').unwrap_or(entry);
    if parent.is_empty() {
        return false;
    }
    let parent = idna::domain_to_ascii(parent).unwrap_or_else(|_| parent.to_owned());
    let is_below = name.strip_suffix(&parent).is_some_and(|rest| rest.ends_with('.'));
    is_below || !entry.starts_with('.') && name == parent
}

/// `10.0.0.0/8`
fn network(entry: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = entry.split_once('/')?;
    let (address, bits) = (address.parse::<IpAddr>().ok()?, bits.parse::<u32>().ok()?);
    (bits <= width(address)).then_some((address, bits))
}

fn has(network: IpAddr, bits: u32, address: IpAddr) -> bool {
    let prefix = |address: IpAddr| number(address).checked_shr(width(address) - bits).unwrap_or(0);
    network.is_ipv4() == address.is_ipv4() && prefix(network) == prefix(address)
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// Go's `net.SplitHostPort`; no port where that fails.
fn split_port(entry: &str) -> (&str, &str) {
    if let Some(rest) = entry.strip_prefix('[') {
        return rest.split_once("]:").unwrap_or((entry, ""));
    }
    match entry.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, port),
        _ => (entry, ""),
    }
}
