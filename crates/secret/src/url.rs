//! Logins that stand in URLs: hidden also where nobody knows them, since others (a controller's error, an object's status)
//! repeat URLs that we never saw.

use std::borrow::Cow;

use crate::mask::MASKED;

/// What ends the part of a URL that a login may stand in.
const ENDS: [char; 14] = ['/', '?', '#', '"', '\'', '`', '<', '>', '(', ')', ',', ';', '|', '\\'];

/// `text` with the password of every URL in it replaced by [`MASKED`]. A user's name alone is no secret.
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
        if let Some((user, password)) = login.split_once(':').filter(|(_, password)| !password.is_empty()) {
            out.push_str(user);
            out.push(':');
            out.push_str(MASKED);
            rest = &after[user.len() + 1 + password.len()..];
        }
    }
    out.push_str(rest);
    out.into()
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
