//! The requests of a fetch, and the content of the cache.

use gitops_clone::{GitError, Remote};
use sandbox::faults::Fault;
use sandbox::git_host::{File, PRIVATE};
use tokio_util::sync::CancellationToken;

use crate::place::Place;

async fn with_commit() -> (Place, String) {
    let place = Place::new().await;
    let commit = place.commit(PRIVATE, &[File::new("a", "1"), File::new("b/c", "2")]).await;
    (place, commit)
}

#[tokio::test]
async fn the_commit_is_there_afterwards() {
    let (place, commit) = with_commit().await;
    let fetched = place.fetch(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(fetched.id(), commit);
    assert_eq!(fetched.read("b/c").unwrap().unwrap(), b"2");
}

#[tokio::test]
async fn only_that_commit_is_fetched() {
    let (place, first) = with_commit().await;
    place.commit(PRIVATE, &[File::new("a", "3")]).await;
    place.fetch(&place.remote(PRIVATE), "main").await.unwrap();
    let cache = place.cache().join("repository.git");
    assert_eq!(place.git_in(&cache, &["rev-list", "--count", "cache"]), "1");
    assert!(!place.git_in(&cache, &["cat-file", "--batch-all-objects", "--batch-check"]).contains(&first));
}

#[tokio::test]
async fn nothing_moves_where_it_is_there_already() {
    let (place, _) = with_commit().await;
    let remote = place.remote(PRIVATE);
    let tip = place.look_up(&remote, "main").await.unwrap();
    gitops_clone::fetch(&remote, &tip, &place.cache(), &CancellationToken::new()).await.unwrap();
    place.host.clear_log();
    gitops_clone::fetch(&remote, &tip, &place.cache(), &CancellationToken::new()).await.unwrap();
    assert_eq!(place.host.log(), []);
}

#[tokio::test]
async fn a_second_commit_sends_what_is_new_alone() {
    let place = Place::new().await;
    let noise: String =
        (0..20_000_u64).map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    place.commit(PRIVATE, &[File::new("big", noise), File::new("a", "1")]).await;
    let remote = place.remote(PRIVATE);
    place.fetch(&remote, "main").await.unwrap();
    let second = place.commit(PRIVATE, &[File::new("a", "2")]).await;
    assert_eq!(place.fetch(&remote, "main").await.unwrap().id(), second);
    let packs = fs_err::read_dir(place.cache().join("repository.git/objects/pack")).unwrap();
    let mut sizes: Vec<u64> = packs
        .flatten()
        .filter(|file| file.path().extension().is_some_and(|ext| ext == "pack"))
        .map(|file| file.metadata().unwrap().len())
        .collect();
    sizes.sort_unstable();
    assert!(sizes[0] < 2_000 && sizes[1] > 50_000, "{sizes:?}");
}

#[tokio::test]
async fn every_kind_of_reference_can_be_fetched() {
    let (place, commit) = with_commit().await;
    place.commit(PRIVATE, &[File::new("a", "later")]).await;
    place.host.tag(PRIVATE, "v1", &commit).await.unwrap();
    for wanted in ["v1", "refs/tags/v1", &commit] {
        assert_eq!(place.fetch(&place.remote(PRIVATE), wanted).await.unwrap().id(), commit, "{wanted}");
        fs_err::remove_dir_all(place.cache()).unwrap();
    }
}

#[tokio::test]
async fn a_missing_commit_is_reported() {
    let (place, _) = with_commit().await;
    let wanted = "b".repeat(40);
    let error = place.fetch(&place.remote(PRIVATE), &wanted).await.unwrap_err();
    let url = place.host.url(PRIVATE);
    assert_eq!(
        error.to_string(),
        format!(
            "find commit {wanted} in {url}: not in the repository, or the host does not serve commits by id"
        )
    );
}

#[tokio::test]
async fn a_tag_of_a_file_is_no_commit() {
    let (place, _) = with_commit().await;
    let folder = place.host.folder(PRIVATE);
    place.git_in(&folder, &["tag", "file", "main:a"]);
    let error = place.fetch(&place.remote(PRIVATE), "file").await.unwrap_err();
    assert!(matches!(&error, GitError::NotACommit { kind, .. } if kind == "blob"), "{error:?}");
}

#[tokio::test]
async fn a_branch_that_moved_since_it_was_resolved_is_fetched_as_it_was() {
    let (place, first) = with_commit().await;
    let remote = place.remote(PRIVATE);
    let tip = place.look_up(&remote, "main").await.unwrap();
    place.commit(PRIVATE, &[File::new("a", "moved")]).await;
    let fetched =
        gitops_clone::fetch(&remote, &tip, &place.cache(), &CancellationToken::new()).await.unwrap();
    assert_eq!((fetched.id(), fetched.read("a").unwrap().unwrap()), (first, b"1".to_vec()));
}

#[tokio::test]
async fn a_damaged_cache_is_recreated() {
    let (place, commit) = with_commit().await;
    let remote = place.remote(PRIVATE);
    place.fetch(&remote, "main").await.unwrap();
    let packs = place.cache().join("repository.git/objects/pack");
    for file in fs_err::read_dir(&packs).unwrap().flatten() {
        if file.path().extension().is_some_and(|ext| ext == "pack") {
            fs_err::remove_file(file.path()).unwrap();
        }
    }
    let fetched = place.fetch(&remote, "main").await.unwrap();
    assert_eq!((fetched.id(), fetched.read("a").unwrap().unwrap()), (commit, b"1".to_vec()));
}

#[tokio::test]
async fn locks_of_a_killed_process_are_no_obstacle() {
    let (place, _) = with_commit().await;
    let remote = place.remote(PRIVATE);
    place.fetch(&remote, "main").await.unwrap();
    for lock in ["shallow.lock", "refs/heads/cache.lock"] {
        fs_err::write(place.cache().join("repository.git").join(lock), "").unwrap();
    }
    let second = place.commit(PRIVATE, &[File::new("a", "2")]).await;
    assert_eq!(place.fetch(&remote, "main").await.unwrap().id(), second);
}

#[tokio::test]
async fn many_fetches_do_not_pile_up_for_ever() {
    let (place, _) = with_commit().await;
    let remote = place.remote(PRIVATE);
    for round in 0..25 {
        let commit = place.commit(PRIVATE, &[File::new("a", format!("round {round}"))]).await;
        assert_eq!(place.fetch(&remote, "main").await.unwrap().id(), commit);
    }
    let packs = fs_err::read_dir(place.cache().join("repository.git/objects/pack")).unwrap().count();
    assert!(packs < 50, "{packs} files");
}

#[tokio::test]
async fn two_at_a_time_get_along() {
    let (place, commit) = with_commit().await;
    let remote = place.remote(PRIVATE);
    let (one, two) = tokio::join!(place.fetch(&remote, "main"), place.fetch(&remote, "main"));
    assert_eq!((one.unwrap().id(), two.unwrap().id()), (commit.clone(), commit));
}

#[tokio::test]
async fn a_fetch_that_breaks_off_leaves_the_cache_usable() {
    let (place, commit) = with_commit().await;
    let remote = place.remote(PRIVATE);
    let tip = place.look_up(&remote, "main").await.unwrap();
    place.host.faults().add(Fault::drop().method("POST"));
    gitops_clone::fetch(&remote, &tip, &place.cache(), &CancellationToken::new()).await.unwrap_err();
    place.host.faults().clear();
    assert_eq!(place.fetch(&remote, "main").await.unwrap().id(), commit);
}

#[tokio::test]
async fn a_file_url_works_without_a_network() {
    let (place, commit) = with_commit().await;
    let remote = place.remote_at(&format!("file://{}", place.host.folder(PRIVATE).display()));
    let fetched = place.fetch(&remote, "main").await.unwrap();
    assert_eq!((fetched.id(), fetched.read("a").unwrap().unwrap()), (commit, b"1".to_vec()));
    assert_eq!(place.host.log(), []);
}

#[tokio::test]
async fn a_file_url_that_leads_nowhere_is_reported() {
    let place = Place::new().await;
    let error = place.look_up(&place.remote_at("file:///no/such/repository"), "main").await.unwrap_err();
    assert!(matches!(error, GitError::NotFound { .. }), "{error:?}");
}

#[tokio::test]
async fn no_login_lies_in_the_cache() {
    let (place, _) = with_commit().await;
    place.fetch(&place.remote(PRIVATE), "main").await.unwrap();
    let (_, password) = place.host.login();
    assert!(!place.holds(&place.cache(), &password));
}

/// A host that sends data slowly is not silent.
#[tokio::test]
async fn a_slow_fetch_is_no_silence_and_what_came_is_counted() {
    let (place, commit) = with_commit().await;
    let delay = std::time::Duration::from_secs(1);
    place.host.faults().add(Fault::delay(delay));
    let remote = Remote { limit: delay * 3, ..place.remote(PRIVATE) };
    let began = std::time::Instant::now();
    assert_eq!(place.fetch(&remote, "main").await.unwrap().id(), commit);
    assert!(began.elapsed() > remote.limit, "the fetch takes longer than the limit on silence");
    let received = remote.traffic.received();
    assert!(received.objects >= 4 && received.bytes > 300, "{received:?}");
}

#[tokio::test]
async fn what_comes_over_pipes_is_counted_too() {
    let (place, _) = with_commit().await;
    let remote = place.remote_at(&format!("file://{}", place.host.folder(PRIVATE).display()));
    place.fetch(&remote, "main").await.unwrap();
    let received = remote.traffic.received();
    assert!(received.objects >= 4 && received.bytes > 300, "{received:?}");
}

#[tokio::test]
async fn a_fetch_that_falls_silent_ends_and_reports_the_received_data() {
    let (place, _) = with_commit().await;
    let remote = place.remote(PRIVATE);
    let tip = place.look_up(&remote, "main").await.unwrap();
    place.host.faults().add(Fault::delay(std::time::Duration::from_secs(1000)).method("POST"));
    let remote = Remote { limit: std::time::Duration::from_millis(500), ..remote };
    let error =
        gitops_clone::fetch(&remote, &tip, &place.cache(), &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(error, GitError::Silent { .. }), "{error:?}");
    assert!(error.to_string().contains("no data received for 0.5 s, after 0 objects and "), "{error}");
}
