use secret::SecretString;

use super::GitConfig;

/// The proxy on the way to a host. Its URL may hold a login.
pub(crate) struct Proxy {
    pub(crate) url: SecretString,
    /// The same without the login.
    pub(crate) shown: String,
    /// The hosts that are reached without it.
    pub(crate) except: Option<String>,
}

/// `http.proxy` wins over the environment; empty, it means none. `NO_PROXY` counts for both, as in Git.
pub(super) fn proxy(config: &GitConfig, url: &str) -> Option<Proxy> {
    let configured = config.http(url, "proxy").pop();
    let (own, own_upper) =
        if url.starts_with("https:") { ("https_proxy", "HTTPS_PROXY") } else { ("http_proxy", "HTTP_PROXY") };
    let from_env =
        || [own, own_upper, "all_proxy", "ALL_PROXY"].into_iter().find_map(|name| config.env(name));
    let proxy = configured.or_else(from_env).filter(|proxy| !proxy.is_empty())?;
    let proxy = if proxy.contains("://") { proxy.to_owned() } else { format!("http://{proxy}") };
    let except = config.env("no_proxy").or_else(|| config.env("NO_PROXY")).map(str::to_owned);
    Some(Proxy { shown: without_login(&proxy), url: proxy.into(), except })
}

/// Also of one that is no URL: a proxy's address has no path that an `@` could stand in.
fn without_login(proxy: &str) -> String {
    let (scheme, rest) = proxy.split_once("://").unwrap_or(("http", proxy));
    format!("{scheme}://{}", rest.rsplit_once('@').map_or(rest, |(_, host)| host))
}
