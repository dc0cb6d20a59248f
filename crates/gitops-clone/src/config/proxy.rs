use transport::{Network, Proxy};

use super::entries::GitConfig;

/// The variables with a proxy's address, which can hold credentials. Git reads them in lower case too.
pub(super) const ADDRESSES: [&str; 3] = [HTTPS_PROXY, HTTP_PROXY, ALL_PROXY];

const HTTPS_PROXY: &str = "HTTPS_PROXY";
const HTTP_PROXY: &str = "HTTP_PROXY";
const ALL_PROXY: &str = "ALL_PROXY";
const NO_PROXY: &str = "NO_PROXY";

/// Returns the proxy for `url`. `http.proxy` wins over the environment; an empty `http.proxy` means no proxy. Else Go's
/// rule is used, as for the cluster and Vault, and then `ALL_PROXY`, as in Git. `NO_PROXY` is used for all of them.
pub(super) fn proxy(config: &GitConfig, url: &str) -> Option<Proxy> {
    let set = |name: &str| config.env(name).or_else(|| config.env(&name.to_ascii_lowercase()));
    let network = Network {
        https_proxy: set(HTTPS_PROXY).map(str::to_owned),
        http_proxy: set(HTTP_PROXY).map(str::to_owned),
        no_proxy: set(NO_PROXY).map(str::to_owned),
    };
    match config.http(url, "proxy").pop() {
        Some(own) if own.trim().is_empty() || network.exempts(url) => None,
        Some(own) => Some(Proxy::own(own, "Git's http.proxy")),
        None => Proxy::choose(url, &network).or_else(|| for_all(set(ALL_PROXY)?, url, network)),
    }
}

/// Returns the proxy of `ALL_PROXY`, if the variable of the URL's scheme is not set.
fn for_all(all: &str, url: &str, mut network: Network) -> Option<Proxy> {
    let of_scheme =
        if url.starts_with("https:") { &mut network.https_proxy } else { &mut network.http_proxy };
    of_scheme.is_none().then(|| *of_scheme = Some(all.to_owned()))?;
    Proxy::choose(url, &network).map(|_| Proxy::own(all, ALL_PROXY))
}
