use url::Url;

/// Whether two addresses lead to the same API server: compared as URLs, so that the case of scheme and host, the
/// scheme's own port and slashes at the end make no difference.
pub fn same_server(one: &str, other: &str) -> bool {
    match (parts(one), parts(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one.trim() == other.trim(),
    }
}

fn parts(address: &str) -> Option<(String, String, Option<u16>, String)> {
    let url = Url::parse(address.trim()).ok()?;
    let host = url.host_str()?.trim_end_matches('.').to_owned();
    Some((
        url.scheme().to_owned(),
        host,
        url.port_or_known_default(),
        url.path().trim_end_matches('/').to_owned(),
    ))
}
