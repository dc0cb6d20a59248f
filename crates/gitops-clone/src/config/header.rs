//! The secrets in a header line.

/// The least length of a secret. Shorter parts are words, for example the name of a scheme.
const SHORTEST: usize = 8;
/// The least length of a value without blanks that is a token under any header name.
const TOKEN: usize = 20;
/// Parts of the names of headers with credentials.
const LOGINS: [&str; 9] =
    ["auth", "token", "cookie", "secret", "key", "session", "password", "credential", "jwt"];

/// True if a header line can hold credentials for the host. Credentials for a proxy are not for the host.
pub(crate) fn is_login(line: &str) -> bool {
    let Some((name, _)) = line.split_once(':') else { return false };
    let name = name.trim().to_ascii_lowercase();
    let is_token = |part: &String| part.len() >= TOKEN && !part.contains(char::is_whitespace);
    let named = LOGINS.iter().any(|login| name.contains(login));
    !name.starts_with("proxy-") && (named || secrets(line).iter().any(is_token))
}

/// Returns the secrets of `Authorization: Basic …` or `Cookie: name=…; …`: the whole value, and each part that another
/// text can repeat by itself.
pub(super) fn secrets(line: &str) -> Vec<String> {
    let value = line.split_once(':').map_or(line, |(_, value)| value).trim();
    let parts = value.split(|c: char| c == ';' || c == ',' || c.is_whitespace());
    let mut secrets = vec![value];
    for part in parts.map(unquoted) {
        let padding = part.trim_end_matches('=');
        // The name in `name=value` is no secret. An `=` at the end is padding of base64.
        match padding.split_once('=') {
            Some((_, value)) => secrets.extend([part, unquoted(value)]),
            None => secrets.extend([part, padding]),
        }
    }
    let is_secret = |part: &&str| part.len() >= SHORTEST && !part.eq_ignore_ascii_case("Negotiate");
    let mut found: Vec<String> = Vec::new();
    for secret in secrets.into_iter().filter(is_secret) {
        if found.iter().all(|before| before != secret) {
            found.push(secret.to_owned());
        }
    }
    found
}

fn unquoted(part: &str) -> &str {
    part.trim_matches('"')
}
