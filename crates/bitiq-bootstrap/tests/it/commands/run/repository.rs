//! The repository: its ref, its script, and a working copy that is somebody else's.

use std::path::PathBuf;

use sandbox::faults::Fault;
use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::SCRIPT;

use crate::support::assert::refused;
use crate::support::home::git;
use crate::support::sandbox::World;

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

#[tokio::test(flavor = "multi_thread")]
async fn a_long_fetch_says_how_much_has_come() {
    let world = World::without_vault().await;
    // The look-up and the fetch; what Argo CD asks for later comes at once.
    let slow = Fault::delay(std::time::Duration::from_secs(4)).method("POST").times(3);
    world.sandbox.git.faults().add(slow);
    let run = world.command(&["run", "demo"]).ran().await;
    run.says(&["preflight: waiting for commit ", " received"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_git_host_that_falls_silent_is_told_with_the_flag_that_waits_longer() {
    let world = World::without_vault().await;
    world.sandbox.git.faults().add(Fault::delay(std::time::Duration::from_secs(600)));
    let run = world.command(&["run", "demo", "--fetch-timeout", "1s"]);
    refused(&world, run, &["GIT-003", "no data received for 1 s", "--fetch-timeout"]).await;
}

async fn check_ref(name: &str, says: &[&str]) {
    let world = World::without_vault().await;
    world.set("repo_ref", name);
    refused(&world, world.command(&["run", "demo"]), says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ref_that_is_not_there_is_told_with_the_nearest_ones() {
    check_ref("release/1.1", &["GIT-029", "release/1.1", "release/1.0"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ref_like_no_other_is_told_with_those_there_are() {
    check_ref("zzzzzzzzzzzzzz", &["GIT-029", "`zzzzzzzzzzzzzz`", "release/1.0"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_not_there_is_told() {
    let id = "0123456789012345678901234567890123456789";
    check_ref(&format!("\"{id}\""), &["GIT-030", id]).await;
}

/// A commit changes the script; the run is refused and says this.
async fn check_script(file: File, says: &[&str]) {
    let world = World::without_vault().await;
    world.sandbox.git.commit(PRIVATE, &[file], "another script").await.unwrap();
    refused(&world, world.command(&["run", "demo"]), says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_script_is_told_with_its_path_and_commit() {
    check_script(File::deleted(SCRIPT), &["PREFLIGHT-020", "gitops.repo_ref", "scripts/bootstrap.sh"]).await;
}

/// A script of these bytes is refused before the first write; the words and the cure say why.
async fn check_start(bytes: &[u8], says: &[&str]) {
    let world = World::without_vault().await;
    world.sandbox.git.commit(PRIVATE, &[File::executable(SCRIPT, bytes)], "another script").await.unwrap();
    let ran = refused(&world, world.command(&["run", "demo"]), says).await;
    ran.never_says(&["scripts/bootstrap.sh ran"]);
    world.run(&["check", "demo"]).await.exits(3).says(says);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_with_windows_line_ends_is_refused_with_the_commands_that_fix_it() {
    let says = ["can't be started", "Windows line ends", "text eol=lf", "git add --renormalize"];
    check_start(b"#!/usr/bin/env bash\r\necho hi\r\n", &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_a_checkout_gives_windows_line_ends_is_refused() {
    let world = World::without_vault().await;
    let attributes = File::new(".gitattributes", "*.sh text eol=crlf\n");
    world.sandbox.git.commit(PRIVATE, &[attributes], "line ends").await.unwrap();
    refused(&world, world.command(&["run", "demo"]), &["PREFLIGHT-022", ".gitattributes"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_the_kernel_can_not_start_is_refused() {
    check_start(b"echo hi\n", &["begins with `#!`", "#!/usr/bin/env bash"]).await;
    check_start(b"\xef\xbb\xbf#!/bin/sh\n", &["byte order mark (BOM)", "perl -pi -e"]).await;
    check_start(b"", &["it is empty"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_is_a_pointer_of_git_lfs_is_refused() {
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    check_start(pointer, &["it is a Git LFS pointer", "git lfs pull"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_whose_interpreter_is_not_here_is_refused() {
    check_start(b"#!/usr/bin/zsh5\n", &["its interpreter /usr/bin/zsh5 is not on this machine"]).await;
    check_start(b"#!/usr/bin/env no-such-shell\n", &["asks env for `no-such-shell`", "install"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_is_reached_through_links_runs() {
    let world = World::without_vault().await;
    let files = [
        File::deleted("scripts"),
        File::executable("tools/hand-over/bootstrap.sh", "#!/bin/sh\necho from the link\n"),
        File::symlink("scripts", "tools/hand-over"),
    ];
    world.sandbox.git.commit(PRIVATE, &files, "a link").await.unwrap();
    world.run(&["run", "demo", "--repo-access-timeout", "0"]).await.exits(0);
    assert!(world.log().contains("from the link"), "{}", world.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_behind_a_link_out_of_the_repository_is_refused() {
    let world = World::without_vault().await;
    let files = [File::deleted("scripts"), File::symlink("scripts", "../shared/scripts")];
    world.sandbox.git.commit(PRIVATE, &files, "a link").await.unwrap();
    let says = ["scripts is a symbolic link to `../shared/scripts`", "outside the repository", "next"];
    refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_no_checkout_writes_is_refused_before_the_first_write() {
    let world = World::without_vault().await;
    let repository = world.sandbox.git.folder(PRIVATE);
    let blob = git(&world, &repository, &["rev-parse", "main:scripts/bootstrap.sh"]);
    // In files: Git takes what a tree holds on its standard input.
    let tree = world.sandbox.home().join("tree");
    let make = |entries: String| {
        fs_err::write(&tree, entries).unwrap();
        git(&world, &repository, &["-c", &format!("alias.made=!git mktree <{}", tree.display()), "made"])
    };
    let inner = make(format!("100644 blob {blob}\tconfig\n"));
    let outer =
        make(format!("{}\n040000 tree {inner}\t.GIT\n", git(&world, &repository, &["ls-tree", "main"])));
    let who = ["-c", "user.name=x", "-c", "user.email=x@localhost"];
    let commit = git(&world, &repository, &[&who[..], &["commit-tree", "-m", "x", &outer]].concat());
    git(&world, &repository, &["update-ref", "refs/heads/main", &commit]);
    let says = ["path `.GIT` can't be written", "git fsck --full"];
    refused(&world, world.command(&["run", "demo"]), &says).await;
    world.run(&["plan", "demo"]).await.exits(3).says(&says);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_is_not_executable_is_told_with_the_command_that_makes_it_so() {
    let says = ["scripts/bootstrap.sh is not executable", "git update-index --chmod=+x scripts/bootstrap.sh"];
    check_script(File::new(SCRIPT, "#!/bin/sh\n"), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_is_a_folder_is_no_script() {
    check_script(
        File::new("scripts/bootstrap.sh/README", "a folder"),
        &["PREFLIGHT-021", "scripts/bootstrap.sh"],
    )
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
    check_untouched(&world, &["GIT-037", "mv "]).await;
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
    check_untouched(&world, &["GIT-036", "stash --include-untracked"]).await;
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
    check_untouched(&world, &[&commit, "GIT-038", "push that commit"]).await;
}
