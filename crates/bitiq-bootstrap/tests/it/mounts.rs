//! A `.work` folder on a file system that forbids something, or that belongs to somebody else. These tests mount in a
//! namespace of their own and change the user; where that is not allowed they leave themselves out by name.

use crate::evidence::refused;
use crate::world::{Run, World};

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
