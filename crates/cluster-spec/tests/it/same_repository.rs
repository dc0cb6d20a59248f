//! URLs compared by Argo CD's rule.

use cluster_spec::{covers, same_repository};

fn same(a: &str, b: &str) {
    assert!(same_repository(a, b), "{a} {b}");
    assert!(same_repository(b, a), "{b} {a}");
}

fn other(a: &str, b: &str) {
    assert!(!same_repository(a, b), "{a} {b}");
    assert!(!same_repository(b, a), "{b} {a}");
}

#[test]
fn case_does_not_count() {
    same("https://GitHub.com/Org/Repo", "https://github.com/org/repo");
}

#[test]
fn one_git_at_the_end_does_not_count() {
    same("https://h/o/r.git", "https://h/o/r");
    other("https://h/o/r.git.git", "https://h/o/r");
}

#[test]
fn space_around_does_not_count() {
    same(" https://h/o/r\n", "https://h/o/r");
}

#[test]
fn a_trailing_slash_counts() {
    other("https://h/o/r/", "https://h/o/r");
    other("https://h/o/r.git/", "https://h/o/r.git");
}

#[test]
fn the_form_of_scp_is_ssh() {
    same("git@github.com:o/r.git", "ssh://git@github.com/o/r");
    same("git@github.com:o/r", "git@github.com/o/r");
}

#[test]
fn a_port_is_no_part_of_the_form_of_scp() {
    other("git@h:2222/o/r", "ssh://git@h:2222/o/r");
}

#[test]
fn scheme_user_and_port_count() {
    other("https://h/o/r", "http://h/o/r");
    other("https://bot@h/o/r", "https://h/o/r");
    other("https://h:443/o/r", "https://h/o/r");
    other("ssh://git@h/o/r", "https://h/o/r");
}

#[test]
fn what_is_no_url_equals_itself_alone() {
    same("ssh://git@h:o/r", "ssh://git@h:o/r");
    other("ssh://git@h:o/r", "ssh://git@h:o/R");
    other("", "");
}

#[test]
fn a_template_covers_what_it_begins() {
    assert!(covers("https://github.com/org", "https://github.com/org/repo.git"));
    assert!(covers("https://github.com/Org/", "https://github.com/org/repo"));
    assert!(covers("https://github.com/org", "https://github.com/organisation/repo"));
    assert!(covers("git@github.com:org", "ssh://git@github.com/org/repo"));
}

#[test]
fn a_template_covers_nothing_else() {
    assert!(!covers("https://github.com/org/", "https://github.com/org"));
    assert!(!covers("https://gitlab.com", "https://github.com/org/repo"));
    assert!(!covers("", "https://github.com/org/repo"));
    assert!(!covers("https://github.com", "git@github.com:org/repo"));
}
