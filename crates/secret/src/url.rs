//! Logins that stand in URLs: hidden also where nobody knows them, since others (a controller's error, an object's status)
//! repeat URLs that we never saw.

use std::borrow::Cow;

use crate::masked::MASKED;
use crate::secret_pattern::is_token;

/// Characters that end the part of a URL in which a login may stand.
const ENDS: [char; 14] = ['/', '?', '#', '"', '\'', '`', '<', '>', '(', ')', ',', ';', '|', '\\'];

/// `text` with the password of every URL in it replaced by [`MASKED`], and with the user where that is a token. A user's
/// name alone is no secret.
pub(crate) fn without_passwords(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        out.push_str(before);
        out.push_str("://");
        let end = after.find(|c: char| c.is_whitespace() || c.is_control() || ENDS.contains(&c));
        let authority = &after[..end.unwrap_or(after.len())];
        rest = after;
        let Some((login, _)) = authority.rsplit_once('@') else { continue };
        hide(login, &mut out);
        rest = &after[login.len()..];
    }
    out.push_str(rest);
    out.into()
}

fn hide(login: &str, out: &mut String) {
    let (user, password) = split(login);
    out.push_str(if is_secret(user, password) { MASKED } else { user });
    match password {
        Some("") => out.push(':'),
        Some(_) => out.extend([":", MASKED]),
        None => {}
    }
}

fn split(login: &str) -> (&str, Option<&str>) {
    match login.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (login, None),
    }
}

/// A user that is a token: by its format, or by what stands beside it.
fn is_secret(user: &str, password: Option<&str>) -> bool {
    password == Some("x-oauth-basic") || is_token(user) || is_token(&decoded(user))
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

/// Returns the secrets in an address, with a scheme or without, also in one that is no URL: the password, which is all
/// between the first `:` and the last `@` of it, and a user that is a token. Each comes as written and as meant.
pub fn secrets_in(address: &str) -> Vec<String> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let Some((login, _)) = rest.rsplit_once('@') else { return Vec::new() };
    let (user, password) = split(login);
    let user = Some(user).filter(|user| is_secret(user, password));
    let written = user.into_iter().chain(password).filter(|it| !it.is_empty());
    let both = |it: &str| [it.to_owned(), decoded(it).into_owned()];
    let mut all: Vec<String> = written.flat_map(both).collect();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(without_passwords(text), expect);
    }

    #[test]
    fn a_password_is_hidden_wherever_the_url_stands() {
        check("https://bob:hunter2@git.example.com/x.git", "https://bob:***@git.example.com/x.git");
        check("get \"http://:t0ken@h:8080\": refused", "get \"http://:***@h:8080\": refused");
        check("a ssh://u:p@h b https://v:q@i, c", "a ssh://u:***@h b https://v:***@i, c");
        check("https://u:p@ss:w@rd@host/é", "https://u:***@host/é");
    }

    #[test]
    fn a_token_that_stands_as_the_user_is_hidden() {
        let token = "ghp_0123456789abcdefghij";
        for (login, expect) in [
            (format!("{token}:x-oauth-basic"), "***:***"),
            (format!("{token}:"), "***:"),
            (token.to_owned(), "***"),
            (format!("{token}:hunter2"), "***:***"),
            ("glpat-0123456789abcdefghij".to_owned(), "***"),
            ("0123456789abcdef0123456789abcdef01234567".to_owned(), "***"),
            ("glpat%2D0123456789abcdefghij".to_owned(), "***"),
            ("ghs_12_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMiJ9.c2lnbmF0dXJl".to_owned(), "***"),
            ("something:x-oauth-basic".to_owned(), "***:***"),
            ("robot$account+ghp_x".to_owned(), "robot$account+ghp_x"),
        ] {
            check(&format!("a https://{login}@h/x b"), &format!("a https://{expect}@h/x b"));
        }
    }

    #[test]
    fn what_is_secret_in_an_address_is_known_however_it_is_written() {
        let token = "ghs_12_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMiJ9.c2lnbmF0dXJl";
        for (address, expect) in [
            ("https://bob:hunt/er#2@h:1/x".to_owned(), vec!["hunt/er#2"]),
            ("bob:p@ss@h:3128".to_owned(), vec!["p@ss"]),
            ("https://bob:p%40ss@h".to_owned(), vec!["p%40ss", "p@ss"]),
            (format!("https://{token}@h/"), vec![token]),
            (format!("{token}:x-oauth-basic@h"), vec![token, "x-oauth-basic"]),
            ("https://bob@h:8443".to_owned(), vec![]),
            ("h:3128".to_owned(), vec![]),
        ] {
            assert_eq!(secrets_in(&address), expect, "{address}");
        }
    }

    #[test]
    fn what_holds_none_stays() {
        for text in [
            "https://host:8443/a@b:c",
            "ssh://git@host:22/x",
            "https://[::1]:6443 said a@b",
            "https://user:@host",
            "https://a,b:c@d",
            "://",
            "no URL: a:b@c",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn what_is_hidden_already_stays_hidden() {
        check("https://u:***@h", "https://u:***@h");
    }
}
