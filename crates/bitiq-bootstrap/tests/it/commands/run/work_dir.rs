//! A `.work` folder that can't be written, or leads elsewhere: refused, nothing half written.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::support::assert::writes;
use crate::support::process::Run;
use crate::support::sandbox::World;

fn set_mode(path: &Path, mode: u32) {
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// All files below a folder, links as such, sorted.
fn tree(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(tree(&entry.path()));
        }
        found.push(entry.path());
    }
    found.sort();
    found
}

/// Refused with exit code 3 for this reason; in `.work` is what was there before, and nobody was written to.
async fn check(world: &World, run: Run, says: &[&str]) {
    let before = tree(&world.sandbox.work());
    run.ran().await.exits(3).says(says).says(&["next"]);
    let ours = |path: &PathBuf| !path.ends_with("lock") && !path.to_string_lossy().contains(".work/runs");
    let after: Vec<PathBuf> = tree(&world.sandbox.work()).into_iter().filter(ours).collect();
    assert_eq!(after, before.into_iter().filter(ours).collect::<Vec<_>>());
    assert_eq!(writes(world), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_read_only() {
    let world = World::without_vault().await;
    set_mode(&world.sandbox.work(), 0o500);
    let says = [".work is read-only (mode 0500)", "chmod u+rwx"];
    check(&world, world.command(&["run", "demo"]), &says).await;
    set_mode(&world.sandbox.work(), 0o700);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_can_not_be_made() {
    let world = World::without_vault().await;
    let cluster = world.sandbox.root().join("clusters/demo");
    fs_err::remove_dir_all(world.sandbox.work()).unwrap();
    set_mode(&cluster, 0o500);
    if fs_err::write(cluster.join("probe"), "").is_ok() {
        eprintln!("left out, this user may write everywhere: one_that_can_not_be_made");
        return;
    }
    let says = ["failed to write into", ".work", "permission denied", "belongs to"];
    check(&world, world.command(&["run", "demo"]), &says).await;
    set_mode(&cluster, 0o700);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk() {
    let world = World::without_vault().await;
    // The signal that comes with a file-size limit is not what a full disk does.
    let run = world.command(&["run", "demo"]).after("trap '' XFSZ; ulimit -f 8");
    check(&world, run, &["PREFLIGHT-001", ".work"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_the_place_of_the_trace() {
    let world = World::without_vault().await;
    fs_err::create_dir(world.sandbox.work().join("gitops-bootstrap.json")).unwrap();
    let says = ["failed to write the trace", "gitops-bootstrap.json: it is a folder", "move", "away"];
    check(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_the_place_of_the_lock_is_told_by_run_and_by_check() {
    let world = World::without_vault().await;
    fs_err::create_dir(world.sandbox.work().join("lock")).unwrap();
    let says = ["failed to lock", "lock is a folder, not a file", "mv "];
    for command in ["run", "check"] {
        world.run(&[command, "demo"]).await.exits(3).says(&says);
    }
    assert_eq!(writes(&world), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_in_the_place_of_the_infra_id_holds_nobody_up() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let world = World::without_vault().await;
    let file = world.sandbox.work().join("infraID");
    mknodat(CWD, &file, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    world.run(&["run", "demo"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_its_own_place() {
    let world = World::without_vault().await;
    let elsewhere = world.sandbox.home().join("elsewhere");
    fs_err::rename(world.sandbox.work(), &elsewhere).unwrap();
    symlink(&elsewhere, world.sandbox.work()).unwrap();
    let before = tree(&elsewhere);
    for command in ["run", "plan"] {
        let run = world.command(&[command, "demo"]);
        check(&world, run, &["PREFLIGHT-003", "rm "]).await;
        assert_eq!(tree(&elsewhere), before, "{command} wrote where the link leads");
    }
}

/// A link below `.work` that leads to a folder outside: nothing is written there, nor read.
async fn check_link(name: &str) {
    let world = World::without_vault().await;
    let elsewhere = world.sandbox.home().join("elsewhere");
    let link = world.sandbox.work().join(name);
    fs_err::create_dir(&elsewhere).unwrap();
    let target = elsewhere.join(name);
    match fs_err::symlink_metadata(&link) {
        Ok(_) => fs_err::rename(&link, &target).unwrap(),
        Err(_) => fs_err::create_dir(&target).unwrap(),
    }
    symlink(&target, &link).unwrap();
    let before = tree(&elsewhere);
    for command in ["run", "plan"] {
        let run = world.command(&[command, "demo"]);
        check(&world, run, &[name, "is a symbolic link that leads outside", "remove the link"]).await;
        assert_eq!(tree(&elsewhere), before, "{command} wrote where the link leads");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_the_place_of_gitops_src() {
    check_link("gitops-src").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_the_place_of_the_trace() {
    check_link("gitops-bootstrap.json").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_the_place_of_the_runs() {
    check_link("runs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_the_place_of_the_cache() {
    check_link("cache").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_the_place_of_the_lock() {
    check_link("lock").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_the_place_of_the_kubeconfig() {
    check_link("kubeconfig").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_stays_inside_is_followed() {
    let world = World::without_vault().await;
    let work = world.sandbox.work();
    fs_err::rename(work.join("kubeconfig"), work.join("kubeconfig-of-today")).unwrap();
    symlink("kubeconfig-of-today", work.join("kubeconfig")).unwrap();
    world.run(&["plan", "demo"]).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_others_may_read_becomes_private() {
    let world = World::without_vault().await;
    set_mode(&world.sandbox.work(), 0o755);
    world.run(&["run", "demo"]).await.exits(0);
    let mode = fs_err::metadata(world.sandbox.work()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_not_there_is_made_private_also_by_plan() {
    let world = World::without_vault().await;
    let given = world.sandbox.home().join("kubeconfig");
    fs_err::rename(world.sandbox.kubeconfig(), &given).unwrap();
    fs_err::remove_dir(world.sandbox.work()).unwrap();
    world.run(&["plan", "demo", "--kubeconfig", given.to_str().unwrap()]).await.exits(0);
    let mode = fs_err::metadata(world.sandbox.work()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
