//! The content of a commit, without a working copy.

use gitops_clone::{Commit, Mode};
use sandbox::git_host::{File, PUBLIC};

use crate::place::Place;

const LFS: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";

async fn commit() -> (Place, Commit) {
    let place = Place::new().await;
    let files = [
        File::new("README.md", "hello"),
        File::executable("scripts/bootstrap.sh", "#!/bin/sh\n"),
        File::symlink("run", "scripts/bootstrap.sh"),
        File::symlink("scripts/up", "../README.md"),
        File::submodule("modules/one", &"a".repeat(40)),
        File::new("big.bin", LFS),
    ];
    place.commit(PUBLIC, &files).await;
    let commit = place.fetch(&place.without_login(PUBLIC), "main").await.unwrap();
    (place, commit)
}

async fn check(path: &str, mode: Option<Mode>, content: Option<&str>) {
    let (_place, commit) = commit().await;
    let read = commit.read(path).unwrap().map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!((commit.mode(path).unwrap(), read.as_deref()), (mode, content));
}

#[tokio::test]
async fn a_file_is_read() {
    check("README.md", Some(Mode::File { executable: false }), Some("hello")).await;
}

#[tokio::test]
async fn an_executable_file_is_recognized() {
    check("scripts/bootstrap.sh", Some(Mode::File { executable: true }), Some("#!/bin/sh\n")).await;
}

#[tokio::test]
async fn a_symbolic_link_is_followed() {
    check("run", Some(Mode::File { executable: true }), Some("#!/bin/sh\n")).await;
    check("scripts/up", Some(Mode::File { executable: false }), Some("hello")).await;
}

#[tokio::test]
async fn a_folder_is_no_file() {
    check("scripts", Some(Mode::Folder), None).await;
}

#[tokio::test]
async fn what_is_not_there_is_none() {
    check("scripts/absent.sh", None, None).await;
    check("README.md/below", None, None).await;
}

#[tokio::test]
async fn a_folder_is_listed() {
    let (_place, commit) = commit().await;
    assert_eq!(commit.list("scripts").unwrap(), ["bootstrap.sh", "up"]);
    assert_eq!(commit.list("").unwrap(), ["README.md", "big.bin", "modules", "run", "scripts"]);
    assert_eq!(commit.list("absent").unwrap(), [""; 0]);
}

#[tokio::test]
async fn submodules_are_named() {
    assert_eq!(commit().await.1.submodules().unwrap(), ["modules/one"]);
}

#[tokio::test]
async fn lfs_pointers_are_named() {
    assert_eq!(commit().await.1.lfs_pointers().unwrap(), ["big.bin"]);
}

#[tokio::test]
async fn every_file_is_shown_with_its_size_and_read_when_asked_for() {
    let (_place, commit) = commit().await;
    let mut seen = Vec::new();
    commit
        .each_file(&mut |file| {
            let content = file.content()?;
            assert_eq!(content.len() as u64, file.size);
            seen.push(format!("{} {} {}", file.path, file.size, file.mode.is_executable()));
            Ok(())
        })
        .unwrap();
    let lfs = format!("big.bin {} false", LFS.len());
    assert_eq!(seen, ["README.md 5 false", &lfs, "scripts/bootstrap.sh 10 true"]);
}
