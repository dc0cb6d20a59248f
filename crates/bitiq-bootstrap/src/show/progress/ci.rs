//! GitHub Actions and GitLab: folded groups, and annotations of errors and warnings.
//!
//! A runner takes commands from any line of a job's output, so what others wrote (the script, a cluster) is made
//! harmless first: GitHub reads `::name::` at the beginning of a line, blanks aside, and `##[name]` anywhere in it
//! (actions/runner, `ActionCommand.cs`); GitLab's markers need control characters, which never get here.

use std::borrow::Cow;

use bootstrap_core::Failure;

use super::view::Ci;

impl Ci {
    /// The lines that begin a folded group.
    pub fn begin(self, name: &str, title: &str, now: i64) -> String {
        match self {
            Self::GitHub => format!("::group::{}", data(title)),
            Self::GitLab => format!("\u{1b}[0Ksection_start:{now}:{name}[collapsed=true]\r\u{1b}[0K{title}"),
        }
    }

    /// The line that ends it.
    pub fn end(self, name: &str, now: i64) -> String {
        match self {
            Self::GitHub => "::endgroup::".into(),
            Self::GitLab => format!("\u{1b}[0Ksection_end:{now}:{name}\r\u{1b}[0K"),
        }
    }

    /// A failure, as an annotation; GitLab has none in its logs.
    pub fn error(self, failure: &Failure) -> Option<String> {
        let mut text = vec![failure.message.clone()];
        text.extend(failure.causes.iter().cloned());
        text.extend(failure.hint.iter().map(|hint| format!("next: {hint}")));
        (self == Self::GitHub)
            .then(|| format!("::error title={}::{}", property(&failure.step), data(&text.join("\n"))))
    }

    /// A warning, as an annotation.
    pub fn warning(self, text: &str) -> Option<String> {
        (self == Self::GitHub).then(|| format!("::warning::{}", data(text)))
    }

    /// A text in which the runner finds no command.
    pub fn harmless(self, text: &str) -> Cow<'_, str> {
        let begins = |line: &str| line.trim_start().starts_with("::");
        if self != Self::GitHub || !(text.contains("##[") || text.lines().any(begins)) {
            return text.into();
        }
        let line = |line: &str| match line.find("::") {
            Some(at) if begins(line) => format!("{}: :{}", &line[..at], &line[at + 2..]),
            _ => line.to_owned(),
        };
        text.replace("##[", "## [").split('\n').map(line).collect::<Vec<_>>().join("\n").into()
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_of_github_begins_and_ends_with_a_command_of_its_own() {
        assert_eq!(Ci::GitHub.begin("script", "scripts/bootstrap.sh", 7), "::group::scripts/bootstrap.sh");
        assert_eq!(Ci::GitHub.end("script", 8), "::endgroup::");
    }

    #[test]
    fn a_section_of_gitlab_is_named_and_has_its_times() {
        let begin = Ci::GitLab.begin("script", "scripts/bootstrap.sh", 7);
        assert_eq!(begin, "\u{1b}[0Ksection_start:7:script[collapsed=true]\r\u{1b}[0Kscripts/bootstrap.sh");
        assert_eq!(Ci::GitLab.end("script", 8), "\u{1b}[0Ksection_end:8:script\r\u{1b}[0K");
    }

    #[test]
    fn an_annotation_is_one_line_whatever_is_in_it() {
        let failure = Failure::refused("vault-auth: a,b", "100% wrong\nreally").hint("mend it");
        assert_eq!(
            Ci::GitHub.error(&failure).unwrap(),
            "::error title=vault-auth%3A a%2Cb::100%25 wrong%0Areally%0Anext: mend it"
        );
        assert_eq!(Ci::GitHub.warning("a\nb").unwrap(), "::warning::a%0Ab");
        assert_eq!((Ci::GitLab.error(&failure), Ci::GitLab.warning("a")), (None, None));
    }

    #[test]
    fn what_others_wrote_commands_nothing() {
        let check = |text: &str, expect: &str| assert_eq!(Ci::GitHub.harmless(text), expect);
        check("::error::no", ": :error::no");
        check("a\n  ::stop-commands::x\nb", "a\n  : :stop-commands::x\nb");
        check("12:00 ##[add-path]x", "12:00 ## [add-path]x");
        check("a :: b", "a :: b");
        assert_eq!(Ci::GitLab.harmless("::error::no"), "::error::no");
    }
}
