//! The working copy: created, moved, kept. Plain Git accepts it.

use std::os::unix::fs::PermissionsExt as _;

use gitops_clone::{GitError, Move, WorkingCopy};
use sandbox::git_host::{File, PRIVATE};
use tokio_util::sync::CancellationToken;

use crate::place::Place;

/// Makes a working copy at the first commit.
async fn made() -> (Place, String) {
    let place = Place::new().await;
    let files = [
        File::new("a", "1"),
        File::new("dir/b", "2"),
        File::executable("run.sh", "#!/bin/sh\n"),
        File::symlink("link", "a"),
        File::new(".gitignore", "*.log\n"),
        File::new("gone/deep/file", "3"),
        File::new("file-or-folder", "4"),
        File::new("folder-or-file/x", "5"),
    ];
    let commit = place.commit(PRIVATE, &files).await;
    let changes = place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(changes.moves, Move::Clone);
    (place, commit)
}

async fn second(place: &Place) -> String {
    let files = [
        File::new("a", "changed"),
        File::deleted("gone"),
        File::new("new/c", "6"),
        File::deleted("file-or-folder"),
        File::new("file-or-folder/now", "7"),
        File::deleted("folder-or-file"),
        File::new("folder-or-file", "8"),
        File::executable("dir/b", "2"),
    ];
    place.commit(PRIVATE, &files).await
}

fn is_executable(place: &Place, path: &str) -> bool {
    place.copy().join(path).metadata().unwrap().permissions().mode() & 0o100 != 0
}

#[tokio::test]
async fn plain_git_is_content_with_it() {
    let (place, commit) = made().await;
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert_eq!(place.git(&["rev-parse", "HEAD"]), commit);
    assert_eq!(place.git(&["log", "--format=%H"]), commit);
    assert_eq!(place.git(&["rev-parse", "--abbrev-ref", "HEAD"]), "HEAD");
    assert_eq!(place.git(&["remote", "get-url", "origin"]), place.host.url(PRIVATE));
    assert_eq!(place.git(&["fsck", "--no-dangling"]), "");
    assert_eq!((place.read("dir/b").unwrap(), place.read("link").unwrap()), ("2".to_owned(), "1".to_owned()));
    assert!(is_executable(&place, "run.sh") && !is_executable(&place, "a"));
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_git_can_fetch_in_it() {
    let (mut place, _) = made().await;
    let commit = place.commit(PRIVATE, &[File::new("a", "later")]).await;
    let rewritten =
        place.host.url(PRIVATE).replace("https://", &format!("https://x:{}@", place.host.token()));
    place.env.insert("GIT_CONFIG_COUNT".into(), "1".into());
    place.env.insert("GIT_CONFIG_KEY_0".into(), format!("url.{rewritten}.insteadOf").into());
    place.env.insert("GIT_CONFIG_VALUE_0".into(), place.host.url(PRIVATE).into());
    place.git(&["fetch", "--quiet"]);
    assert_eq!(place.git(&["rev-parse", "origin/main"]), commit);
}

#[tokio::test]
async fn a_second_time_nothing_is_done() {
    let (place, _) = made().await;
    place.host.clear_log();
    let changes = place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert!(changes.is_empty(), "{changes:?}");
    // Only the listing of refs goes over the network.
    assert_eq!(place.host.log().len(), 2, "{:?}", place.host.log());
}

#[tokio::test]
async fn names_of_other_encodings_are_no_change() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let place = Place::new().await;
    let dir = place.home().join("other");
    place.git_in(place.home(), &["init", "--quiet", "--initial-branch=main", "other"]);
    fs_err::write(dir.join("plain"), "x").unwrap();
    place.git_in(&dir, &["add", "--all"]);
    place.git_in(&dir, &["commit", "--quiet", "--message=plain"]);
    let remote = place.remote_at(&format!("file://{}", dir.display()));
    place.bring(&remote, "main").await.unwrap();
    for name in [&b"\xe9t\xe9.txt"[..], b"\xff"] {
        fs_err::write(dir.join(OsStr::from_bytes(name)), "x").unwrap();
    }
    fs_err::create_dir(dir.join(OsStr::from_bytes(b"d\xe9"))).unwrap();
    fs_err::write(dir.join(OsStr::from_bytes(b"d\xe9")).join("y"), "x").unwrap();
    place.git_in(&dir, &["add", "--all"]);
    place.git_in(&dir, &["commit", "--quiet", "--message=other"]);
    place.bring(&remote, "main").await.unwrap();
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    let changes = place.bring(&remote, "main").await.unwrap();
    assert!(changes.is_empty(), "{changes:?}");
}

#[tokio::test]
async fn it_does_not_need_the_cache() {
    let (place, commit) = made().await;
    fs_err::remove_dir_all(place.cache()).unwrap();
    assert_eq!(place.git(&["fsck", "--no-dangling"]), "");
    assert_eq!(place.git(&["log", "--format=%H"]), commit);
}

#[tokio::test]
async fn a_new_commit_moves_it_deleted_files_included() {
    let (place, first) = made().await;
    let commit = second(&place).await;
    let changes = place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(changes.moves, Move::Switch { from: Some(first), to: commit.clone() });
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert_eq!(place.git(&["rev-parse", "HEAD"]), commit);
    assert_eq!(place.git(&["fsck", "--no-dangling"]), "");
    assert_eq!(place.read("a").unwrap(), "changed");
    assert_eq!(place.read("file-or-folder/now").unwrap(), "7");
    assert_eq!(place.read("folder-or-file").unwrap(), "8");
    assert!(!place.copy().join("gone").exists());
    assert!(is_executable(&place, "dir/b"));
}

#[tokio::test]
async fn and_back_again() {
    let (place, first) = made().await;
    second(&place).await;
    place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    place.bring(&place.remote(PRIVATE), &first).await.unwrap();
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert_eq!(place.git(&["rev-parse", "HEAD"]), first);
    assert_eq!(place.read("gone/deep/file").unwrap(), "3");
}

#[tokio::test]
async fn ignored_files_are_no_change_and_stay() {
    let (place, _) = made().await;
    place.write("debug.log", "mine");
    second(&place).await;
    place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(place.read("debug.log").unwrap(), "mine");
}

#[tokio::test]
async fn what_the_user_ignores_everywhere_is_no_change() {
    let (place, _) = made().await;
    place.write(".DS_Store", "mine");
    assert!(matches!(place.observe(&[]).await.unwrap(), WorkingCopy::Dirty { .. }));
    fs_err::create_dir_all(place.home().join(".config/git")).unwrap();
    fs_err::write(place.home().join(".config/git/ignore"), ".DS_Store\n").unwrap();
    assert!(matches!(place.observe(&[]).await.unwrap(), WorkingCopy::Clean { .. }));
    fs_err::remove_dir_all(place.home().join(".config")).unwrap();
    fs_err::write(place.home().join("my ignores"), ".DS_Store\n").unwrap();
    place.gitconfig("[core]\n\texcludesFile = ~/my ignores\n");
    assert!(matches!(place.observe(&[]).await.unwrap(), WorkingCopy::Clean { .. }));
}

/// Checks that a change of `git status` is refused and kept.
async fn dirty(change: impl Fn(&Place), expect: &[&str]) {
    let (place, first) = made().await;
    change(&place);
    let before = place.git(&["status", "--porcelain"]);
    second(&place).await;
    let error = place.bring(&place.remote(PRIVATE), "main").await.unwrap_err();
    let GitError::Dirty { paths, .. } = &error else { panic!("{error}") };
    assert_eq!(paths, expect);
    assert_eq!(place.git(&["status", "--porcelain"]), before);
    assert_eq!(place.git(&["rev-parse", "HEAD"]), first);
}

#[tokio::test]
async fn an_edited_file_is_refused() {
    dirty(|place| place.write("a", "9"), &["a"]).await;
}

#[tokio::test]
async fn an_untracked_file_is_refused() {
    dirty(|place| place.write("mine", "9"), &["mine"]).await;
}

#[tokio::test]
async fn a_deleted_file_is_refused() {
    dirty(|place| fs_err::remove_file(place.copy().join("a")).unwrap(), &["a"]).await;
}

#[tokio::test]
async fn a_staged_change_is_refused() {
    let stage = |place: &Place| {
        place.write("a", "9");
        place.git(&["add", "a"]);
    };
    dirty(stage, &["a"]).await;
}

#[tokio::test]
async fn a_changed_mode_is_refused() {
    let change = |place: &Place| {
        let path = place.copy().join("a");
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    dirty(change, &["a"]).await;
}

#[tokio::test]
async fn a_commit_of_the_user_is_refused() {
    let (place, _) = made().await;
    place.write("a", "mine");
    place.git(&["commit", "--quiet", "-am", "mine"]);
    let mine = place.git(&["rev-parse", "HEAD"]);
    assert_eq!(place.observe(&[]).await.unwrap(), WorkingCopy::ForeignCommit { commit: mine.clone() });
    assert!(matches!(place.observe(std::slice::from_ref(&mine)).await.unwrap(), WorkingCopy::Clean { .. }));
}

#[tokio::test]
async fn an_empty_folder_counts_as_absent() {
    let place = Place::new().await;
    place.commit(PRIVATE, &[File::new("a", "1")]).await;
    fs_err::create_dir(place.copy()).unwrap();
    place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(place.read("a").unwrap(), "1");
}

#[tokio::test]
async fn a_folder_that_is_no_repository_is_refused() {
    let place = Place::new().await;
    fs_err::create_dir(place.copy()).unwrap();
    place.write("mine", "1");
    assert_eq!(place.observe(&[]).await.unwrap(), WorkingCopy::NotARepository);
}

#[tokio::test]
async fn a_file_in_its_place_is_refused() {
    let place = Place::new().await;
    fs_err::write(place.copy(), "mine").unwrap();
    assert_eq!(place.observe(&[]).await.unwrap(), WorkingCopy::NotARepository);
}

#[tokio::test]
async fn a_repository_without_a_commit_is_refused() {
    let place = Place::new().await;
    fs_err::create_dir(place.copy()).unwrap();
    place.git(&["init", "--quiet"]);
    assert_eq!(place.observe(&[]).await.unwrap(), WorkingCopy::NotARepository);
}

#[tokio::test]
async fn a_symbolic_link_is_refused() {
    let place = Place::new().await;
    let elsewhere = place.home().join("elsewhere");
    fs_err::create_dir(&elsewhere).unwrap();
    fs_err::os::unix::fs::symlink(&elsewhere, place.copy()).unwrap();
    let error = place.observe(&[]).await.unwrap_err();
    assert!(matches!(error, GitError::Symlink { .. }), "{error}");
}

#[tokio::test]
async fn a_git_folder_that_leads_elsewhere_is_refused() {
    let (place, _) = made().await;
    fs_err::rename(place.copy().join(".git"), place.home().join("other.git")).unwrap();
    fs_err::os::unix::fs::symlink(place.home().join("other.git"), place.copy().join(".git")).unwrap();
    assert_eq!(place.observe(&[]).await.unwrap(), WorkingCopy::NotARepository);
}

#[tokio::test]
async fn another_origin_is_followed() {
    let (place, commit) = made().await;
    let file = format!("file://{}", place.host.folder(PRIVATE).display());
    let changes = place.bring(&place.remote_at(&file), "main").await.unwrap();
    assert_eq!(changes.origin_changed, Some((Some(place.host.url(PRIVATE)), file.clone())));
    assert_eq!(place.git(&["remote", "get-url", "origin"]), file);
    assert_eq!(place.git(&["rev-parse", "HEAD"]), commit);
}

#[tokio::test]
async fn a_switch_that_was_cut_off_is_finished() {
    let (place, _) = made().await;
    let commit = second(&place).await;
    let marker = place.copy().join(".git/bitiq-bootstrap-unfinished");
    // A killed run leaves some old files, some new ones, some missing ones, and its lock files.
    fs_err::write(&marker, format!("{commit}\n")).unwrap();
    place.write("a", "chan");
    fs_err::remove_file(place.copy().join("dir/b")).unwrap();
    fs_err::write(place.copy().join(".git/index.lock"), "").unwrap();
    assert!(matches!(place.observe(&[]).await.unwrap(), WorkingCopy::Unfinished { .. }));
    place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert_eq!(place.git(&["rev-parse", "HEAD"]), commit);
    assert!(!marker.exists());
}

#[tokio::test]
async fn a_folder_that_became_a_link_before_the_cut_leads_to_no_deletion_elsewhere() {
    let place = Place::new().await;
    place.commit(PRIVATE, &[File::new("a", "1"), File::new("dir/b", "2")]).await;
    place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    let commit = place.commit(PRIVATE, &[File::deleted("dir")]).await;
    let elsewhere = place.home().join("elsewhere");
    fs_err::create_dir(&elsewhere).unwrap();
    fs_err::write(elsewhere.join("b"), "of a user").unwrap();
    fs_err::write(place.copy().join(".git/bitiq-bootstrap-unfinished"), format!("{commit}\n")).unwrap();
    fs_err::remove_dir_all(place.copy().join("dir")).unwrap();
    fs_err::os::unix::fs::symlink(&elsewhere, place.copy().join("dir")).unwrap();
    place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(fs_err::read_to_string(elsewhere.join("b")).unwrap(), "of a user");
    assert_eq!(place.git(&["rev-parse", "HEAD"]), commit);
}

#[tokio::test]
async fn a_copy_that_was_begun_and_cut_off_is_swept_away() {
    let place = Place::new().await;
    place.commit(PRIVATE, &[File::new("a", "1")]).await;
    let left = place.home().join("gitops-src.new-abcdef");
    fs_err::create_dir_all(left.join(".git")).unwrap();
    place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert!(!left.exists());
    let beside: Vec<_> =
        fs_err::read_dir(place.home()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(!beside.iter().any(|name| name.to_string_lossy().contains(".new-")), "{beside:?}");
}

#[tokio::test]
async fn a_cancelled_run_touches_nothing() {
    let (place, first) = made().await;
    second(&place).await;
    let remote = place.remote(PRIVATE);
    let commit = place.fetch(&remote, "main").await.unwrap();
    let copy = place.observe(&[]).await.unwrap();
    let changes = gitops_clone::plan(&copy, &place.copy(), &commit.id(), remote.url.as_str()).unwrap();
    let stop = CancellationToken::new();
    stop.cancel();
    let error = gitops_clone::apply(&commit, &changes, remote.url.as_str(), &stop).await.unwrap_err();
    assert!(matches!(error, GitError::Stopped { .. }));
    assert_eq!(place.git(&["rev-parse", "HEAD"]), first);
}

#[tokio::test]
async fn no_login_lies_in_it() {
    let (place, _) = made().await;
    let (_, password) = place.host.login();
    assert!(!place.holds(&place.copy(), &password));
}

#[tokio::test]
async fn line_ends_are_those_that_gitattributes_ask_for() {
    let place = Place::new().await;
    let files = [File::new(".gitattributes", "*.bat text eol=crlf\n"), File::new("a.bat", "one\ntwo\n")];
    place.commit(PRIVATE, &files).await;
    place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(place.read("a.bat").unwrap(), "one\r\ntwo\r\n");
    assert_eq!(place.git(&["status", "--porcelain"]), "");
}

#[tokio::test]
async fn submodules_and_lfs_pointers_are_left_as_they_are() {
    let place = Place::new().await;
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    let files = [
        File::new(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n"),
        File::new("big.bin", pointer),
        File::submodule("modules/one", &"a".repeat(40)),
        File::new("a", "1"),
    ];
    place.commit(PRIVATE, &files).await;
    place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(place.read("big.bin").unwrap(), pointer);
    assert!(matches!(place.observe(&[]).await.unwrap(), WorkingCopy::Clean { .. }));
    place.commit(PRIVATE, &[File::new("a", "2")]).await;
    place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(place.read("a").unwrap(), "2");
}
