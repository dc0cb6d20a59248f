//! The home of the user who starts the program: scripts, Git's configuration, Git itself.

use std::path::Path;

use super::sandbox::World;

/// A program in the home of the one who runs ours; `text` is a shell script.
pub fn script(world: &World, name: &str, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let file = world.sandbox.home().join(name);
    fs_err::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs_err::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    file.to_string_lossy().into_owned()
}

/// Adds to the Git configuration of the one who runs ours.
pub fn configure_git(world: &World, text: &str) {
    let file = world.sandbox.home().join(".gitconfig");
    let before = fs_err::read_to_string(&file).unwrap();
    fs_err::write(file, format!("{before}{text}\n")).unwrap();
}

/// What plain Git says in a folder, with the sandbox's own configuration.
#[expect(clippy::disallowed_methods, reason = "tests ask Git as a user does")]
pub fn git(world: &World, dir: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new("git")
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .envs(world.sandbox.env())
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
