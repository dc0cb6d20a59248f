//! Whether two URLs mean one repository, by Argo CD's rule: what it takes for one is one to us.
//!
//! The rule is Argo CD's `NormalizeGitURL` and `SameURL` (util/git/git.go): trimmed, all lower case, one `.git` off the
//! end, `git@host:path` is `ssh://git@host/path`, and a trailing `/` stays. A `repo-creds` Secret serves what its
//! normalized URL begins (util/db/repository_secrets.go).

/// Whether two URLs mean one repository to Argo CD. What it can't normalize is equal to the very same text alone.
pub fn same_repository(a: &str, b: &str) -> bool {
    let known = |url: &str| normalize(url).unwrap_or_else(|| url.to_owned());
    let (a, b) = (known(a), known(b));
    !a.is_empty() && a == b
}

/// Whether Argo CD uses the `repo-creds` Secret with the URL `prefix` for the repository `url`, where no other one
/// covers it with a longer prefix.
pub fn covers(prefix: &str, url: &str) -> bool {
    match (normalize(prefix), normalize(url)) {
        (Some(prefix), Some(url)) => !prefix.is_empty() && url.starts_with(&prefix),
        _ => false,
    }
}

/// The form in which Argo CD compares URLs; none where it finds no URL.
fn normalize(url: &str) -> Option<String> {
    let mut url = url.trim().to_lowercase();
    if is_ssh(&url) && !url.starts_with("ssh://") {
        url = format!("ssh://{}", url.replacen(':', "/", 1));
    }
    let url = url.strip_suffix(".git").unwrap_or(&url);
    let written = rewrite(url)?;
    Some(written.strip_prefix("ssh://").map_or(written.clone(), str::to_owned))
}

/// `^(ssh://)?([^/:]*?)@[^@]+$`
fn is_ssh(url: &str) -> bool {
    let rest = url.strip_prefix("ssh://").unwrap_or(url);
    rest.split_once('@')
        .is_some_and(|(user, host)| !user.contains(['/', ':']) && !host.is_empty() && !host.contains('@'))
}

/// What Go's `url.Parse` followed by `String` makes of a URL, as far as Git URLs go: what must be is
/// percent-encoded, and a port that is no number, a control character or a broken escape is no URL.
fn rewrite(url: &str) -> Option<String> {
    if url.chars().any(|c| c.is_ascii_control()) {
        return None;
    }
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None if url.split('/').next().is_some_and(|first| first.contains(':')) => return None,
        None => return encode(url),
    };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = host.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.ends_with(']'));
    if port.is_some_and(|port| !port.bytes().all(|b| b.is_ascii_digit())) || host.contains(' ') {
        return None;
    }
    Some(format!("{scheme}://{authority}{}", encode(path)?))
}

fn encode(path: &str) -> Option<String> {
    let mut encoded = String::with_capacity(path.len());
    for (at, byte) in path.bytes().enumerate() {
        let broken =
            || !path.as_bytes()[at + 1..].iter().take(2).filter(|b| b.is_ascii_hexdigit()).count().eq(&2);
        match byte {
            b'%' if broken() => return None,
            b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x80.. => {
                encoded.push_str(&format!("%{byte:02X}"));
            }
            _ => encoded.push(char::from(byte)),
        }
    }
    Some(encoded)
}
