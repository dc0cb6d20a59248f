//! GitHub Actions and GitLab: folded groups, and annotations of errors and warnings.
//!
//! A runner takes commands from any line of a job's output, so what others wrote (the script, a cluster) is made
//! harmless first: GitHub reads `::name::` at the beginning of a line, blanks aside, and `##[name]` anywhere in it
//! (actions/runner, `ActionCommand.cs`); GitLab's markers need control characters, which never get here. What is put into
//! a command was masked and cleaned before: percent-encoded, a secret is no longer found.

use diagnostics::Failure;
use std::borrow::Cow;

use super::super::sanitize::uncoloured;
use super::view::Ci;

/// The name of a section: GitLab folds only what no other section of the job is called, whatever ran before or runs
/// beside it there, and takes these characters alone.
pub fn section(group: &str, cluster: &str, process: u32, now: i64) -> String {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.' | '-');
    let name = |c: char| Some(c.to_ascii_lowercase()).filter(|c| allowed(*c)).unwrap_or('_');
    format!("{group}-{cluster}-{now}-{process}").chars().map(name).collect()
}

impl Ci {
    /// The line that begins a folded group.
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

    /// A failure, as an annotation, its texts as `cleaned` makes them; GitLab has none in its logs.
    pub fn error(self, failure: &Failure, cleaned: impl Fn(&str) -> String) -> Option<String> {
        let mut text = vec![failure.message.clone()];
        text.extend(failure.causes.iter().map(ToString::to_string));
        text.extend(failure.hint.iter().map(|hint| format!("next: {hint}")));
        let (step, text) = (cleaned(failure.subject.name()), cleaned(&text.join("\n")));
        (self == Self::GitHub).then(|| format!("::error title={}::{}", property(&step), data(&text)))
    }

    /// A warning, as an annotation.
    pub fn warning(self, text: &str) -> Option<String> {
        (self == Self::GitHub).then(|| format!("::warning::{}", data(text)))
    }

    /// A plain text in which the runner finds no command. A line that would hold one loses its colours: where they are off,
    /// nothing may come to the beginning of a line by losing them later.
    pub fn harmless(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::GitHub if uncoloured(text).lines().any(commands) => {
                text.split('\n').map(broken_up).collect::<Vec<_>>().join("\n").into()
            }
            Self::GitHub | Self::GitLab => text.into(),
        }
    }
}

/// True if the runner takes a line without colours for a command.
fn commands(bare: &str) -> bool {
    begins(bare) || bare.contains("##[")
}

fn begins(bare: &str) -> bool {
    bare.trim_start().starts_with("::")
}

fn broken_up(line: &str) -> Cow<'_, str> {
    let bare = uncoloured(line);
    if !commands(&bare) {
        return line.into();
    }
    let broken = if begins(&bare) { bare.replacen("::", ": :", 1) } else { bare };
    broken.replace("##[", "## [").into()
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use diagnostics::{Step, Subject};

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
    fn a_section_is_called_as_no_other_of_the_job_and_as_gitlab_takes_it() {
        assert_eq!(section("script", "prod", 17, 7), "script-prod-7-17");
        assert_eq!(section("looks", "_example/Ä B", 17, 7), "looks-_example___b-7-17");
    }

    #[test]
    fn an_annotation_is_one_line_whatever_is_in_it() {
        let failure =
            Failure::example(Subject::Command("vault-auth: a,b"), "100% wrong\nreally").hint("mend it");
        assert_eq!(
            Ci::GitHub.error(&failure, str::to_owned).unwrap(),
            "::error title=vault-auth%3A a%2Cb::100%25 wrong%0Areally%0Anext: mend it"
        );
        assert_eq!(Ci::GitHub.warning("a\nb").unwrap(), "::warning::a%0Ab");
        assert_eq!((Ci::GitLab.error(&failure, str::to_owned), Ci::GitLab.warning("a")), (None, None));
    }

    #[test]
    fn an_annotation_is_cleaned_before_it_is_encoded() {
        let failure = Failure::example(Step::Script, "it said 100%secret").hint("100%secret");
        let hidden = |text: &str| text.replace("100%secret", "***");
        assert_eq!(
            Ci::GitHub.error(&failure, hidden).unwrap(),
            "::error title=script::it said ***%0Anext: ***"
        );
    }

    #[test]
    fn what_others_wrote_commands_nothing() {
        let check = |text: &str, expect: &str| assert_eq!(Ci::GitHub.harmless(text), expect);
        check("::error::no", ": :error::no");
        check("a\n  ::stop-commands::x\nb", "a\n  : :stop-commands::x\nb");
        check("12:00 ##[add-path]x", "12:00 ## [add-path]x");
        check("a :: b", "a :: b");
        check("a\n:::b::", "a\n: ::b::");
    }

    #[test]
    fn a_command_behind_colours_is_seen_through() {
        let check = |text: &str, expect: &str| assert_eq!(Ci::GitHub.harmless(text), expect);
        check("\u{1b}[0m::error::x", ": :error::x");
        check("a\n \u{1b}[31m:\u{1b}[0m:error::x", "a\n : :error::x");
        check("\u{1b}[31m#\u{1b}[0m#[error]x", "## [error]x");
        check("\u{1b}[31ma\u{1b}[0m :: b", "\u{1b}[31ma\u{1b}[0m :: b");
        check("\u{1b}[31ma\u{1b}[0m\n::b", "\u{1b}[31ma\u{1b}[0m\n: :b");
    }

    #[test]
    fn gitlab_reads_no_such_command() {
        assert_eq!(Ci::GitLab.harmless("::error::no"), "::error::no");
    }
}
