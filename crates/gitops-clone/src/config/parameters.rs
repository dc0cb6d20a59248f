//! The settings in environment variables.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use super::entries::Entry;
use crate::GitError;

/// The most settings that are read.
const MOST: usize = 10_000;

/// Reads `GIT_CONFIG_COUNT` with its keys and values, then `GIT_CONFIG_PARAMETERS` of `git -c`, in Git's own order.
pub(super) fn read(env: &BTreeMap<OsString, OsString>) -> Result<Vec<Entry>, GitError> {
    let var = |name: &str| env.get(OsStr::new(name)).and_then(|value| value.to_str());
    let count: usize = var("GIT_CONFIG_COUNT").and_then(|count| count.parse().ok()).unwrap_or(0);
    let counted = |index: usize| {
        let name = var(&format!("GIT_CONFIG_KEY_{index}"))?;
        Some((name.to_owned(), var(&format!("GIT_CONFIG_VALUE_{index}"))?.to_owned()))
    };
    let mut settings: Vec<(String, String)> = (0..count.min(MOST)).filter_map(counted).collect();
    if let Some(text) = var("GIT_CONFIG_PARAMETERS") {
        let wrong =
            || GitError::Config { detail: "GIT_CONFIG_PARAMETERS has not the format of `git -c`".to_owned() };
        settings.extend(quoted(text).ok_or_else(wrong)?);
    }
    Ok(settings.into_iter().filter_map(|(name, value)| entry(&name, value)).collect())
}

fn entry(name: &str, value: String) -> Option<Entry> {
    let (section, rest) = name.split_once('.')?;
    let (subsection, key) = match rest.rsplit_once('.') {
        Some((subsection, key)) => (Some(subsection.to_owned()), key),
        None => (None, rest),
    };
    Some(Entry { section: section.to_ascii_lowercase(), subsection, key: key.to_ascii_lowercase(), value })
}

/// Parses `'key=value'` (Git up to 2.30) and `'key'='value'`, separated by blanks.
fn quoted(text: &str) -> Option<Vec<(String, String)>> {
    let mut settings = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (first, after) = word(rest)?;
        let setting = match after.strip_prefix('=') {
            Some(after) if after.starts_with('\'') => {
                let (value, after) = word(after)?;
                rest = after;
                (first, value)
            }
            after_key => {
                rest = after_key.unwrap_or(after);
                let whole = first.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
                whole.unwrap_or((first, "true".to_owned()))
            }
        };
        settings.push(setting);
        rest = rest.trim_start();
    }
    Some(settings)
}

/// Parses a word in single quotes. `'\''` and `'\!'` are a quote and an exclamation mark in the word.
fn word(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('\'')?;
    let mut word = String::new();
    loop {
        let (part, after) = rest.split_once('\'')?;
        word.push_str(part);
        let escaped = [r"\''", r"\!'"].into_iter().find_map(|mark| Some((mark, after.strip_prefix(mark)?)));
        let Some((mark, after)) = escaped else { return Some((word, after)) };
        word.push(char::from(mark.as_bytes()[1]));
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&[(&str, &str)]>) {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        assert_eq!(quoted(text), expect.map(|pairs| pairs.iter().map(own).collect()), "{text}");
    }

    #[test]
    fn what_git_writes_is_read() {
        check("'core.sshCommand=ssh -v'", Some(&[("core.sshCommand", "ssh -v")]));
        check("'a.b'='c=d' 'e.f'='g'", Some(&[("a.b", "c=d"), ("e.f", "g")]));
        check(r"'a.b'='it'\''s'\!'' 'e.f'=", Some(&[("a.b", "it's!"), ("e.f", "true")]));
        check("", Some(&[]));
    }

    #[test]
    fn anything_else_is_refused() {
        check("core.sshCommand=ssh", None);
        check("'a.b", None);
    }
}
