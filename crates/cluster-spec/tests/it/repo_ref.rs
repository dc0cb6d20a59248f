//! Which refs are taken, and for what.

use cluster_spec::RepoRef;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn check(text: &str, expect: fn(String) -> RepoRef) {
    assert_eq!(RepoRef::parse(text), Ok(expect(text.to_owned())));
}

fn refused(text: &str, expect: &str) {
    let error = RepoRef::parse(text).unwrap_err().to_string();
    assert!(error.contains(expect), "{error}");
}

#[test]
fn a_branch_or_tag_is_a_name() {
    check("main", RepoRef::Name);
    check("release/4.20", RepoRef::Name);
    check("v1.2.0", RepoRef::Name);
}

#[test]
fn a_full_commit_id_is_a_commit() {
    check(COMMIT, RepoRef::Commit);
    check(&COMMIT.to_uppercase(), RepoRef::Commit);
    check(&format!("{COMMIT}{}", &COMMIT[..24]), RepoRef::Commit);
}

#[test]
fn a_full_ref_is_full() {
    check("refs/pull/7/head", RepoRef::Full);
    check("refs/heads/deadbeef", RepoRef::Full);
}

#[test]
fn an_abbreviated_commit_id_is_refused_and_the_full_one_asked_for() {
    refused(&COMMIT[..39], "the full commit id");
    refused("deadbeef", "the full commit id");
    refused("deadbeef", "refs/heads/deadbeef");
    refused("0a1b2c3", "the full commit id");
}

#[test]
fn short_words_and_dates_are_names() {
    check("face", RepoRef::Name);
    check("20261123", RepoRef::Name);
}

#[test]
fn what_no_ref_may_hold_is_refused() {
    refused("", "a branch, a tag");
    refused("-main", "leading `-`");
    refused("--upload-pack=x", "leading `-`");
    refused("a b", "whitespace");
    refused("main\n", "whitespace");
    refused("a\u{7}b", "control");
    refused("a..b", "`..`");
    refused("a^", "without any of");
    refused("a:b", "without any of");
    refused("a*", "without any of");
    refused("a//b", "Git allows");
    refused("a.lock", "Git allows");
    refused("/a", "Git allows");
    refused("HEAD@{1}", "Git allows");
}
