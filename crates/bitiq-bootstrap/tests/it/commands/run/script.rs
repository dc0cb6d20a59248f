//! The script: what it is handed, how it may end, what becomes of its output.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::child::{lives, until};
use crate::support::objects::infrastructure;
use crate::support::process::Run;
use crate::support::sandbox::World;
use crate::support::script::{check_failure, replace, with_script};

async fn check_switches(switches: &str, says: &[&str]) {
    let world = World::without_vault().await;
    check_failure(&world, with_script(&world, switches), says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_root_that_is_named_from_here_reaches_the_script_as_one_that_is_named_whole() {
    let world = World::without_vault().await;
    replace(&world, "#!/bin/sh\ntest -r \"$KUBECONFIG\" && echo \"read $KUBECONFIG\"\n").await;
    let root = world.sandbox.root();
    let (parent, name) = (root.parent().unwrap(), root.file_name().unwrap().to_str().unwrap());
    let run = world.command(&["run", "demo", "--repo-access-timeout", "0", "--root", name]);
    run.within(parent).ran().await.exits(0);
    let read = format!("read {}\n", world.sandbox.kubeconfig().display());
    assert!(world.log().contains(&read), "{}", world.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_is_handed_the_contracts_variables_and_no_login() {
    let world = World::without_vault().await;
    infrastructure(&world, "demo-x7k2p").await;
    replace(
        &world,
        "#!/bin/sh\nenv\necho \"in $(pwd)\"\nif read -r line; then echo got; else echo end of input; fi\n",
    )
    .await;
    let run = world.command(&["run", "demo", "--repo-access-timeout", "0"]);
    let run = run.env("VAULT_TOKEN", "s.a-token-of-somebody").secret("s.a-token-of-somebody");
    let run =
        run.env("GITOPS_REPO_PAT", "another-long-token").env("KUBECONFIG", "/nowhere").env("TEAM", "a b");
    run.ran().await.exits(0);
    let work = fs_err::canonicalize(world.sandbox.work()).unwrap();
    let log = world.log();
    let lines: Vec<&str> = log.lines().collect();
    for expect in [
        format!("KUBECONFIG={}", world.sandbox.kubeconfig().display()),
        "ENV=sno".into(),
        "BASE_DOMAIN=apps.demo.example.test".into(),
        "TARGET_REV=main".into(),
        format!("GIT_REPO_URL={}", world.sandbox.repo_url()),
        "INFRA_ID=demo-x7k2p".into(),
        "TEAM=a b".into(),
        format!("in {}", work.join("gitops-src").display()),
        "end of input".into(),
    ] {
        assert!(lines.contains(&expect.as_str()), "`{expect}` is not in:\n{log}");
    }
    assert!(world.sandbox.kubeconfig().is_absolute());
    for absent in ["VAULT_TOKEN", "GITOPS_REPO_USERNAME", "GITOPS_REPO_PASSWORD", "GITOPS_REPO_PAT"] {
        assert!(!log.contains(absent), "{absent} is in:\n{log}");
    }
}

/// What the script gets as `TRACEPARENT` and `TRACESTATE`, and the trace's own ids.
async fn handed_on(world: &World, run: Run) -> (String, String, serde_json::Value) {
    replace(world, "#!/bin/sh\necho \"span: $TRACEPARENT state: ${TRACESTATE-unset}\"\n").await;
    run.ran().await.exits(0);
    let log = world.log();
    let line = log.lines().find_map(|line| line.strip_prefix("span: ")).unwrap();
    let (span, state) = line.split_once(" state: ").unwrap();
    (span.to_owned(), state.to_owned(), world.trace())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_is_a_span_of_the_trace_that_the_run_was_started_in() {
    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo", "--repo-access-timeout", "0"]);
    let incoming = format!("00-{TRACE}-b7ad6b7169203331-00");
    let (span, state, trace) =
        handed_on(&world, run.clone().env("TRACEPARENT", &incoming).env("TRACESTATE", "vendor=x")).await;
    assert!(span.starts_with(&format!("00-{TRACE}-")) && span.ends_with("-00"), "{span}");
    assert!(!span.contains("b7ad6b7169203331"), "{span} is the step's span");
    assert_eq!(state, "vendor=x");
    let context =
        json!({"trace_id": TRACE, "parent_id": "b7ad6b7169203331", "flags": "00", "state": "vendor=x"});
    assert_eq!(trace["trace_context"], context);

    // One that can't be read is as good as none, and is no warning.
    let odd = run.env("TRACEPARENT", "yesterday").env("TRACESTATE", "vendor=x").env("RUST_LOG", "debug");
    let (span, state, trace) = handed_on(&world, odd).await;
    assert!(span.starts_with("00-") && span.ends_with("-01") && span.len() == 55, "{span}");
    assert_eq!((state.as_str(), &trace["trace_context"]), ("unset", &json!(null)));
    assert!(!trace["warnings"].to_string().contains("TRACEPARENT"), "{}", trace["warnings"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_cluster_has_no_infra_id_the_callers_own_is_not_handed_on() {
    let world = World::without_vault().await;
    replace(&world, "#!/bin/sh\necho \"infraID: ${INFRA_ID-unset}\"\n").await;
    let run = world.command(&["run", "demo", "--repo-access-timeout", "0"]);
    run.env("INFRA_ID", "other-7hjkl").ran().await.exits(0).says(&["infraID: unset"]);
    infrastructure(&world, "demo-x7k2q").await;
    let run = world.command(&["run", "demo", "--repo-access-timeout", "0"]);
    run.env("INFRA_ID", "other-7hjkl").ran().await.exits(0).says(&["infraID: demo-x7k2q"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_passed_on_where_it_is_asked_for_and_still_masked() {
    let world = World::without_vault().await;
    let run = world.command(&["run", "demo", "--pass-env", "VAULT_TOKEN", "--pass-env=GITOPS_REPO_USERNAME"]);
    let run = run.env("VAULT_TOKEN", "s.a-token-of-somebody").secret("s.a-token-of-somebody");
    let run = run.env("SANDBOX_SCRIPT", "env=VAULT_TOKEN,env=GITOPS_REPO_USERNAME,env=GITOPS_REPO_PASSWORD");
    run.ran().await.exits(0).says(&["VAULT_TOKEN=***"]);
    let (username, _) = world.sandbox.git.login();
    let log = world.log();
    assert!(log.contains(&format!("GITOPS_REPO_USERNAME={username}\nGITOPS_REPO_PASSWORD=\n")), "{log}");
    assert!(!log.contains("a-token-of-somebody"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_fails_is_told_with_its_code_and_its_last_lines() {
    let says = ["scripts/bootstrap.sh exited with code 7", "last lines of output:", "helm: no such chart"];
    let world = World::without_vault().await;
    check_failure(&world, with_script(&world, "stderr=helm: no such chart,fail=7"), &says).await;
    // Left out next time, its half is there all the same.
    let skip = || world.command(&["run", "demo", "--skip-script"]).env("GITOPS_REPO_ACCESS_TIMEOUT", "0s");
    skip().ran().await.exits(0).says(&["warning: the script did not end well in the run before"]);
    skip().ran().await.exits(0).never_says(&["did not end well"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_is_killed_is_told_with_the_signal() {
    check_switches("say=hello,die=9", &["RUN-005", "hello", "scripts/bootstrap.sh"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_hangs_is_ended_after_its_time() {
    let world = World::without_vault().await;
    let run = with_script(&world, "background,say=waiting for nothing,hang")
        .env("BITIQ_BOOTSTRAP_SCRIPT_TIMEOUT", "3s");
    let says = ["scripts/bootstrap.sh did not end within 3.0s", "waiting for nothing", "--script-timeout"];
    check_failure(&world, run, &says).await;
    assert!(!lives(world.number_after("background process ")), "its group was ended with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_did_not_start_fails_its_step_and_did_nothing() {
    let world = World::without_vault().await;
    // There and executable, and yet no program: that shows once it is started.
    let interpreter = world.sandbox.root().join("interpreter");
    fs_err::write(&interpreter, "no program\n").unwrap();
    fs_err::set_permissions(&interpreter, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    replace(&world, &format!("#!{}\n", interpreter.display())).await;
    let ran = world.run(&["run", "demo"]).await.exits(1).says(&["PROCESS-004", "scripts/bootstrap.sh"]);
    ran.says(&["changed   Namespace"]).never_says(&["scripts/bootstrap.sh ran"]);
    assert_eq!(world.steps()["script"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_the_output_is_masked_even_where_it_is_split() {
    let world = World::without_vault().await;
    let run = with_script(&world, "say=here it comes,login,split-login,say=there it was,fail=1");
    check_failure(&world, run, &["RUN-004", "***"]).await;
    let log = world.log();
    assert!(!log.contains(&world.sandbox.git.login().1), "{log}");
    assert_eq!(log.matches("***").count(), 2, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_in_an_address_is_in_neither_output_nor_log() {
    let world = World::without_vault().await;
    let run = with_script(&world, "say=from postgres://app:urlPw987654@db/app,fail=1");
    check_failure(&world, run, &["postgres://app:***@db/app"]).await;
    assert!(world.log().contains("from postgres://app:***@db/app"), "{}", world.log());
    assert!(!world.log().contains("urlPw"), "{}", world.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_kept_in_the_log_and_not_in_memory() {
    let world = World::without_vault().await;
    let run = with_script(&world, "flood=25,longline=35,binary,say=dry again");
    let child = run.env("BITIQ_BOOTSTRAP_QUIET", "1").start();
    let status = format!("/proc/{}/status", child.id().unwrap());
    let most = tokio::spawn(async move {
        let mut most = 0;
        while let Ok(text) = fs_err::read_to_string(&status) {
            let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            most =
                most.max(peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        most
    });
    let ran = world.command(&[]).finish(child).await.exits(0);
    assert!(ran.stdout.len() < 100_000, "quiet means quiet");
    let most: u64 = most.await.unwrap();
    assert!(most < 80 * 1024, "{most} KiB");
    let log = world.log();
    assert!(log.len() > 60 * 1024 * 1024, "{} bytes", log.len());
    assert!(log.contains("dry again"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_the_script_leaves_behind_is_ended_and_hangs_nobody() {
    let world = World::without_vault().await;
    with_script(&world, "background").ran().await.exits(0);
    let child = world.number_after("background process ");
    until("the child to end", || !lives(child)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_holds_the_scripts_output_open_is_not_waited_for() {
    let world = World::without_vault().await;
    let daemon =
        "import subprocess; print('daemon', subprocess.Popen(['sleep', '600'], start_new_session=True).pid)";
    replace(&world, &format!("#!/bin/sh\npython3 -c \"{daemon}\"\n")).await;
    let began = Instant::now();
    world.run(&["run", "demo", "--repo-access-timeout", "0"]).await.exits(0);
    let daemon = world.number_after("daemon ");
    assert!(lives(daemon), "it left the group on purpose: it is none of ours");
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(daemon.try_into().unwrap()).unwrap(),
        rustix::process::Signal::KILL,
    )
    .unwrap();
    assert!(began.elapsed() < Duration::from_secs(60));
}
