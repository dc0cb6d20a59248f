use url::Url;

use super::entries::Entry;

/// The rank of a matching scope: host, then path, then user, in Git's own order (`urlmatch.c`).
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Fit {
    host: usize,
    path: usize,
    user: bool,
}

/// Returns the entries of `<section>.<url>.<key>` for `url`. As in Git, a scope with a lower rank than an earlier one
/// is left out.
pub(super) fn fitting<'a>(entries: &'a [Entry], section: &str, url: &str, key: &str) -> Vec<&'a Entry> {
    let Ok(url) = Url::parse(url) else { return Vec::new() };
    let mut best = Fit::default();
    let mut fitting = Vec::new();
    for entry in entries.iter().filter(|entry| entry.section == section && entry.key == key) {
        let fit = match &entry.subsection {
            None => Some(Fit::default()),
            Some(scope) => fit(scope, &url),
        };
        if let Some(fit) = fit.filter(|fit| *fit >= best) {
            best = fit;
            fitting.push(entry);
        }
    }
    fitting
}

fn fit(scope: &str, url: &Url) -> Option<Fit> {
    let scope = Url::parse(scope).ok()?;
    let same_place =
        scope.scheme() == url.scheme() && scope.port_or_known_default() == url.port_or_known_default();
    let user = !scope.username().is_empty();
    if !same_place || user && scope.username() != url.username() {
        return None;
    }
    let host = host_fit(scope.host_str()?, url.host_str()?)?;
    let path = path_fit(scope.path(), url.path())?;
    Some(Fit { host, path, user })
}

/// Ranks the host. `*` matches one whole label.
fn host_fit(scope: &str, host: &str) -> Option<usize> {
    let (scope_labels, labels): (Vec<_>, Vec<_>) = (scope.split('.').collect(), host.split('.').collect());
    let fits = scope_labels.len() == labels.len()
        && scope_labels.iter().zip(&labels).all(|(wanted, label)| *wanted == "*" || wanted == label);
    fits.then_some(scope.len())
}

/// Ranks the path by whole segments: `/foo` matches `/foo/bar`, not `/foobar`.
fn path_fit(scope: &str, path: &str) -> Option<usize> {
    let scope = scope.strip_suffix('/').unwrap_or(scope);
    let rest = path.strip_prefix(scope)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(scope.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(scope: &str, url: &str, expect: Option<(usize, usize, bool)>) {
        let found = fit(scope, &Url::parse(url).unwrap()).map(|fit| (fit.host, fit.path, fit.user));
        assert_eq!(found, expect, "{scope} for {url}");
    }

    #[test]
    fn a_host_alone_fits_every_path() {
        check("https://example.com", "https://example.com/a/b.git", Some((11, 1, false)));
    }

    #[test]
    fn a_star_matches_one_label() {
        check("https://*.example.com", "https://git.example.com/a", Some((13, 1, false)));
        check("https://*.example.com", "https://a.git.example.com/a", None);
    }

    #[test]
    fn a_path_fits_by_whole_segments() {
        check("https://example.com/foo", "https://example.com/foo/bar", Some((11, 5, false)));
        check("https://example.com/foo", "https://example.com/foobar", None);
    }

    #[test]
    fn the_default_port_is_no_difference() {
        check("https://example.com:443", "https://example.com/a", Some((11, 1, false)));
        check("https://example.com:8443", "https://example.com/a", None);
    }

    #[test]
    fn a_user_in_the_scope_must_be_the_url_s() {
        check("https://bob@example.com", "https://bob@example.com/a", Some((11, 1, true)));
        check("https://bob@example.com", "https://example.com/a", None);
    }

    #[test]
    fn another_scheme_never_fits() {
        check("http://example.com", "https://example.com/a", None);
    }
}
