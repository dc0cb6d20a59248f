//! Where a program is.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;

use child_process::find_on_path;

/// Two folders; `tool` may not be executed in the first one.
fn folders() -> (tempfile::TempDir, OsString) {
    let dir = tempfile::tempdir().unwrap();
    for (folder, mode) in [("one", 0o644), ("two", 0o755)] {
        fs_err::create_dir(dir.path().join(folder)).unwrap();
        let file = dir.path().join(folder).join("tool");
        fs_err::write(&file, "").unwrap();
        fs_err::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    fs_err::create_dir(dir.path().join("one/folder")).unwrap();
    let path = std::env::join_paths([dir.path().join("one"), dir.path().join("two")]).unwrap();
    (dir, path)
}

fn check(name: &str, expect: Option<&str>) {
    let (dir, path) = folders();
    assert_eq!(find_on_path(name, Some(&path)), expect.map(|file| dir.path().join(file)));
}

#[test]
fn the_first_executable_file_of_the_name_is_found() {
    check("tool", Some("two/tool"));
}

#[test]
fn a_folder_is_no_program() {
    check("folder", None);
}

#[test]
fn a_path_is_no_name() {
    check("../two/tool", None);
}

#[test]
fn without_a_path_nothing_is_found() {
    assert_eq!(find_on_path("sh", None), None);
}
