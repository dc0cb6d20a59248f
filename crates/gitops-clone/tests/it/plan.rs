//! The planned changes of a working copy, and the refused ones: pure.

use advice::Diagnostic as _;
use std::path::Path;

use gitops_clone::{WorkingCopy, plan};
use insta::assert_snapshot;

const OLD: &str = "1111111111111111111111111111111111111111";
const NEW: &str = "2222222222222222222222222222222222222222";
const URL: &str = "https://git.example.com/org/gitops.git";

fn described(copy: &WorkingCopy) -> String {
    match plan(copy, Path::new(".work/gitops-src"), NEW, URL) {
        Ok(changes) => {
            let warnings = changes.warnings().into_iter().map(|warning| format!("warning: {warning}"));
            let mut lines: Vec<String> =
                changes.describe().iter().map(ToString::to_string).chain(warnings).collect();
            if changes.is_empty() {
                lines.push("nothing".to_owned());
            }
            lines.join("\n")
        }
        Err(error) => format!("failed to {error}\nhint: {}", error.hint().unwrap_or_default()),
    }
}

fn clean(commit: &str, origin: Option<&str>) -> WorkingCopy {
    WorkingCopy::Clean { commit: commit.to_owned(), origin: origin.map(str::to_owned), logins: Vec::new() }
}

#[test]
fn what_is_absent_is_made() {
    assert_snapshot!(described(&WorkingCopy::Absent), @"create working copy .work/gitops-src");
}

#[test]
fn what_is_right_stays() {
    assert_snapshot!(described(&clean(NEW, Some(URL))), @"nothing");
}

#[test]
fn another_commit_is_switched_to() {
    assert_snapshot!(described(&clean(OLD, Some(URL))), @"update working copy .work/gitops-src: commit 111111111111 -> 222222222222");
}

#[test]
fn another_origin_is_followed_with_a_warning() {
    assert_snapshot!(described(&clean(NEW, Some("https://old.example.com/a.git"))), @r"
    update working copy .work/gitops-src: origin https://old.example.com/a.git -> https://git.example.com/org/gitops.git
    warning: remote origin of .work/gitops-src changes from https://old.example.com/a.git to https://git.example.com/org/gitops.git
    ");
}

#[test]
fn a_login_in_the_origin_of_old_is_not_repeated() {
    let described = described(&clean(NEW, Some("https://me:hunter2-hunter2@git.example.com/org/gitops.git")));
    assert!(!described.contains("hunter2"), "{described}");
    assert!(described.contains("rotate"), "{described}");
}

#[test]
fn a_password_that_nobody_encoded_is_not_repeated_either() {
    let at = |origin: &str| described(&clean(NEW, Some(origin)));
    for login in ["me:p@hunter2", "me:hunter2/x", "me:hun@ter2/hunter2", "hunter2"] {
        let described = at(&format!("https://{login}@git.example.com/gitops.git"));
        assert!(described.contains("origin https://***@git.example.com/gitops.git"), "{described}");
        assert!(!described.contains("ter2"), "{described}");
    }
    let described = at("https://git.example.com:8443/@org/gitops.git");
    assert!(described.contains("origin https://git.example.com:8443/@org/gitops.git"), "{described}");
    assert!(!described.contains("rotate"), "{described}");
}

#[test]
fn logins_beside_the_origin_are_taken_out() {
    let logins = ["http.https://git.example.com/.extraheader", "remote.origin.pushurl"].map(str::to_owned);
    let origin = Some(URL.to_owned());
    let copy = WorkingCopy::Clean { commit: NEW.to_owned(), origin, logins: logins.to_vec() };
    assert_snapshot!(described(&copy), @r"
    update working copy .work/gitops-src: http.https://git.example.com/.extraheader: credentials removed
    update working copy .work/gitops-src: remote.origin.pushurl: credentials removed
    warning: credentials removed from http.https://git.example.com/.extraheader in .work/gitops-src/.git/config: rotate them
    warning: credentials removed from remote.origin.pushurl in .work/gitops-src/.git/config: rotate them
    ");
}

#[test]
fn what_was_cut_off_is_finished() {
    let copy =
        WorkingCopy::Unfinished { to: OLD.to_owned(), origin: Some(URL.to_owned()), logins: Vec::new() };
    assert_snapshot!(described(&copy), @"update working copy .work/gitops-src: commit -> 222222222222 (an earlier run was interrupted)");
}

#[test]
fn changes_of_a_user_are_refused() {
    let paths = (1..=7).map(|n| format!("file{n}")).collect();
    assert_snapshot!(described(&WorkingCopy::Dirty { paths }), @r"
    failed to update .work/gitops-src: uncommitted changes in file1, file2, file3, file4, file5, and 2 more
    hint: commit and push the changes, delete .work/gitops-src, or stash the changes:
    git -C .work/gitops-src stash --include-untracked
    ");
}

#[test]
fn what_is_no_repository_is_refused() {
    assert_snapshot!(described(&WorkingCopy::NotARepository), @r"
    failed to update .work/gitops-src: the path exists and is not a Git working copy
    hint: rename that path:
    mv .work/gitops-src .work/gitops-src.old
    ");
}

#[test]
fn a_commit_of_a_user_is_refused() {
    assert_snapshot!(described(&WorkingCopy::ForeignCommit { commit: OLD.to_owned() }), @r"
    failed to update .work/gitops-src: HEAD is at commit 1111111111111111111111111111111111111111, which is on no remote branch and from no earlier run
    hint: push that commit, or rename the folder:
    mv .work/gitops-src .work/gitops-src.old
    ");
}
