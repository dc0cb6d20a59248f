//! The repository: its ref, its script, and a working copy that is somebody else's.

use std::path::PathBuf;

use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::SCRIPT;

use crate::evidence::{git, refused};
use crate::world::World;

fn gitops_src(world: &World) -> PathBuf {
    world.sandbox.work().join("gitops-src")
}

/// Everything below a folder, with what it holds.
fn content(folder: &std::path::Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut entries: Vec<_> = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            all.extend(content(&path));
        } else {
            all.push((path.clone(), fs_err::read(&path).unwrap()));
        }
    }
    all
}

/// The run is refused and says this, and gitops-src is just as it was.
async fn check_untouched(world: &World, says: &[&str]) {
    let before = content(&gitops_src(world));
    refused(world, world.command(&["run", "demo"]), says).await;
    assert!(content(&gitops_src(world)) == before, "gitops-src is untouched");
}

async fn check_ref(name: &str, says: &[&str]) {
    let world = World::without_vault().await;
    world.set("repo_ref", name);
    refused(&world, world.command(&["run", "demo"]), says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ref_that_is_not_there_is_told_with_the_nearest_ones() {
    check_ref(
        "release/1.1",
        &["release/1.1", "no such branch, tag or reference", "the nearest there are: release/1.0"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ref_like_no_other_is_told_with_those_there_are() {
    check_ref("zzzzzzzzzzzzzz", &["`zzzzzzzzzzzzzz`", "the nearest there are: main, release/1.0, v1.0.0"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_not_there_is_told() {
    let id = "0123456789012345678901234567890123456789";
    check_ref(&format!("\"{id}\""), &[id, "push it, or name a branch or tag that holds it"]).await;
}

/// A commit changes the script; the run is refused and says this.
async fn check_script(file: File, says: &[&str]) {
    let world = World::without_vault().await;
    world.sandbox.git.commit(PRIVATE, &[file], "another script").await.unwrap();
    refused(&world, world.command(&["run", "demo"]), says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_script_is_told_with_its_path_and_commit() {
    check_script(File::deleted(SCRIPT), &["scripts/bootstrap.sh is not in commit", "gitops.repo_ref"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_is_not_executable_is_told_with_the_command_that_makes_it_so() {
    let says = ["scripts/bootstrap.sh is not executable", "git update-index --chmod=+x scripts/bootstrap.sh"];
    check_script(File::new(SCRIPT, "#!/bin/sh\n"), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_is_a_folder_is_no_script() {
    check_script(File::new("scripts/bootstrap.sh/README", "a folder"), &["scripts/bootstrap.sh is not"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_script_nothing_is_asked_of_it() {
    let world = World::without_vault().await;
    world.sandbox.git.commit(PRIVATE, &[File::deleted(SCRIPT)], "none").await.unwrap();
    let timeout = ["--skip-script", "--repo-access-timeout", "0"];
    world.run(&[&["run", "demo"], &timeout[..]].concat()).await.exits(0);
    assert_eq!(world.steps()["script"], "skipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_working_copy_that_is_no_repository_is_left_alone() {
    let world = World::without_vault().await;
    fs_err::create_dir(gitops_src(&world)).unwrap();
    fs_err::write(gitops_src(&world).join("notes.txt"), "mine").unwrap();
    check_untouched(&world, &["is no Git working copy", "mv "]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_folder_counts_as_no_working_copy() {
    let world = World::without_vault().await;
    fs_err::create_dir(gitops_src(&world)).unwrap();
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(world.steps()["gitops-src"], "changed");
}

/// A clone as somebody made it by hand.
async fn cloned() -> World {
    let world = World::without_vault().await;
    let folder = world.sandbox.git.folder(PRIVATE);
    git(&world, &world.sandbox.work(), &["clone", "--quiet", &folder.to_string_lossy(), "gitops-src"]);
    git(&world, &gitops_src(&world), &["remote", "set-url", "origin", &world.sandbox.repo_url()]);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_files_in_the_working_copy_are_named_and_left_alone() {
    let world = cloned().await;
    fs_err::write(gitops_src(&world).join("README.md"), "mine").unwrap();
    fs_err::write(gitops_src(&world).join("new.yaml"), "mine too").unwrap();
    check_untouched(
        &world,
        &["changes that are not committed: README.md, new.yaml", "stash --include-untracked"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ignored_files_in_the_working_copy_are_no_changes() {
    let world = cloned().await;
    let cache = gitops_src(&world).join("scripts/__pycache__");
    fs_err::create_dir(&cache).unwrap();
    fs_err::write(cache.join("x.pyc"), "ignored").unwrap();
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(world.steps()["gitops-src"], "unchanged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_nobody_pushed_is_named_and_left_alone() {
    let world = cloned().await;
    git(&world, &gitops_src(&world), &["commit", "--quiet", "--allow-empty", "--message", "mine"]);
    let commit = git(&world, &gitops_src(&world), &["rev-parse", "HEAD"]);
    check_untouched(&world, &[&commit, "no remote branch holds", "push that commit"]).await;
}
