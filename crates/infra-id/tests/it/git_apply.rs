//! `git apply` accepts the diff of `patch`, and fixes the file.

use std::path::Path;
use std::process::{Command, Output};

use infra_id::{Search, patch};

const LIVE: &str = "prod-x7k2q";

fn search() -> Search {
    Search::new("prod", Some(LIVE), [])
}

#[expect(clippy::disallowed_methods, reason = "the real git applies the diff")]
fn git(folder: &Path, arguments: &[&str]) -> Output {
    let mut git = Command::new("git");
    git.args(arguments).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap()
}

/// Checks that `git apply` changes `file` from `before` to `after`.
#[track_caller]
fn check(file: &str, before: &str, after: &str) {
    let folder = tempfile::tempdir().unwrap();
    assert!(git(folder.path(), &["init", "-q"]).status.success());
    let path = folder.path().join(file);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(&path, before).unwrap();
    let diff = patch(&search(), file, before.as_bytes());
    fs_err::write(folder.path().join(".git/fix.patch"), &diff).unwrap();
    let applied = git(folder.path(), &["apply", ".git/fix.patch"]);
    let errors = String::from_utf8_lossy(&applied.stderr);
    assert!(applied.status.success(), "{errors}\n{}", String::from_utf8_lossy(&diff));
    assert_eq!(fs_err::read_to_string(&path).unwrap(), after);
    assert!(search().find(file, after.as_bytes()).is_empty());
}

#[test]
fn one_line() {
    check("values.yaml", "a: 1\ninfraID: prod-nkqd9\nb: 2\n", "a: 1\ninfraID: prod-x7k2q\nb: 2\n");
}

#[test]
fn several_on_one_line_and_several_hunks() {
    let lines = |id: &str| {
        let mut lines: Vec<String> = (0..200).map(|n| format!("line {n}")).collect();
        lines[0] = format!("{id} {id}-node");
        lines[99] = format!("kubernetes.io/cluster/{id}");
        lines[199] = format!("- {id}");
        lines.join("\n") + "\n"
    };
    check("charts/c/values-prod.yaml", &lines("prod-nkqd9"), &lines(LIVE));
    let diff = patch(&search(), "v", lines("prod-nkqd9").as_bytes());
    assert_eq!(String::from_utf8(diff).unwrap().matches("@@ -").count(), 3);
}

#[test]
fn a_last_line_without_an_end() {
    check("a", "infraID: prod-nkqd9", "infraID: prod-x7k2q");
    check("a", "infraID: prod-nkqd9\nend", "infraID: prod-x7k2q\nend");
}

#[test]
fn lines_that_end_with_carriage_returns() {
    check("a", "a: 1\r\ninfraID: prod-nkqd9\r\nb: 2\r\n", "a: 1\r\ninfraID: prod-x7k2q\r\nb: 2\r\n");
    check("a", "a\rb\ninfraID: prod-nkqd9\r", "a\rb\ninfraID: prod-x7k2q\r");
}

#[test]
fn names_with_blanks_quotes_and_letters_of_all_sorts() {
    for name in ["my values/a b.yaml", "größe.yaml", "a\"b\\c.yaml"] {
        check(name, "infraID: prod-nkqd9\n", "infraID: prod-x7k2q\n");
    }
}

#[test]
fn an_id_of_another_length() {
    let search = Search::new("prod", Some(LIVE), ["before-bcdfg"]);
    let diff = String::from_utf8(patch(&search, "a", b"id: before-bcdfg-node\n")).unwrap();
    assert!(diff.ends_with("-id: before-bcdfg-node\n+id: prod-x7k2q-node\n"), "{diff}");
}

#[test]
fn nothing_to_fix_is_no_diff() {
    for text in ["infraID: prod-x7k2q\n", "infraID: stage-7hjkl\n", ""] {
        assert!(patch(&search(), "a", text.as_bytes()).is_empty(), "{text}");
    }
    assert!(patch(&Search::new("prod", None, []), "a", b"infraID: prod-nkqd9\n").is_empty());
}

#[test]
fn very_many_lines_and_those_far_apart() {
    let text = |id: &str| (0..20_000).map(|at| format!("x: {at}\ninfraID: {id}\n")).collect::<String>();
    check("a", &text("prod-nkqd9"), &text("prod-x7k2q"));
    let far = |id: &str| format!("infraID: {id}\n{id}-b\n{}{id}-c\n{}{id}", "x\n".repeat(6), "x\n".repeat(7));
    check("a", &far("prod-nkqd9"), &far("prod-x7k2q"));
}
