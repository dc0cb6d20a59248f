//! What of a header line is secret.

/// Shorter parts are words, such as the name of a scheme.
const SHORTEST: usize = 8;
/// From this length on a value without blanks may be a token, whatever its header is called.
const TOKEN: usize = 20;
/// What a header that holds a login is called, in part.
const LOGINS: [&str; 9] =
    ["auth", "token", "cookie", "secret", "key", "session", "password", "credential", "jwt"];

/// Whether a header line may be what the host takes for a login. The login of a proxy is none of the host's.
pub(crate) fn is_login(line: &str) -> bool {
    let Some((name, _)) = line.split_once(':') else { return false };
    let name = name.trim().to_ascii_lowercase();
    let is_token = |part: &String| part.len() >= TOKEN && !part.contains(char::is_whitespace);
    let named = LOGINS.iter().any(|login| name.contains(login));
    !name.starts_with("proxy-") && (named || secrets(line).iter().any(is_token))
}

/// What must never be shown of `Authorization: Basic …` or `Cookie: name=…; …`: the value as it is, and each part of
/// it that could stand alone somewhere.
pub(super) fn secrets(line: &str) -> Vec<String> {
    let value = line.split_once(':').map_or(line, |(_, value)| value).trim();
    let parts = value.split(|c: char| c == ';' || c == ',' || c.is_whitespace());
    let mut secrets = vec![value];
    for part in parts.map(unquoted) {
        let padding = part.trim_end_matches('=');
        // `name=value`: the name is none. What ends in `=` is a whole that was filled up.
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
