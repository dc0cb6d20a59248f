//! Which URLs are taken, and what is read from them.

use cluster_spec::{RepoUrl, UrlKind};

/// kind, user, host, port, path
fn check(text: &str, expect: (UrlKind, Option<&str>, Option<&str>, Option<u16>, &str)) {
    let url = RepoUrl::parse(text).unwrap();
    assert_eq!((url.kind(), url.user(), url.host(), url.port(), url.path()), expect);
    assert_eq!((url.as_str(), url.to_string().as_str()), (text, text));
}

/// Refused; and nothing that could be a login is repeated.
fn refused(text: &str, expect: &str) {
    let error = RepoUrl::parse(text).unwrap_err().to_string();
    assert!(error.contains(expect), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn https_is_read() {
    check("https://github.com/o/r.git", (UrlKind::Https, None, Some("github.com"), None, "/o/r.git"));
}

#[test]
fn a_port_of_ones_own_is_read() {
    check("https://git.example:8443/r", (UrlKind::Https, None, Some("git.example"), Some(8443), "/r"));
}

#[test]
fn a_user_in_https_is_kept() {
    check("https://bot@git.example/r", (UrlKind::Https, Some("bot"), Some("git.example"), None, "/r"));
}

#[test]
fn a_user_is_percent_decoded() {
    check("https://a%40b@git.example/r", (UrlKind::Https, Some("a@b"), Some("git.example"), None, "/r"));
}

#[test]
fn http_is_read() {
    check("http://127.0.0.1:8080/r.git", (UrlKind::Http, None, Some("127.0.0.1"), Some(8080), "/r.git"));
}

#[test]
fn ssh_is_read() {
    check("ssh://git@host:2222/o/r.git", (UrlKind::Ssh, Some("git"), Some("host"), Some(2222), "/o/r.git"));
}

#[test]
fn the_form_of_scp_is_read() {
    check("git@github.com:o/r.git", (UrlKind::Ssh, Some("git"), Some("github.com"), None, "o/r.git"));
}

#[test]
fn an_ipv6_host_is_read_without_brackets() {
    check("https://[::1]:8443/r", (UrlKind::Https, None, Some("::1"), Some(8443), "/r"));
    check("git@[::1]:r", (UrlKind::Ssh, Some("git"), Some("::1"), None, "r"));
}

#[test]
fn a_file_is_read() {
    check("file:///srv/git/r.git", (UrlKind::File, None, None, None, "/srv/git/r.git"));
}

#[test]
fn a_password_is_refused() {
    refused("https://bot:hunter2@git.example/r", "without a password");
    refused("ssh://git:hunter2@host/r", "without a password");
    refused("git:hunter2@host:r", "without a password");
    refused("https://bot%3Ahunter2@git.example/r", "without a password");
    refused("https://a@hunter2@git.example/r", "without a password");
}

#[test]
fn a_password_with_a_slash_is_refused() {
    refused("https://bot:hunter2/x@git.example/r", "expected https://");
}

#[test]
fn a_token_in_the_place_of_the_user_is_refused() {
    refused("https://ghp_hunter2@github.com/o/r", "not a token");
    refused("glpat-hunter2@gitlab.com:o/r", "not a token");
}

#[test]
fn a_query_is_refused() {
    refused("https://git.example/r?private_token=hunter2", "without `?`");
}

#[test]
fn what_is_no_url_is_refused() {
    refused("", "expected https://");
    refused("github.com/o/r", "expected https://");
    refused("github.com:o/r", "expected https://");
    refused("/srv/git/r.git", "expected https://");
    refused("git://host/r", "expected https://");
    refused("HTTPS://host/r", "expected https://");
    refused("https://", "expected");
    refused("https:///r", "expected");
    refused("https://host", "expected a path");
    refused("https://host/", "expected a path");
    refused("https://host:port/r", "expected");
    refused("ssh://git@host", "expected a path");
    refused("file://host/r", "absolute path");
    refused("file:///", "absolute path");
    refused("https://host/a b", "whitespace");
    refused("https://host/a\u{7}b", "control");
    refused("https://host\\@elsewhere/r", "without");
}

#[test]
fn nothing_can_be_taken_for_an_option() {
    refused("ssh://-oProxyCommand=x/r", "leading `-`");
    refused("git@-oProxyCommand=x:r", "leading `-`");
    refused("-x@host:r", "leading `-`");
    refused("git@host:-r", "leading `-`");
}

#[test]
fn this_machine_is_told_from_others() {
    let loopback = |text: &str| RepoUrl::parse(text).unwrap().is_loopback();
    assert!(
        ["http://localhost/r", "http://127.8.0.1:1/r", "http://[::1]/r", "file:///r"].map(loopback)
            == [true; 4]
    );
    assert!(
        ["http://localhost.example/r", "http://10.0.0.1/r", "http://127.0.0.1.example/r"].map(loopback)
            == [false; 3]
    );
}

#[test]
fn what_a_shell_would_run_is_refused() {
    for odd in ["$(id)", "`id`", ";id", "|id", "&id", "'", "\"", "<x", ">x", "(", ")"] {
        refused(&format!("https://git.example/r{odd}"), "mean something to a shell");
        refused(&format!("git@host:r{odd}"), "mean something to a shell");
        refused(&format!("file:///srv/r{odd}"), "mean something to a shell");
    }
    refused("git@host:a\\b", "mean something to a shell");
}

#[test]
fn what_nobody_sees_is_refused() {
    refused("https://git.example/r\u{202e}tig", "control characters");
    refused("https://git.example/\u{200b}r", "control characters");
    refused("https://git.example/r\nx", "control characters");
}

#[test]
fn characters_that_git_hosts_use_are_taken() {
    let path = "/scm/~me/a%20b+c@d:e,f=g/r_1-2.git";
    check(&format!("https://git.example{path}"), (UrlKind::Https, None, Some("git.example"), None, path));
}
