//! A working copy that the old script made with plain `git clone`.

use gitops_clone::{Move, WorkingCopy};
use sandbox::git_host::{File, PRIVATE};

use crate::place::Place;

fn with_login(place: &Place) -> String {
    let (user, password) = place.host.login();
    place.host.url(PRIVATE).replace("https://", &format!("https://{user}:{password}@"))
}

/// Cloned with the login in the URL, on branch main.
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
    // Older Git wrote the whole URL into its log as well.
    let log = place.read(".git/logs/HEAD").unwrap().replace(&place.host.url(PRIVATE), &with_login(&place));
    assert!(log.contains(&password));
    place.write(".git/logs/HEAD", &log);
    let changes = place.bring(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(changes.moves, Move::Nothing);
    assert_eq!(place.git(&["remote", "get-url", "origin"]), place.host.url(PRIVATE));
    assert!(!place.holds(&place.copy(), &password));
    assert_eq!(place.git(&["status", "--porcelain"]), "");
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
