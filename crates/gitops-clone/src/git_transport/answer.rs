//! The origin of an answer: the Git host itself, a busy gateway, or a page of a server in between. Only this module
//! decides.

use ::http::HeaderMap;
use ::http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use secret::Mask;
use std::time::Duration;
use transport::{Proxy, ProxyProblem};

use super::endpoint::Endpoint;
use super::http_client::of_proxy;
use crate::GitError;

/// The content type of the list of refs.
pub(super) const ADVERTISEMENT: &str = "application/x-git-upload-pack-advertisement";
/// The content type of the answer to a POST.
pub(super) const RESULT: &str = "application/x-git-upload-pack-result";

/// The most characters of a page title that an error shows.
const TITLE: usize = 80;
/// The most characters of a host's message that an error shows.
const LINE: usize = 200;

/// An answer, as far as it is read.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// The beginning of the body.
    pub(super) body: Vec<u8>,
}

/// The verdict on an answer.
pub(super) enum Verdict {
    /// An answer of the Git host to the request.
    Git,
    /// An answer of a busy server, with the wait that it requests.
    Busy(Option<Duration>),
    /// Any other answer.
    Refused(GitError),
}

/// Judges an answer to a request for the content type `wanted`. A page of another server is no verdict on the
/// credentials.
pub(super) fn judge(
    endpoint: &Endpoint,
    proxy: Option<&Proxy>,
    answer: &Answer,
    wanted: &str,
    with_login: bool,
) -> Verdict {
    let url = endpoint.shown().to_owned();
    let (status, detail) = (answer.status, answer.detail(endpoint));
    if let (407, Some(proxy)) = (status, proxy) {
        return Verdict::Refused(of_proxy(endpoint, proxy, ProxyProblem::WantsLogin));
    }
    Verdict::Refused(match status {
        200..=299 if answer.is_git(wanted) => match answer.protocol_error(endpoint) {
            Some(detail) => GitError::Remote { url, detail },
            None => return Verdict::Git,
        },
        408 | 425 | 429 | 502..=504 | 520..=524 | 529 => return Verdict::Busy(answer.wait()),
        403 if answer.headers.contains_key(RETRY_AFTER) => return Verdict::Busy(answer.wait()),
        300..=399 => {
            let location = answer.text(&LOCATION).unwrap_or_default();
            let (to, moved) = place(endpoint, &location);
            GitError::Redirected { url, to, moved }
        }
        404 | 410 => GitError::NotFound { url, with_login, detail },
        // A Git host requires credentials in a header, with any page in the body.
        401 if answer.headers.contains_key(WWW_AUTHENTICATE) => {
            login_error(endpoint, status, with_login, detail)
        }
        _ if answer.is_page() => {
            GitError::Page { url, host: endpoint.host(), status, title: answer.title(endpoint) }
        }
        // No Git host refuses in JSON, but firewalls do.
        403 if answer.is_json() => GitError::Http { url, status, detail },
        401 | 403 => login_error(endpoint, status, with_login, detail),
        200..=299 => GitError::NotGit { url, because: answer.not_git(wanted) },
        _ => GitError::Http { url, status, detail },
    })
}

fn login_error(endpoint: &Endpoint, status: u16, with_login: bool, detail: Option<String>) -> GitError {
    let url = endpoint.shown().to_owned();
    if !with_login {
        return GitError::NoLogin { url, detail, elsewhere: Vec::new() };
    }
    let user = endpoint.login().and_then(|login| login.username()).map(str::to_owned);
    GitError::LoginRefused { url, host: endpoint.host(), user, status, detail }
}

impl Answer {
    /// Returns the host's own message: the first line of a plain text or of JSON, but not of a web page. The mask comes
    /// before the cut, because a mask does not find half a password.
    pub(super) fn detail(&self, endpoint: &Endpoint) -> Option<String> {
        let is_text = self.is_json() || matches!(self.media_type().as_str(), "text/plain" | "");
        if !is_text || self.is_page() {
            return None;
        }
        let text = masked(endpoint, &String::from_utf8_lossy(&self.body));
        let line: String =
            text.trim().lines().next()?.chars().filter(|c| !c.is_control()).take(LINE).collect();
        (!line.is_empty()).then_some(line)
    }

    fn is_git(&self, wanted: &str) -> bool {
        self.media_type() == wanted && begins_with_a_line_of_git(&self.body)
    }

    /// Returns the host's message in a line `ERR …`, sent instead of the answer.
    fn protocol_error(&self, endpoint: &Endpoint) -> Option<String> {
        let mut rest = self.body.as_slice();
        loop {
            let length = usize::from_str_radix(std::str::from_utf8(rest.get(..4)?).ok()?, 16).ok()?;
            let line = rest.get(4..length.min(rest.len())).unwrap_or_default();
            if let Some(words) = line.strip_prefix(b"ERR ") {
                let words = masked(endpoint, &String::from_utf8_lossy(words));
                return Some(words.trim().chars().filter(|c| !c.is_control()).take(LINE).collect());
            }
            // The name of the service comes before the refs.
            if length >= 4 && !line.starts_with(b"# ") {
                return None;
            }
            rest = rest.get(length.max(4)..)?;
        }
    }

    /// Returns the sign that the answer is not from Git.
    fn not_git(&self, wanted: &str) -> String {
        let encoding = self.text(&::http::header::CONTENT_ENCODING).unwrap_or_default();
        match self.media_type() {
            _ if !matches!(encoding.trim(), "" | "identity") => {
                format!("the answer is compressed ({}), but no compression was requested", encoding.trim())
            }
            _ if self.body.is_empty() => "the answer is empty".to_owned(),
            media if media == wanted => "the answer does not begin with a line of Git".to_owned(),
            media if media.is_empty() => "the answer has no Content-Type".to_owned(),
            media => format!("the answer has Content-Type {}", media.chars().take(TITLE).collect::<String>()),
        }
    }

    /// Returns the media type without parameters, in lower case.
    fn media_type(&self) -> String {
        let text = self.text(&CONTENT_TYPE).unwrap_or_default();
        text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    fn is_json(&self) -> bool {
        matches!(self.media_type().as_str(), "application/json" | "application/problem+json")
    }

    fn is_page(&self) -> bool {
        let begins =
            String::from_utf8_lossy(&self.body[..self.body.len().min(64)]).trim_start().to_lowercase();
        matches!(self.media_type().as_str(), "text/html" | "application/xhtml+xml")
            || begins.trim_start_matches('\u{feff}').starts_with("<!doctype")
            || begins.trim_start_matches('\u{feff}').starts_with("<html")
    }

    fn title(&self, endpoint: &Endpoint) -> Option<String> {
        let text = String::from_utf8_lossy(&self.body);
        let lower = text.to_ascii_lowercase();
        let begin = lower.find("<title").and_then(|at| Some(at + lower[at..].find('>')? + 1))?;
        let end = begin + lower[begin..].find("</")?;
        let words: Vec<&str> = text[begin..end].split_whitespace().collect();
        let title = masked(endpoint, &words.join(" "));
        let title: String = title.chars().filter(|c| !c.is_control()).take(TITLE).collect();
        (!title.is_empty() && secret::secret_patterns(&title).is_empty()).then_some(title)
    }

    fn wait(&self) -> Option<Duration> {
        transport::retry_after(&self.headers)
    }

    fn text(&self, name: &::http::HeaderName) -> Option<String> {
        Some(String::from_utf8_lossy(self.headers.get(name)?.as_bytes()).into_owned())
    }
}

/// True if the body begins with the length of a line of Git, in four hexadecimal digits.
fn begins_with_a_line_of_git(body: &[u8]) -> bool {
    body.get(..4).is_some_and(|length| length.iter().all(u8::is_ascii_hexdigit))
}

fn masked(endpoint: &Endpoint, text: &str) -> String {
    let mask = Mask::new();
    if let Some(login) = endpoint.login() {
        mask.add(login.secret());
    }
    mask.text(text)
}

/// Returns the target of a redirect without credentials, query and Git's own suffix, and true if the target is a
/// repository.
fn place(endpoint: &Endpoint, location: &str) -> (String, bool) {
    let unknown = || ("an invalid URL".to_owned(), false);
    let base = url::Url::parse(endpoint.shown());
    let Ok(mut to) = base.and_then(|base| base.join(location)) else { return unknown() };
    let login_dropped = to.set_username("").and_then(|()| to.set_password(None));
    if login_dropped.is_err() {
        return unknown();
    }
    to.set_query(None);
    to.set_fragment(None);
    let text = to.to_string();
    let repository = ["/info/refs", "/git-upload-pack"].into_iter().find_map(|end| text.strip_suffix(end));
    (repository.unwrap_or(&text).to_owned(), repository.is_some())
}

#[cfg(test)]
mod tests {
    use ::http::{HeaderName, HeaderValue};
    use cluster_spec::RepoUrl;

    use super::*;
    use crate::{GitConfig, Remote};

    /// Checks the verdict on an answer.
    fn check(status: u16, headers: &[(&str, &str)], body: &str, expect: &str) {
        let url = RepoUrl::parse("https://git.example.com/a.git").unwrap();
        let endpoint = Endpoint::as_written(&Remote::new(url, GitConfig::default(), "/tmp"));
        let header = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap())
        };
        let headers = headers.iter().map(header).collect();
        let answer = Answer { status, headers, body: body.as_bytes().to_vec() };
        let found = match judge(&endpoint, None, &answer, ADVERTISEMENT, true) {
            Verdict::Git => "Git".to_owned(),
            Verdict::Busy(wait) => format!("busy {}", wait.map_or(0, |wait| wait.as_secs())),
            Verdict::Refused(error) => error.to_string().replace("read https://git.example.com/a.git: ", ""),
        };
        assert_eq!(found, expect, "{status} {body}");
    }

    const LINE: &str = "001e# service=git-upload-pack\n";
    const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");

    #[test]
    fn parameters_and_case_of_the_media_type_do_not_matter() {
        for media in ["", "; charset=utf-8", " ;charset=utf-8;x=y"] {
            check(200, &[("content-type", &format!("{ADVERTISEMENT}{media}"))], LINE, "Git");
        }
        check(200, &[("content-type", &ADVERTISEMENT.to_uppercase())], LINE, "Git");
    }

    #[test]
    fn a_page_is_no_judgement_on_a_login_whatever_its_status() {
        let page = "<!DOCTYPE html><html><head><title>\n Sign in </title>";
        for status in [200, 203, 401, 403, 500] {
            let expect =
                format!("a web page answers in place of the Git host (HTTP {status}, titled `Sign in`)");
            check(status, &[HTML], page, &expect);
            check(status, &[], page, &expect);
        }
        check(200, &[HTML], "Welcome", "a web page answers in place of the Git host (HTTP 200)");
        check(
            200,
            &[("content-type", ADVERTISEMENT)],
            "<html>",
            "a web page answers in place of the Git host (HTTP 200)",
        );
    }

    #[test]
    fn a_host_that_asks_for_a_login_is_the_git_host_whatever_page_it_sends() {
        let asks = ("www-authenticate", "Basic realm=\"x\"");
        check(401, &[HTML, asks], "<html>", "git.example.com rejects the credentials (HTTP 401)");
        check(
            403,
            &[("content-type", "text/plain")],
            "no",
            "git.example.com rejects the credentials (HTTP 403): no",
        );
        let blocked = r#"{"message":"blocked"}"#;
        check(
            403,
            &[("content-type", "application/json")],
            blocked,
            &format!("the host answers HTTP 403: {blocked}"),
        );
    }

    #[test]
    fn an_answer_that_is_no_git_and_no_page_is_reported_with_its_reason() {
        let no_git =
            |because: &str| format!("the answer is not from a Git repository (smart HTTP): {because}");
        let git = ("content-type", ADVERTISEMENT);
        check(200, &[git], "", &no_git("the answer is empty"));
        check(200, &[git], "ref: x", &no_git("the answer does not begin with a line of Git"));
        check(
            200,
            &[("content-type", "application/json")],
            "{}",
            &no_git("the answer has Content-Type application/json"),
        );
        let gzip = ("content-encoding", "gzip");
        check(
            200,
            &[git, gzip],
            "\u{1f}",
            &no_git("the answer is compressed (gzip), but no compression was requested"),
        );
    }

    #[test]
    fn what_the_host_says_in_the_protocol_is_its_own_words() {
        let git = ("content-type", ADVERTISEMENT);
        check(200, &[git], "0011ERR no, sorry", "no, sorry");
        check(200, &[git], "001e# service=git-upload-pack\n00000012ERR no, sorry\n", "no, sorry");
        check(200, &[git], "001e# service=git-upload-pack\n0000000eversion 2\n", "Git");
    }

    #[test]
    fn a_busy_host_and_a_gateway_are_reported_with_the_wait_they_ask_for() {
        for status in [429, 502, 503, 504] {
            check(status, &[HTML], "<html>", "busy 0");
        }
        check(429, &[("retry-after", "7")], "", "busy 7");
        let now = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        check(503, &[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"), now], "", "busy 30");
        check(503, &[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"), now], "", "busy 0");
        check(503, &[("retry-after", "soon")], "", "busy 0");
    }

    #[test]
    fn a_redirect_names_the_host_it_leads_to() {
        let to = |place: &str| format!("the host redirects to {place}; credentials never follow a redirect");
        check(
            302,
            &[("location", "https://login.example.net/saml?x=y")],
            "",
            &to("https://login.example.net/saml"),
        );
        check(301, &[("location", "/b.git/info/refs?service=x")], "", &to("https://git.example.com/b.git"));
    }
}
