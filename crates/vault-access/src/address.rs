use url::Url;

use crate::error::VaultError;

/// Where Vault is: what to show, and what to ask.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// As written, without spaces and line ends around it and slashes behind it.
    pub shown: String,
    /// The base of every request; its path may be more than `/`.
    pub url: Url,
}

impl Address {
    /// Takes `text` apart, or says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, VaultError> {
        let wrong = |problem: &str| VaultError::Address { shown: shown(text), problem: problem.to_owned() };
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(wrong("it is empty"));
        }
        if trimmed.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(wrong("it has a line break or a space in it"));
        }
        let lower = trimmed.to_ascii_lowercase();
        if !lower.starts_with("http://") && !lower.starts_with("https://") {
            return Err(wrong("it has to begin with https:// or http://"));
        }
        let url = Url::parse(trimmed).map_err(|error| wrong(&error.to_string()))?;
        if url.host().is_none() {
            return Err(wrong("it names no host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("a login has no place in it"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("it may have a path, but nothing behind a ? or #"));
        }
        Ok(Self { shown: trimmed.trim_end_matches('/').to_owned(), url })
    }

    /// The address of `path` (`/sys/health`, percent-encoded) in Vault's API.
    pub(crate) fn api(&self, path: &str, query: Option<&str>) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/v1/{}", self.url.path().trim_end_matches('/'), path.trim_matches('/')));
        url.set_query(query.filter(|query| !query.is_empty()));
        url
    }
}

/// `text` fit to be shown in a message: what may be a secret is left out. That is a login before the host, all behind a
/// `?`, a `#` or a blank, and a text that is no address but looks like a token.
pub(crate) fn shown(text: &str) -> String {
    let text = text.trim();
    let (scheme, rest) = text.find("://").map_or(("", text), |end| text.split_at(end + 3));
    let ends = |c: char| matches!(c, '?' | '#') || c.is_whitespace() || c.is_control();
    let (rest, tail) = rest.find(ends).map_or((rest, ""), |end| rest.split_at(end));
    let is_cut = !tail.is_empty();
    // A login that goes over the cut stands in both.
    if scheme.is_empty() && (is_cut || secret::may_hold_token(rest)) || tail.contains('@') {
        return format!("{scheme}…");
    }
    let (login, place) = rest.rsplit_once('@').map_or(("", rest), |(_, place)| ("…@", place));
    format!("{scheme}{login}{place}{}", if is_cut { "…" } else { "" })
}

/// Scheme, host and port of a redirect's target: the rest of it may hold what nobody should read.
pub(crate) fn origin(location: &str, base: &Url) -> String {
    match base.join(location) {
        Ok(url) => url.origin().ascii_serialization(),
        Err(_) => "an address that can't be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_not_repeated() {
        for (text, expect) in [
            ("https://vault.example.com:8200/x", "https://vault.example.com:8200/x"),
            ("vault.example.com:8200", "vault.example.com:8200"),
            ("https://me:pw@vault.example.com", "https://…@vault.example.com"),
            ("https://vault.example.com/?token=pw", "https://vault.example.com/…"),
            ("https://vault.example.com#pw", "https://vault.example.com…"),
            ("https://vault.example.com pw", "https://vault.example.com…"),
            ("https://me:p w@vault.example.com", "https://…"),
            ("S3cretPw99 hvs", "…"),
            ("hvs.CAESIJ0a1b2c3d4e5f6g7h8i9j0kGh4KHGh2cy5h", "…"),
        ] {
            assert_eq!(shown(text), expect, "{text}");
        }
    }
}
