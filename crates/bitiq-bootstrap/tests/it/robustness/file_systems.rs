//! A `.work` folder on a file system that forbids something, or that belongs to somebody else. These tests mount in a
//! namespace of their own and change the user; where that is not allowed they leave themselves out by name.

use std::os::unix::fs::PermissionsExt as _;

use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::SCRIPT;

use crate::support::assert::refused;
use crate::support::process::Run;
use crate::support::sandbox::World;

/// Another user than ours, of no name.
const STRANGER: u32 = 54321;

/// Whether this machine lets us do `what`; says so where it does not.
#[expect(clippy::disallowed_methods, reason = "asks the machine, not the program")]
fn may(test: &str, what: &[&str]) -> bool {
    let status = std::process::Command::new(what[0]).args(&what[1..]).status();
    let may = status.is_ok_and(|status| status.success());
    if !may {
        eprintln!("left out, this machine does not allow `{}`: {test}", what.join(" "));
    }
    may
}

fn may_mount(test: &str) -> bool {
    may(test, &["unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt"])
}

/// The command with a tmpfs of these options as its `.work`, and the kubeconfig in it.
fn with_work_on(world: &World, options: &str, arguments: &[&str]) -> Run {
    let work = world.sandbox.work();
    let kubeconfig = world.sandbox.home().join("kubeconfig.kept");
    fs_err::copy(world.sandbox.kubeconfig(), &kubeconfig).unwrap();
    let (work, kubeconfig) = (work.display(), kubeconfig.display());
    let inner = format!(
        "mount -t tmpfs -o mode=700,{options} none {work} && cp {kubeconfig} {work}/kubeconfig && exec \"$0\" \"$@\""
    );
    world.command(arguments).after(&format!("exec unshare -m sh -c '{inner}' \"$0\" \"$@\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_system_that_forbids_programs_is_found_before_the_first_write() {
    const TEST: &str = "a_file_system_that_forbids_programs_is_found_before_the_first_write";
    if !may_mount(TEST) {
        return;
    }
    let world = World::without_vault().await;
    let point = world.sandbox.work().display().to_string();
    let fix = format!("sudo mount -o remount,exec {point}");
    let says = [&format!("the file system at {point} (tmpfs) is mounted with noexec"), fix.as_str(), "next"];
    refused(&world, with_work_on(&world, "noexec", &["run", "demo"]), &says).await;
    with_work_on(&world, "noexec", &["check", "demo"]).ran().await.exits(3).says(&says);
    let skipped = with_work_on(&world, "noexec", &["plan", "demo", "--skip-script"]);
    skipped.ran().await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_in_the_middle_is_named_as_full() {
    const TEST: &str = "a_disk_that_fills_up_in_the_middle_is_named_as_full";
    if !may_mount(TEST) {
        return;
    }
    let world = World::without_vault().await;
    let script = "#!/bin/sh\nwhile dd if=/dev/zero bs=4096 count=64 >>fill 2>/dev/null; do :; done\nexit 0\n";
    world.sandbox.git.commit(PRIVATE, &[File::executable(SCRIPT, script)], "fills the disk").await.unwrap();
    let run = with_work_on(&world, "size=4m", &["run", "demo", "--repo-access-timeout", "0"]);
    let point = world.sandbox.work().display().to_string();
    let full = format!("the disk is full: the file system at {point} (tmpfs) has no space left");
    run.ran().await.exits(1).says(&[&full, "make room there", "df -h"]);
    assert_eq!(world.lease_holder().await, None, "the Lease is let go");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_without_room_for_the_repository_is_named_as_full() {
    const TEST: &str = "a_disk_without_room_for_the_repository_is_named_as_full";
    if !may_mount(TEST) {
        return;
    }
    let world = World::without_vault().await;
    // Nothing that a pack could make smaller.
    let noise = std::iter::successors(Some(88_172_645_463_325_252_u64), |before| {
        let x = before ^ (before << 13);
        let x = x ^ (x >> 7);
        Some(x ^ (x << 17))
    });
    let noise: Vec<u8> = noise.take(400_000).flat_map(u64::to_le_bytes).collect();
    world.sandbox.git.commit(PRIVATE, &[File::new("large", noise)], "a large file").await.unwrap();
    let run = with_work_on(&world, "size=1m", &["run", "demo"]);
    refused(&world, run, &["GIT-041"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_without_room_for_the_working_copy_is_named_as_full() {
    const TEST: &str = "a_disk_without_room_for_the_working_copy_is_named_as_full";
    if !may_mount(TEST) {
        return;
    }
    let world = World::without_vault().await;
    // A pack makes next to nothing of it.
    let large = [File::new("large", vec![b'x'; 3_000_000])];
    world.sandbox.git.commit(PRIVATE, &large, "a large file").await.unwrap();
    let run = with_work_on(&world, "size=1m", &["run", "demo"]);
    run.ran().await.exits(1).says(&["GIT-041"]);
    assert_eq!(world.lease_holder().await, None, "the Lease is let go");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_found_by_check() {
    const TEST: &str = "a_full_disk_is_found_by_check";
    if !may_mount(TEST) {
        return;
    }
    let world = World::without_vault().await;
    let work = world.sandbox.work();
    let (work, kept) = (work.display(), world.sandbox.home().join("kubeconfig.kept"));
    fs_err::copy(world.sandbox.kubeconfig(), &kept).unwrap();
    let inner = format!(
        "mount -t tmpfs -o mode=700,size=1m none {work} && cp {} {work}/kubeconfig && \
         {{ cat /dev/zero >{work}/fill 2>/dev/null; exec \"$0\" \"$@\"; }}",
        kept.display()
    );
    let run = world.command(&["check", "demo"]);
    let run = run.after(&format!("exec unshare -m sh -c '{inner}' \"$0\" \"$@\""));
    // No cache is there yet that could be written.
    let full = format!("failed to write into {work}: the disk is full");
    run.ran().await.exits(3).says(&[&full, "make room there"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_system_that_is_read_only_is_named() {
    const TEST: &str = "a_file_system_that_is_read_only_is_named";
    if !may_mount(TEST) {
        return;
    }
    let world = World::without_vault().await;
    let work = world.sandbox.work().display().to_string();
    let inner =
        format!("mount --bind {work} {work} && mount -o remount,bind,ro {work} && exec \"$0\" \"$@\"");
    let run = world.command(&["run", "demo"]);
    let run = run.after(&format!("exec unshare -m sh -c '{inner}' \"$0\" \"$@\""));
    let says = ["is mounted read-only", &format!("sudo mount -o remount,rw {work}")];
    refused(&world, run, &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_work_folder_of_another_user_is_named_with_the_command_that_takes_it_back() {
    const TEST: &str = "a_work_folder_of_another_user_is_named_with_the_command_that_takes_it_back";
    let uid = STRANGER.to_string();
    if !may(TEST, &["setpriv", "--reuid", &uid, "--clear-groups", "true"]) {
        return;
    }
    let world = World::without_vault().await;
    world.run(&["run", "demo", "--repo-access-timeout", "0"]).await.exits(0);
    let work = world.sandbox.work();
    // Everybody may come as far as the folder, and nobody into it.
    for folder in work.ancestors().skip(1).take_while(|folder| folder.starts_with(std::env::temp_dir())) {
        if folder != std::env::temp_dir() {
            fs_err::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let take_back = format!("sudo chown -R {uid}:");
    for (command, code) in [("run", 3), ("plan", 3), ("check", 3), ("status", 0), ("trace", 3)] {
        let run = world.command(&[command, "demo"]);
        let run = run.after(&format!("exec setpriv --reuid {uid} --clear-groups \"$0\" \"$@\""));
        let ran = run.ran().await;
        let ran = if code == 0 { ran } else { ran.exits(code) };
        ran.says(&["belongs to root (uid 0)", &format!("uid {uid}"), &take_back])
            .never_says(&["failed to query resolved metadata"]);
    }
}
