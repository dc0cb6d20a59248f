//! Output that can not be written: a full disk, a reader that went away.

use crate::support::process::Run;
use crate::support::sandbox::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_written_is_no_success() {
    let world = World::without_vault().await;
    let full = async |arguments: &[&str], code: i32| {
        let run = world.command(arguments).after("exec >/dev/full");
        run.ran().await.exits(code).says(&["CLI-007", "error stdout: "]);
    };
    full(&["run", "demo", "-o", "json"], 1).await;
    assert_eq!(world.trace()["status"], "succeeded", "what was done is told as it is");
    for arguments in [["trace", "demo", "--html", "-"].as_slice(), &["status"], &["env", "demo", "--export"]]
    {
        full(arguments, 3).await;
    }
    let gone = world.command(&["env", "demo"]).after("exec 1>&-");
    gone.ran().await;
}

#[tokio::test]
async fn a_full_disk_is_no_success_for_help_and_overview_either() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&[][..], &["--help"], &["--version"]] {
        let run = Run::bare(folder.path(), arguments).after("exec > /dev/full");
        run.ran().await.exits(3).says(&["CLI-007"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_ends_no_run() {
    let world = World::without_vault().await;
    let mut child = world.command(&["run", "demo", "-o", "jsonl"]).start();
    drop(child.stdout.take());
    let ended = child.wait_with_output().await.unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(world.trace()["status"], "succeeded");
}
