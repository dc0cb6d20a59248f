//! The commit of a `repo_ref`, and the errors of the host.

use advice::Diagnostic as _;
use gitops_clone::{GitError, RefKind};
use sandbox::git_host::{File, PRIVATE, PUBLIC};
use secret::RepoLogin;

use crate::place::Place;

async fn with_commit() -> (Place, String) {
    let place = Place::new().await;
    let commit = place.commit(PRIVATE, &[File::new("a", "1")]).await;
    (place, commit)
}

async fn check(wanted: &str, kind: RefKind, also_tag: bool) {
    let (place, commit) = with_commit().await;
    place.host.branch(PRIVATE, "feature/x", &commit).await.unwrap();
    place.host.branch(PRIVATE, "both", &commit).await.unwrap();
    place.host.tag(PRIVATE, "both", &commit).await.unwrap();
    place.host.tag(PRIVATE, "v1.0", &commit).await.unwrap();
    place.host.light_tag(PRIVATE, "light", &commit).await.unwrap();
    let wanted = if wanted == "COMMIT" { commit.clone() } else { wanted.to_owned() };
    let tip = place.look_up(&place.remote(PRIVATE), &wanted).await.unwrap();
    assert_eq!((tip.commit, tip.kind, tip.also_tag), (commit, kind, also_tag));
}

#[tokio::test]
async fn a_branch_is_found() {
    check("main", RefKind::Branch, false).await;
}

#[tokio::test]
async fn a_branch_with_a_slash_is_found() {
    check("feature/x", RefKind::Branch, false).await;
}

#[tokio::test]
async fn an_annotated_tag_is_followed_to_its_commit() {
    check("v1.0", RefKind::Tag, false).await;
}

#[tokio::test]
async fn a_light_tag_is_found() {
    check("light", RefKind::Tag, false).await;
}

#[tokio::test]
async fn of_branch_and_tag_of_one_name_it_is_the_branch_and_the_tag_is_reported() {
    check("both", RefKind::Branch, true).await;
}

#[tokio::test]
async fn a_full_reference_is_found() {
    check("refs/tags/v1.0", RefKind::Full, false).await;
}

#[tokio::test]
async fn head_is_what_the_host_says() {
    check("HEAD", RefKind::Full, false).await;
}

#[tokio::test]
async fn a_full_commit_id_is_itself() {
    check("COMMIT", RefKind::Commit, false).await;
}

#[tokio::test]
async fn an_unknown_name_is_reported_with_the_nearest() {
    let (place, commit) = with_commit().await;
    place.host.branch(PRIVATE, "release-1.2", &commit).await.unwrap();
    let error = place.look_up(&place.remote(PRIVATE), "release-1.1").await.unwrap_err();
    let url = place.host.url(PRIVATE);
    assert_eq!(error.to_string(), format!("find `release-1.1` in {url}: no branch, tag or ref of this name"));
    assert_eq!(
        error.hint().unwrap().to_string(),
        "push that ref, or correct gitops.repo_ref in cluster.yaml; closest names: release-1.2"
    );
}

#[tokio::test]
async fn two_requests_are_enough() {
    let (place, _) = with_commit().await;
    place.look_up(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(place.host.log().len(), 2, "{:?}", place.host.log());
}

#[tokio::test]
async fn a_public_repository_needs_no_login() {
    let place = Place::new().await;
    let commit = place.commit(PUBLIC, &[File::new("a", "1")]).await;
    assert_eq!(place.look_up(&place.without_login(PUBLIC), "main").await.unwrap().commit, commit);
}

#[tokio::test]
async fn a_private_one_without_a_login_says_so() {
    let (place, _) = with_commit().await;
    let error = place.look_up(&place.without_login(PRIVATE), "main").await.unwrap_err();
    assert!(matches!(error, GitError::NoLogin { .. }), "{error}");
}

#[tokio::test]
async fn a_refused_login_is_reported_with_the_host_s_words_and_without_the_password() {
    let (place, _) = with_commit().await;
    let login = RepoLogin::Basic { username: "bob".to_owned(), password: "hunter2-hunter2".into() };
    let mut remote = place.remote(PRIVATE);
    remote.login = Some(login);
    // A commit id proves the credentials too.
    for wanted in ["main", &"a".repeat(40)] {
        let error = place.look_up(&remote, wanted).await.unwrap_err();
        let GitError::LoginRefused { status: 401, detail: Some(detail), user: Some(user), .. } = &error
        else {
            panic!("{error}")
        };
        assert_eq!(user, "bob");
        assert!(detail.starts_with("Invalid username or token"), "{detail}");
        assert!(!format!("{error} {error:?} {:?}", error.hint()).contains("hunter2"));
    }
}

#[tokio::test]
async fn a_login_without_permission_to_read_is_recognized() {
    let (place, _) = with_commit().await;
    let fault = sandbox::faults::Fault::status(403, "Resource not accessible by personal access token");
    place.host.faults().add(fault);
    let error = place.look_up(&place.remote(PRIVATE), "main").await.unwrap_err();
    assert!(matches!(error, GitError::LoginRefused { status: 403, .. }), "{error}");
    assert!(error.hint().unwrap().to_string().contains("scopes"));
}

#[tokio::test]
async fn a_missing_repository_is_recognized() {
    let place = Place::new().await;
    let error = place.look_up(&place.remote("absent"), "main").await.unwrap_err();
    assert!(matches!(error, GitError::NotFound { with_login: true, .. }), "{error}");
}

#[tokio::test]
async fn the_url_s_login_is_tried_before_insteadof_and_the_clone_s_place_after_it() {
    let (place, private) = with_commit().await;
    let public = place.commit(PUBLIC, &[File::new("b", "2")]).await;
    let (from, to) = (place.host.url(PRIVATE), place.host.url(PUBLIC));
    place.gitconfig(&format!("[url \"{to}\"]\n\tinsteadOf = {from}\n"));
    let tip = place.look_up(&place.remote(PRIVATE), "main").await.unwrap();
    assert_eq!(tip.commit, public);
    assert_eq!(
        tip.warnings,
        [format!(
            "`main` is {private} in {from}, but {public} in {to} (url.<base>.insteadOf); the second commit is \
             used"
        )]
    );
    let error = place.look_up(&place.without_login(PRIVATE), "main").await.unwrap_err();
    assert!(matches!(error, GitError::NoLogin { .. }), "{error}");
}

#[tokio::test]
async fn a_login_in_insteadof_is_used_there_and_never_shown() {
    let (place, commit) = with_commit().await;
    let public = place.host.url(PUBLIC);
    place.commit(PUBLIC, &[File::new("b", "2")]).await;
    let base = place.host.url(PRIVATE).replace("https://", &format!("https://x:{}@", place.host.token()));
    place.gitconfig(&format!("[url \"{base}\"]\n\tinsteadOf = {public}\n"));
    let tip = place.look_up(&place.without_login(PUBLIC), "main").await.unwrap();
    assert_eq!(tip.commit, commit);
    assert!(!format!("{tip:?}").contains(&place.host.token()));
}

#[tokio::test]
async fn a_repository_with_sha_256_objects_is_recognized_over_each_transport() {
    let place = Place::new().await;
    let folder = place.host.folder(PRIVATE);
    fs_err::remove_dir_all(&folder).unwrap();
    let (home, path) = (place.home().to_path_buf(), folder.display().to_string());
    place.git_in(&home, &["init", "-q", "-b", "main", "--bare", "--object-format=sha256", &path]);
    let tree = place.git_in(&folder, &["mktree", "--batch"]);
    let tree = if tree.is_empty() {
        place.git_in(&folder, &["hash-object", "-t", "tree", "-w", "/dev/null"])
    } else {
        tree
    };
    let commit = place.git_in(&folder, &["commit-tree", "-m", "one", &tree]);
    place.git_in(&folder, &["update-ref", "refs/heads/main", &commit]);
    for remote in [place.remote(PRIVATE), place.remote_at(&format!("file://{path}"))] {
        for wanted in ["main", &commit] {
            let error = place.look_up(&remote, wanted).await.unwrap_err();
            assert!(
                matches!(&error, GitError::ObjectFormat { format, .. } if format == "sha256"),
                "{error:?}"
            );
            assert!(error.hint().is_some());
        }
    }
}
