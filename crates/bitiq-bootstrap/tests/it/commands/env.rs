//! `env`: its lines in a shell, and the infraID among them.

use std::process::Command;

use crate::support::home::script;
use crate::support::json_document::check;
use crate::support::process::Ran;
use crate::support::sandbox::World;

/// What a shell says to this line.
#[expect(clippy::disallowed_methods, reason = "tests paste into a shell as a user does")]
fn shell(world: &World, line: &str) -> Ran {
    let mut command = Command::new("/bin/sh");
    command.args(["-euc", line]).env_clear().envs(world.sandbox.env()).current_dir("/");
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn export_lines_mean_in_a_shell_what_was_meant() {
    let world = World::without_vault().await;
    let (url, odd) = ("ssh://git@git.example.test/its/~a%20b.git", "feature/a'b$HOME\"c;d&e");
    world.set("repo_url", &format!("\"{url}\""));
    world.set("repo_ref", &format!("'{}'", odd.replace('\'', "''")));
    let root = world.sandbox.home().join("it's $HOME");
    fs_err::rename(world.sandbox.root(), &root).unwrap();
    let run = world.command(&["env", "demo", "--export", "--root", root.to_str().unwrap()]).within("/");
    let lines = run.ran().await.exits(0).stdout;
    let show = "printf '%s|' \"$GIT_REPO_URL\" \"$TARGET_REV\" \"$KUBECONFIG\"";
    let said = shell(&world, &format!("{lines}\n{show}")).exits(0).stdout;
    let kubeconfig = root.join("clusters/demo/.work/kubeconfig");
    assert_eq!(said, format!("{url}|{odd}|{}|", kubeconfig.display()));
    let pasted = script(&world, "evaluate.sh", &format!("eval \"$(cat <<'LINES'\n{lines}LINES\n)\"; {show}"));
    assert_eq!(shell(&world, &pasted).exits(0).stdout, said);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_debugging_line_runs_the_script_by_hand() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let said = world.run(&["env", "demo"]).await.exits(0).stdout;
    let line = said.lines().last().unwrap();
    assert!(line.contains("./scripts/bootstrap.sh"), "{said}");
    shell(&world, line).exits(0).says(&["Bootstrap complete"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn env_knows_the_infra_id_that_this_machine_knows() {
    let world = World::without_vault().await;
    let folder = world.sandbox.root().join("clusters/demo/.work");
    fs_err::create_dir_all(folder.join("installer")).unwrap();
    fs_err::write(folder.join("infraID"), "demo-old01\n").unwrap();
    let only_file = check(world.command(&["env", "demo", "-o", "json"]), 0).await;
    assert_eq!(only_file["environment"]["INFRA_ID"], "demo-old01");
    fs_err::write(folder.join("installer/metadata.json"), r#"{"infraID": "demo-new02"}"#).unwrap();
    let installer = check(world.command(&["env", "demo", "-o", "json"]), 0).await;
    assert_eq!(installer["environment"]["INFRA_ID"], "demo-new02");
    assert!(installer["debugging"].as_str().unwrap().contains(" INFRA_ID=demo-new02 "), "{installer}");
}
