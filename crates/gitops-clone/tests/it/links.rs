//! Symbolic links in a commit, followed as in a checkout.

use advice::Diagnostic as _;
use gitops_clone::{Commit, GitError, Leads, Mode};
use sandbox::git_host::{File, PUBLIC};

use crate::place::Place;

const SCRIPT: &str = "#!/bin/sh\n";

async fn commit(links: &[(&str, &str)]) -> (Place, Commit) {
    let place = Place::new().await;
    let mut files = vec![
        File::new("README.md", "hello"),
        File::new("components/apps/values.yaml", "a: b"),
        File::executable("tools/hand-over/bootstrap.sh", SCRIPT),
        File::new("tools/plain.sh", SCRIPT),
        File::submodule("modules/one", &"a".repeat(40)),
    ];
    files.extend(links.iter().map(|(path, target)| File::symlink(path, target)));
    place.commit(PUBLIC, &files).await;
    let commit = place.fetch(&place.without_login(PUBLIC), "main").await.unwrap();
    (place, commit)
}

/// Checks that both the commit and its checkout have this file at `path`.
async fn check(links: &[(&str, &str)], path: &str, content: &str, executable: bool) {
    let (place, commit) = commit(links).await;
    let read = commit.read(path).unwrap().map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(read.as_deref(), Some(content), "{path}");
    assert_eq!(commit.mode(path).unwrap(), Some(Mode::File { executable }), "{path}");
    place.bring(&place.without_login(PUBLIC), "main").await.unwrap();
    assert_eq!(place.read(path).as_deref(), Some(content), "in a checkout: {path}");
}

/// Checks that the commit refuses `path` because of this link.
async fn check_lost(links: &[(&str, &str)], path: &str, expect: (&str, &str, Leads)) {
    let (_place, commit) = commit(links).await;
    for outcome in [commit.read(path).map(drop), commit.mode(path).map(drop), commit.list(path).map(drop)] {
        let error = outcome.unwrap_err();
        let GitError::Link { link, target, leads, .. } = &error else { panic!("{path}: {error}") };
        assert_eq!((link.as_str(), target.as_str(), *leads), expect, "{path}");
        assert!(error.hint().unwrap().to_string().contains(link), "{error}");
    }
}

#[tokio::test]
async fn a_link_to_a_folder_in_the_path_is_followed() {
    check(&[("charts", "components")], "charts/apps/values.yaml", "a: b", false).await;
    check(&[("charts/apps", "../components/apps")], "charts/apps/values.yaml", "a: b", false).await;
    check(&[("scripts", "tools/hand-over")], "scripts/bootstrap.sh", SCRIPT, true).await;
}

#[tokio::test]
async fn links_in_the_path_and_at_its_end_are_followed() {
    let links = [("charts", "components"), ("components/values.yaml", "./apps//values.yaml")];
    check(&links, "charts/values.yaml", "a: b", false).await;
    let links = [("a", "b"), ("b", "c/"), ("c", "components/apps/.")];
    check(&links, "a/values.yaml", "a: b", false).await;
}

#[tokio::test]
async fn the_mode_is_that_of_the_file_which_a_link_leads_to() {
    check(&[("scripts/bootstrap.sh", "../tools/plain.sh")], "scripts/bootstrap.sh", SCRIPT, false).await;
    let link = [("scripts/bootstrap.sh", "../tools/hand-over/bootstrap.sh")];
    check(&link, "scripts/bootstrap.sh", SCRIPT, true).await;
}

#[tokio::test]
async fn a_parent_folder_is_that_of_where_the_link_has_led() {
    let links = [("deep/charts", "../components/apps"), ("up", "deep/charts/../apps/values.yaml")];
    check(&links, "up", "a: b", false).await;
}

#[tokio::test]
async fn a_chain_of_forty_links_is_followed_and_one_more_is_not() {
    let names: Vec<String> = (0..=40).map(|at| format!("l{at:02}")).collect();
    let mut links: Vec<(&str, &str)> =
        names.windows(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
    links.push((&names[40], "README.md"));
    check(&links, "l01", "hello", false).await;
    check_lost(&links, "l00", ("l39", "l40", Leads::Around)).await;
}

#[tokio::test]
async fn a_link_that_leads_in_a_circle_is_named() {
    check_lost(&[("loop", "loop")], "loop", ("loop", "loop", Leads::Around)).await;
    let links = [("a", "b"), ("b", "a")];
    check_lost(&links, "a/values.yaml", ("b", "a", Leads::Around)).await;
}

#[tokio::test]
async fn a_link_out_of_the_repository_is_named() {
    check_lost(&[("away", "/etc/passwd")], "away", ("away", "/etc/passwd", Leads::Outside)).await;
    let (link, target) = ("charts/apps", "../../shared/apps");
    check_lost(&[(link, target)], "charts/apps/values.yaml", (link, target, Leads::Outside)).await;
    let back = "../gitops-src/README.md";
    check_lost(&[("back", back)], "back", ("back", back, Leads::Outside)).await;
}

#[tokio::test]
async fn a_link_to_nothing_is_named() {
    check_lost(&[("charts", "absent")], "charts/apps/values.yaml", ("charts", "absent", Leads::Nowhere))
        .await;
    let through_a_file = "README.md/below";
    check_lost(&[("x", through_a_file)], "x", ("x", through_a_file, Leads::Nowhere)).await;
}

#[tokio::test]
async fn a_file_that_the_folder_behind_a_link_does_not_have_is_just_not_there() {
    let (_place, commit) = commit(&[("charts", "components")]).await;
    assert_eq!(commit.read("charts/absent.yaml").unwrap(), None);
    assert_eq!(commit.mode("README.md/below").unwrap(), None);
}

#[tokio::test]
async fn a_folder_behind_a_link_is_listed() {
    let (_place, commit) = commit(&[("scripts", "tools")]).await;
    assert_eq!(commit.mode("scripts").unwrap(), Some(Mode::Folder));
    assert_eq!(commit.list("scripts").unwrap(), ["hand-over", "plain.sh"]);
}

#[tokio::test]
async fn a_submodule_in_the_path_is_named() {
    let (_place, commit) = commit(&[("charts", "modules/one")]).await;
    for path in ["modules/one/values.yaml", "charts/values.yaml"] {
        let error = commit.read(path).unwrap_err();
        assert!(
            matches!(&error, GitError::InSubmodule { submodule, .. } if submodule == "modules/one"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_file_is_read_as_a_checkout_writes_it() {
    let place = Place::new().await;
    let files = [
        File::new(".gitattributes", "*.sh text eol=crlf\nold.txt working-tree-encoding=ISO-8859-1\n"),
        File::executable("tools/bootstrap.sh", SCRIPT),
        File::new("old.txt", "é"),
        File::new("plain.txt", "a\n"),
        File::symlink("scripts", "tools"),
    ];
    place.commit(PUBLIC, &files).await;
    let commit = place.fetch(&place.without_login(PUBLIC), "main").await.unwrap();
    place.bring(&place.without_login(PUBLIC), "main").await.unwrap();
    let expected: [(&str, &[u8]); 3] =
        [("scripts/bootstrap.sh", b"#!/bin/sh\r\n"), ("old.txt", b"\xe9"), ("plain.txt", b"a\n")];
    for (path, expect) in expected {
        assert_eq!(commit.checked_out(path).unwrap().unwrap().content, expect, "{path}");
        assert_eq!(fs_err::read(place.copy().join(path)).unwrap(), expect, "in a checkout: {path}");
    }
    assert_eq!(commit.checked_out("scripts/bootstrap.sh").unwrap().unwrap().path, "tools/bootstrap.sh");
    assert_eq!(commit.checked_out("scripts").unwrap(), None);
}
