use url::Url;

/// Whether two addresses lead to the same API server: compared as URLs, so that the case of scheme and host, the
/// scheme's own port and slashes at the end make no difference.
pub fn same_server(one: &str, other: &str) -> bool {
    normal(one) == normal(other)
}

/// An address as it is compared.
pub(crate) fn normal(address: &str) -> String {
    let address = address.trim();
    as_url(address).unwrap_or_else(|| address.to_owned())
}

fn as_url(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?.trim_end_matches('.');
    let port = url.port_or_known_default().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}://{host}{port}{}", url.scheme(), url.path().trim_end_matches('/')))
}
