//! A code and what it stands for.

use std::fmt;

use advice::Entry;
use diagnostics::CheckId;

use super::entries;
use crate::exit;

/// What a code stands for.
#[derive(Clone, Copy)]
pub enum Topic {
    /// An error.
    Error(&'static Entry),
    /// A check.
    Check(CheckId),
    /// An exit code, with its meaning.
    Exit(u8, &'static str),
}

impl Topic {
    /// The code.
    pub fn code(self) -> String {
        match self {
            Self::Error(entry) => entry.code.into(),
            Self::Check(id) => id.code().into(),
            Self::Exit(code, _) => format!("EXIT-{code}"),
        }
    }

    /// The one sentence that stands for it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Error(entry) => entry.message,
            Self::Check(id) => id.title(),
            Self::Exit(_, meaning) => meaning,
        }
    }

    /// Its place in the docs.
    pub fn page(self) -> String {
        let page = match self {
            Self::Error(_) => "errors",
            Self::Check(_) => "checks",
            Self::Exit(..) => "reference",
        };
        format!("docs/{page}.md#{}", anchor(&self.code()))
    }

    /// True if `code` names it. A check has a name beside its code, an exit code is a number too.
    fn is(self, code: &str) -> bool {
        let other = match self {
            Self::Error(_) => String::new(),
            Self::Check(id) => id.name().into(),
            Self::Exit(code, _) => code.to_string(),
        };
        self.code().eq_ignore_ascii_case(code) || (!code.is_empty() && other.eq_ignore_ascii_case(code))
    }
}

/// For a terminal.
impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.code(), self.title())?;
        match self {
            Self::Error(entry) => {
                writeln!(f, "  cause  {}", entry.cause.replace('\n', " "))?;
                for fix in entry.fixes {
                    writeln!(f, "  fix    {}", fix.trim().replace('\n', "\n         "))?;
                }
            }
            Self::Check(id) => writeln!(f, "  passes if  {}\n  in JSON    {}", id.claim(), id.name())?,
            Self::Exit(..) => {}
        }
        writeln!(f, "  docs   {}", self.page())
    }
}

/// The anchor of a code in the docs.
pub fn anchor(code: &str) -> String {
    code.to_lowercase()
}

/// All codes, in the order of the docs.
pub fn all() -> impl Iterator<Item = Topic> {
    let errors = entries().map(Topic::Error);
    let checks = CheckId::ALL.iter().map(|id| Topic::Check(*id));
    errors.chain(checks).chain(exit::ALL.iter().map(|(code, meaning)| Topic::Exit(*code, meaning)))
}

/// What `code` stands for.
pub fn find(code: &str) -> Option<Topic> {
    all().find(|topic| topic.is(code.trim()))
}

/// The codes of the same area: `VAULT` of `VAULT-999`.
pub fn nearest(code: &str) -> Vec<String> {
    let area = |code: &str| code.split('-').next().unwrap_or_default().to_uppercase();
    let wanted = area(code.trim());
    all().map(Topic::code).filter(|code| area(code) == wanted).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Every code that was ever given, with its owner. `retired` stands for an owner that is gone.
    const GIVEN: &str = include_str!("codes.txt");

    fn given() -> BTreeMap<&'static str, &'static str> {
        GIVEN.lines().map(|line| line.split_once(' ').unwrap()).collect()
    }

    fn owner(topic: Topic) -> String {
        match topic {
            Topic::Error(entry) => entry.name.into(),
            Topic::Check(id) => id.name().into(),
            Topic::Exit(code, _) => code.to_string(),
        }
    }

    #[test]
    fn a_code_never_changes_its_owner_and_is_never_given_again() {
        assert_eq!(given().len(), GIVEN.lines().count(), "a code stands in codes.txt twice");
        let now: BTreeMap<String, String> = all().map(|topic| (topic.code(), owner(topic))).collect();
        assert_eq!(now.len(), all().count(), "two owners have one code");
        for (code, owner) in &now {
            assert_eq!(given().get(code.as_str()), Some(&owner.as_str()), "{code}: add it to codes.txt");
        }
        for (code, owner) in given() {
            assert!(owner == "retired" || now.contains_key(code), "{code} {owner}: mark it as retired");
        }
    }

    #[test]
    fn every_code_is_explained_and_has_its_anchor_in_the_docs() {
        let pages = [super::super::errors_page(), super::super::checks_page(), exit_codes()];
        for topic in all() {
            let text = topic.to_string();
            assert!(text.starts_with(&format!("{}: ", topic.code())) && text.lines().count() > 1, "{text}");
            let anchor = format!("<a id=\"{}\"></a>", anchor(&topic.code()));
            assert_eq!(pages.iter().map(|page| page.matches(&anchor).count()).sum::<usize>(), 1, "{anchor}");
        }
    }

    fn exit_codes() -> String {
        include_str!("../../../../docs/reference.md").to_owned()
    }

    #[test]
    fn a_code_is_found_in_any_case_a_check_by_its_name_an_exit_code_by_its_number() {
        for code in ["VAULT-001", " vault-001 ", "CHK-001", "cluster-yaml", "EXIT-3", "3"] {
            assert!(find(code).is_some(), "{code}");
        }
        assert!(find("").is_none() && find("VAULT-999").is_none());
        assert!(nearest("vault-999").contains(&"VAULT-001".to_owned()) && nearest("nonsense").is_empty());
    }
}
