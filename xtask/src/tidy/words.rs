use crate::tidy::prose::{Prose, without_code};
use crate::tidy::tracked::Tracked;

/// Words that mean too many things, and the words of the field.
const WORDS: [(&[&str], &str); 10] = [
    (&["tell", "tells", "told", "telling"], "report, print, show, name"),
    (&["odd", "odder", "oddly"], "a warning, unexpected, wrong"),
    (&["ours"], "the name of its owner"),
    (&["stand", "stands", "stood", "standing"], "is, exists, remains, means"),
    (&["look", "looks", "looked", "looking"], "observe, check, read, search, query"),
    (&["way", "ways"], "path, method, route, connection"),
    (&["here"], "on this machine, in this file, if"),
    (&["anew"], "again"),
    (&["mend", "mends", "mended", "mending"], "fix"),
    (&["said"], "reported, answered, printed"),
];

/// First words of a doc comment that ask instead of naming a thing.
const BEGINNINGS: [&str; 4] = ["What", "Whether", "Those", "So many"];

/// Files without rules for their words: this file quotes them.
const QUOTES: &str = "xtask/src/tidy/words.rs";

/// Words of other programs, quoted as these programs print them: file, phrase, reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// Paths that are not reworded yet.
const NOT_YET: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Makefile",
    "README.md",
    "clippy.toml",
    "crates/advice/",
    "crates/advice-derive/",
    "crates/argocd/",
    "crates/bitiq-bootstrap/README.md",
    "crates/bitiq-bootstrap/src/",
    "crates/bitiq-bootstrap/tests/",
    "crates/bootstrap-core/",
    "crates/child-process/",
    "crates/cluster-access/",
    "crates/cluster-spec/",
    "crates/credentials/",
    "crates/diagnostics/",
    "crates/disk/",
    "crates/gitops-clone/",
    "crates/healthcheck/",
    "crates/infra-id/",
    "crates/preflight/",
    "crates/run-lock/",
    "crates/sandbox/",
    "crates/secret/",
    "crates/settings/",
    "crates/trace/",
    "crates/transport/",
    "crates/vault-access/",
    "crates/vault-auth/",
    "docs/",
    "scripts/",
    "xtask/",
];

/// Strings, comments and pages have plain words, and a doc comment names a thing (CONTRIBUTING.md, Words).
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    let covered = |(path, _): &&Tracked| path != QUOTES && !NOT_YET.iter().any(|it| path.starts_with(it));
    files.iter().filter(covered).flat_map(|(path, text)| of_file(path, text)).chain(stale(files)).collect()
}

fn of_file(path: &str, text: &str) -> Vec<String> {
    let (texts, docs) = prose(path, text);
    let mut problems: Vec<String> = texts.iter().flat_map(|text| of_text(path, text)).collect();
    problems.extend(docs.iter().filter_map(|(line, doc)| of_doc(path, *line, doc)));
    problems
}

/// The texts of a file that people read, and the beginnings of its doc comments.
fn prose(path: &str, text: &str) -> (Vec<String>, Vec<(usize, String)>) {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit('.').next() {
        Some("rs") => {
            Prose::of_rust(text).map_or_else(Default::default, |it| (vec![it.comments, it.strings], it.docs))
        }
        Some("md") => (vec![without_code(text)], Vec::new()),
        Some("css" | "Makefile" | "py" | "sh" | "toml") => (vec![text.to_owned()], Vec::new()),
        _ => Default::default(),
    }
}

fn of_text(path: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = without_exceptions(path, line);
        for (word, instead) in words(&line).filter_map(refused) {
            problems.push(format!("{path}:{}: `{word}`: write {instead}", index + 1));
        }
    }
    problems
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn without_exceptions(path: &str, line: &str) -> String {
    let of_file = EXCEPTIONS.iter().filter(|(file, ..)| *file == path);
    of_file.fold(line.to_owned(), |line, (_, phrase, _)| line.replace(phrase, ""))
}

fn refused(word: &str) -> Option<(String, &'static str)> {
    let word = word.to_lowercase();
    let (_, instead) = WORDS.iter().find(|(words, _)| words.contains(&word.as_str()))?;
    Some((word, instead))
}

fn of_doc(path: &str, line: usize, doc: &str) -> Option<String> {
    let begins = |words: &&&str| {
        doc.strip_prefix(**words).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    let beginning = BEGINNINGS.iter().find(begins)?;
    Some(format!("{path}:{line}: a doc comment begins with a noun or a verb, not with `{beginning}`"))
}

/// Exceptions without their phrase in the file.
fn stale(files: &[Tracked]) -> Vec<String> {
    let is_used =
        |file: &str, phrase: &str| files.iter().any(|(path, text)| path == file && text.contains(phrase));
    let unused = EXCEPTIONS.iter().filter(|(file, phrase, _)| !is_used(file, phrase));
    unused.map(|(file, phrase, _)| format!("{file} has no `{phrase}`: remove it from words.rs")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn lines(path: &str, text: &str, expect: &[usize]) {
        let line = |problem: &String| problem.split(':').nth(1).and_then(|it| it.parse::<usize>().ok());
        let problems = of_file(path, text);
        assert_eq!(problems.iter().filter_map(line).collect::<Vec<_>>(), expect, "{problems:?}");
    }

    #[test]
    fn each_word_is_refused_in_any_case() {
        for word in WORDS.iter().flat_map(|(words, _)| *words) {
            lines("a.md", &format!("one\n({word})"), &[2]);
            lines("a.md", &word.to_uppercase(), &[1]);
            lines("a.md", &format!("x{word} {word}x {word}_x"), &[]);
        }
    }

    #[test]
    fn comments_and_strings_of_rust_are_read_and_names_are_not() {
        lines("src/a.rs", "/// Odd.\nfn here() {\n    f(\"a\\nway\"); // told\n}", &[1, 3, 3]);
        lines("src/a.rs", "/// See [`here`].\nfn stand() { tell(b's', 'w') }", &[]);
    }

    #[test]
    fn pages_lose_their_code_and_scripts_do_not() {
        lines("docs/a.md", "`here`\n```\nhere\n```\nhere", &[5]);
        for path in ["a.sh", "Makefile", "src/a.css", "a.py", "Cargo.toml"] {
            lines(path, "a\n`here`", &[2]);
        }
        lines("a.json", "here", &[]);
    }

    #[test]
    fn a_doc_comment_begins_with_no_question() {
        for beginning in BEGINNINGS {
            lines(
                "src/a.rs",
                &format!("//! Fine.\n\n/// {beginning} are.\n/// {beginning}\nfn f() {{}}"),
                &[3],
            );
        }
        lines("src/a.rs", "/// Whatever it is.\nfn f() {} // What else", &[]);
    }

    #[test]
    fn unknown_exceptions_are_stale() {
        assert_eq!(stale(&[]).len(), EXCEPTIONS.len());
    }
}
