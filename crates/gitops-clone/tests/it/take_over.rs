//! A working copy that the old script created with plain `git clone`.

use gitops_clone::{Move, WorkingCopy};
use sandbox::git_host::{File, PRIVATE};

use crate::place::Place;

fn with_login(place: &Place) -> String {
    let (user, password) = place.host.login();
    place.host.url(PRIVATE).replace("https://", &format!("https://{user}:{password}@"))
}

/// Clones with the credentials in the URL, on branch main.
async fn cloned() -> (Place, String) {
    let place = Place::new().await;
    place.commit(PRIVATE, &[File::new("a", "1"), File::new("b", "2")]).await;
    let commit = place.commit(PRIVATE, &[File::new("a", "2")]).await;
    place.git_in(place.home(), &["clone", "--quiet", &with_login(&place), "gitops-src"]);
    (place, commit)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_reused() {
    let (place, commit) = cloned().await;
    let WorkingCopy::Clean { commit: at, .. } = place.observe(&[]).await.unwrap() else {
        panic!("not clean")
    };
    assert_eq!(at, commit);
}

#[tokio::test(flavor = "multi_thread")]
async fn also_where_its_branch_is_behind_its_remote() {
    let (place, commit) = cloned().await;
    place.commit(PRIVATE, &[File::new("a", "3")]).await;
    place.git(&["fetch", "--quiet"]);
    let WorkingCopy::Clean { commit: at, .. } = place.observe(&[]).await.unwrap() else {
        panic!("not clean")
    };
    assert_eq!(at, commit);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_moves_to_a_new_commit() {
    let (place, first) = cloned().await;
    let commit = place.commit(PRIVATE, &[File::new("a", "3"), File::deleted("b")]).await;
    let changes = place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(changes.moves, Move::Switch { from: Some(first), to: commit.clone() });
    assert_eq!(place.git(&["status", "--porcelain"]), "");
    assert_eq!(place.git(&["rev-parse", "HEAD"]), commit);
    assert_eq!(place.git(&["rev-parse", "--abbrev-ref", "HEAD"]), "HEAD");
    assert!(place.read("b").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_login_in_its_origin_goes_away() {
    let (place, _) = cloned().await;
    let (_, password) = place.host.login();
    // Older versions of Git write the whole URL into their log too.
    let log = place.read(".git/logs/HEAD").unwrap().replace(&place.host.url(PRIVATE), &with_login(&place));
    assert!(log.contains(&password));
    place.write(".git/logs/HEAD", &log);
    let changes = place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(changes.moves, Move::Nothing);
    assert_eq!(place.git(&["remote", "get-url", "origin"]), place.host.url(PRIVATE));
    assert!(!place.holds(&place.copy(), &password));
    assert_eq!(place.git(&["status", "--porcelain"]), "");
}

/// Adds settings with `git config` and these arguments to an up-to-date copy. Returns the names of the settings with
/// credentials.
async fn logins_found(settings: &[&[&str]]) -> Vec<String> {
    let (place, _) = cloned().await;
    place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    for setting in settings {
        place.git(&[&["config", "--local"], *setting].concat());
    }
    let changes = place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    let config = place.read(".git/config").unwrap();
    assert!(!place.holds(&place.copy(), "hunter2"), "{config}");
    assert!(!format!("{changes:?} {:?}", changes.warnings()).contains("hunter2"), "{changes:?}");
    assert_eq!((changes.moves, changes.origin_changed), (Move::Nothing, None));
    assert_eq!(place.git(&["remote", "get-url", "origin"]), place.host.url(PRIVATE));
    assert!(place.bring(&place.remote(PRIVATE), "main").await.unwrap().is_empty(), "{config}");
    changes.logins
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_in_any_url_of_a_remote_goes_away() {
    let settings: [&[&str]; 5] = [
        &["remote.origin.pushurl", "https://me:hunter2@h/r"],
        &["--add", "remote.origin.pushurl", "https://h/other"],
        &["remote.mine.url", "https://ghp_hunter2@h/r"],
        &["remote.theirs.url", "ssh://git:hunter2@h/r"],
        &["remote.named.url", "https://bot@h/r"],
    ];
    assert_eq!(
        logins_found(&settings).await,
        ["remote.origin.pushurl", "remote.mine.url", "remote.theirs.url"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_in_a_header_goes_away() {
    let settings: [&[&str]; 4] = [
        &["http.https://h/.extraHeader", "Authorization: Basic hunter2"],
        &["http.https://me:hunter2@i/.extraheader", "X-Token: hunter2"],
        &["http.extraHeader", ""],
        &["--add", "http.extraHeader", "Cookie: a=hunter2"],
    ];
    let expect = ["http.https://h/.extraheader", "http.https://***@i/.extraheader", "http.extraheader"];
    assert_eq!(logins_found(&settings).await, expect);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_settings_stay_beside_a_login_that_goes_away() {
    let (place, _) = cloned().await;
    place.git(&["config", "http.https://h/.extraHeader", "Authorization: Basic hunter2"]);
    place.git(&["config", "http.https://h/.sslVerify", "true"]);
    place.git(&["config", "remote.mine.url", "https://me:hunter2@h/r"]);
    place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(place.git(&["config", "http.https://h/.sslVerify"]), "true");
    assert_eq!(place.git(&["config", "remote.mine.url"]), "https://h/r");
}

#[tokio::test(flavor = "multi_thread")]
async fn packed_references_and_repacked_objects_are_understood() {
    let (place, _) = cloned().await;
    place.git(&["gc", "--quiet"]);
    let commit = place.commit(PRIVATE, &[File::new("a", "3")]).await;
    place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(place.git(&["rev-parse", "HEAD"]), commit);
    assert_eq!(place.git(&["fsck", "--no-dangling"]), "");
}
