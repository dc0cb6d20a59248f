//! The script this program took the place of, as its users started it.

use std::path::Path;
use std::process::Stdio;

use super::text;
use crate::support::sandbox::World;

/// The variable that names a checkout of the repository of clusters with the old script.
pub const CHECKOUT: &str = "BITIQ_OLD_CLUSTERS";
/// What it needs.
pub const TOOLS: [&str; 7] = ["bash", "git", "oc", "helm", "jq", "yq", "vault"];

/// `scripts/bootstrap-gitops.sh demo`, with the environment that our program gets, and the login in it: the old script
/// clones with plain Git, which is asked by a credential helper.
#[expect(clippy::disallowed_methods, reason = "tests start the script as a user does")]
pub async fn run(world: &World, checkout: &Path) -> (bool, String) {
    let root = world.sandbox.root();
    for folder in ["scripts", "schemas"] {
        copy(&checkout.join(folder), &root.join(folder));
    }
    let (username, password) = world.sandbox.git.login();
    let helper = format!(
        "[credential]\n\thelper = \"!f() {{ echo username={username}; echo password={password}; }}; f\"\n"
    );
    crate::support::home::configure_git(world, &helper);
    let output = tokio::process::Command::new("bash")
        .args(["scripts/bootstrap-gitops.sh", "demo"])
        .current_dir(&root)
        .env_clear()
        .envs(world.sandbox.env())
        // Its schema is held against the file by a program of Go; that this file is valid is known.
        .env("JV_BIN", "/bin/true")
        .env("GITOPS_REPO_USERNAME", username)
        .env("GITOPS_REPO_PASSWORD", password)
        .env("SKIP_APP_WAIT", "true")
        .env("TMPDIR", text(&world.sandbox.home()))
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).unwrap();
    for entry in fs_err::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs_err::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
