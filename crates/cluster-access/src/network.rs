use std::net::IpAddr;

use url::{Host, Url};

/// The proxy settings of the environment, as they were set.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// `HTTPS_PROXY`
    pub https_proxy: Option<String>,
    /// `HTTP_PROXY`
    pub http_proxy: Option<String>,
    /// `NO_PROXY`: names (with their subdomains), addresses, networks (`10.0.0.0/8`), each with or without a port;
    /// `*` for everything.
    pub no_proxy: Option<String>,
}

/// The proxy that was decided on.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    url: String,
    origin: &'static str,
}

impl Proxy {
    /// Which proxy stands between us and `server`, as client-go decides it: the kubeconfig's `proxy-url` always,
    /// else the environment's by the server's scheme, unless `NO_PROXY` (or loopback) exempts the server.
    pub fn choose(proxy_url: Option<&str>, server: &str, network: &Network) -> Option<Self> {
        if let Some(url) = proxy_url {
            return Some(Self { url: url.into(), origin: "proxy-url of the kubeconfig" });
        }
        let target = Url::parse(server).ok()?;
        let (url, origin) = match target.scheme() {
            "https" => (network.https_proxy.as_deref()?, "HTTPS_PROXY"),
            _ => (network.http_proxy.as_deref()?, "HTTP_PROXY"),
        };
        if url.trim().is_empty() || is_exempt(&target, network.no_proxy.as_deref().unwrap_or_default()) {
            return None;
        }
        let url = url.trim();
        let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        Some(Self { url, origin })
    }

    pub(crate) fn uri(&self) -> Result<http::Uri, String> {
        let url = Url::parse(&self.url).map_err(|error| format!("{} is no URL: {error}", self.origin))?;
        match url.scheme() {
            "http" | "https" | "socks5" => {}
            other => {
                return Err(format!(
                    "{}: a proxy of scheme {other} is not supported, only http, https and socks5",
                    self.origin
                ));
            }
        }
        self.url.parse().map_err(|error| format!("{} is no URL: {error}", self.origin))
    }
}

/// Without the login that may stand in it: `http://proxy:3128 (HTTPS_PROXY)`
impl std::fmt::Display for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match Url::parse(&self.url) {
            Ok(url) => {
                write!(f, "{}://{}", url.scheme(), url.host_str().unwrap_or_default())?;
                if let Some(port) = url.port() {
                    write!(f, ":{port}")?;
                }
            }
            Err(_) => f.write_str("(no URL)")?,
        }
        write!(f, " ({})", self.origin)
    }
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// Go's rule (`golang.org/x/net/http/httpproxy`), which client-go and so kubectl and oc follow.
fn is_exempt(target: &Url, no_proxy: &str) -> bool {
    let Some(host) = target.host() else { return false };
    let port = target.port_or_known_default();
    let address = match &host {
        Host::Ipv4(address) => Some(IpAddr::from(*address)),
        Host::Ipv6(address) => Some(IpAddr::from(*address)),
        Host::Domain(_) => None,
    };
    let name = host.to_string().to_lowercase();
    if name == "localhost" || address.is_some_and(|address| address.is_loopback()) {
        return true;
    }
    no_proxy.split(',').map(|entry| entry.trim().to_lowercase()).any(|entry| match address {
        _ if entry == "*" => true,
        Some(address) => entry_has_address(&entry, address, port),
        None => entry_has_name(&entry, &name, port),
    })
}

fn entry_has_address(entry: &str, address: IpAddr, port: Option<u16>) -> bool {
    if let Some((network, bits)) = entry.split_once('/') {
        return match (network.parse(), bits.parse()) {
            (Ok(network), Ok(bits)) => network_has(network, bits, address),
            _ => false,
        };
    }
    let (host, wanted) = split_port(entry);
    host.trim_matches(['[', ']']).parse() == Ok(address) && wanted.is_none_or(|wanted| port == Some(wanted))
}

fn network_has(network: IpAddr, bits: u32, address: IpAddr) -> bool {
    let prefix = |bytes: &[u8]| {
        let whole = bytes.iter().fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
        let width = bytes.len() as u32 * 8;
        (bits <= width).then(|| whole.checked_shr(width - bits).unwrap_or(0))
    };
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            prefix(&network.octets()).is_some_and(|wanted| prefix(&address.octets()) == Some(wanted))
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            prefix(&network.octets()).is_some_and(|wanted| prefix(&address.octets()) == Some(wanted))
        }
        _ => false,
    }
}

/// `example.com` exempts itself and its subdomains, `.example.com` and `*.example.com` its subdomains alone.
fn entry_has_name(entry: &str, name: &str, port: Option<u16>) -> bool {
    let (host, wanted) = split_port(entry);
    if host.is_empty() || wanted.is_some_and(|wanted| port != Some(wanted)) {
        return false;
    }
    let name = name.trim_end_matches('.');
    match host.strip_prefix("*.").or_else(|| host.strip_prefix('.')) {
        Some(parent) => name.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.')),
        None => name == host || name.strip_suffix(host).is_some_and(|rest| rest.ends_with('.')),
    }
}

fn split_port(entry: &str) -> (&str, Option<u16>) {
    if entry.matches(':').count() > 1 && !entry.starts_with('[') {
        return (entry, None);
    }
    match entry.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => match port.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(server: &str, no_proxy: &str, exempt: bool) {
        let network = Network {
            https_proxy: Some("proxy:3128".into()),
            http_proxy: Some("http://plain:80".into()),
            no_proxy: Some(no_proxy.into()),
        };
        let proxy = Proxy::choose(None, server, &network);
        assert_eq!(proxy.is_none(), exempt, "{server} with NO_PROXY={no_proxy}: {proxy:?}");
    }

    #[test]
    fn a_name_exempts_itself_and_its_subdomains() {
        check("https://api.demo.example.com:6443", "demo.example.com", true);
        check("https://demo.example.com:6443", "demo.example.com", true);
        check("https://api.otherdemo.example.com:6443", "demo.example.com", false);
    }

    #[test]
    fn a_leading_dot_or_star_exempts_subdomains_alone() {
        check("https://api.example.com", ".example.com", true);
        check("https://api.example.com", "*.example.com", true);
        check("https://example.com", ".example.com", false);
    }

    #[test]
    fn upper_case_and_spaces_do_not_matter() {
        check("https://API.Example.com", " foo , EXAMPLE.com ", true);
    }

    #[test]
    fn a_port_narrows_the_exemption() {
        check("https://api.example.com:6443", "example.com:6443", true);
        check("https://api.example.com:6443", "example.com:443", false);
        check("https://api.example.com", "example.com:443", true);
        check("https://10.0.0.1:6443", "10.0.0.1:6443", true);
        check("https://10.0.0.1:6443", "10.0.0.1:443", false);
    }

    #[test]
    fn a_network_exempts_its_addresses_alone() {
        check("https://10.1.2.3:6443", "10.0.0.0/8", true);
        check("https://11.1.2.3:6443", "10.0.0.0/8", false);
        check("https://11.1.2.3:6443", "0.0.0.0/0", true);
        check("https://[fd00::1]:6443", "fd00::/8", true);
        check("https://[fe00::1]:6443", "fd00::/8", false);
        check("https://10.example.com:6443", "10.0.0.0/8", false);
        check("https://10.1.2.3:6443", "10.0.0.0/99", false);
    }

    #[test]
    fn addresses_are_compared_as_addresses() {
        check("https://[fd00::1]:6443", "fd00:0::0001", true);
        check("https://[fd00::1]:6443", "[fd00::1]:6443", true);
        check("https://192.168.1.10:6443", "192.168.1.1", false);
    }

    #[test]
    fn a_star_exempts_everything_and_nothing_exempts_nothing() {
        check("https://api.example.com", "*", true);
        check("https://10.0.0.1", "foo,*", true);
        check("https://api.example.com", "", false);
        check("https://api.example.com", ",", false);
    }

    #[test]
    fn loopback_never_goes_through_the_environments_proxy() {
        check("https://127.0.0.1:6443", "", true);
        check("https://localhost:6443", "", true);
        check("https://[::1]:6443", "", true);
    }

    #[test]
    fn the_proxy_of_the_kubeconfig_wins_over_everything() {
        let network = Network { no_proxy: Some("*".into()), ..Network::default() };
        let proxy = Proxy::choose(Some("socks5://127.0.0.1:1080"), "https://127.0.0.1:6443", &network);
        assert_eq!(
            proxy.map(|it| it.to_string()).as_deref(),
            Some("socks5://127.0.0.1:1080 (proxy-url of the kubeconfig)")
        );
    }

    #[test]
    fn the_scheme_of_the_server_chooses_the_proxy() {
        let network = Network {
            https_proxy: Some("http://user:hunter22@secure:1".into()),
            http_proxy: Some("plain:2".into()),
            no_proxy: None,
        };
        let chosen = |server| Proxy::choose(None, server, &network).map(|it| it.to_string());
        assert_eq!(chosen("https://api.example.com").as_deref(), Some("http://secure:1 (HTTPS_PROXY)"));
        assert_eq!(chosen("http://api.example.com").as_deref(), Some("http://plain:2 (HTTP_PROXY)"));
    }

    #[test]
    fn a_proxy_of_an_unknown_scheme_is_said_without_its_login() {
        let proxy = Proxy::choose(Some("ftp://me:hunter22@host"), "https://a.b", &Network::default());
        let said = proxy.and_then(|it| it.uri().err()).unwrap_or_default();
        assert_eq!(
            said,
            "proxy-url of the kubeconfig: a proxy of scheme ftp is not supported, only http, https and socks5"
        );
    }
}
