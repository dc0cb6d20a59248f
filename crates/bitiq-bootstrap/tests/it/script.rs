//! The script: what it is handed, how it may end, what becomes of its output.

use std::time::{Duration, Instant};

use sandbox::git_host::{File, PRIVATE};
use sandbox::gitops_repo::SCRIPT;
use serde_json::json;

use crate::evidence::infrastructure;
use crate::running::{lives, until};
use crate::world::{Ran, Run, World};

/// A command whose script does this; the switches stand in the sandbox's `misbehave.py`.
fn with_script(world: &World, switches: &str) -> Run {
    world.command(&["run", "demo"]).env("SANDBOX_SCRIPT", switches)
}

/// The repository's script is this from now on.
async fn replace(world: &World, text: &str) {
    let script = File::executable(SCRIPT, text);
    world.sandbox.git.commit(PRIVATE, &[script], "another script").await.unwrap();
}

/// The script fails: exit code 1, these words, the log named, and the trace says so.
async fn check_failure(world: &World, run: Run, says: &[&str]) -> Ran {
    let ran = run.ran().await.exits(1).says(says).says(&["the whole output is in", "bootstrap.log"]);
    let trace = world.trace();
    assert_eq!((&trace["status"], &trace["exit_code"]), (&json!("failed"), &json!(1)));
    assert_eq!(trace["error"]["step"], "script");
    let steps = world.steps();
    assert_eq!((steps["script"].as_str(), steps["repo-access"].as_str()), ("failed", "pending"));
    assert_eq!(world.lease_holder().await, None, "the Lease is let go");
    ran
}

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
    let says = ["scripts/bootstrap.sh exited with code 7", "its last lines:", "helm: no such chart"];
    let world = World::without_vault().await;
    check_failure(&world, with_script(&world, "stderr=helm: no such chart,fail=7"), &says).await;
    // Left out next time, its half is there all the same.
    let skip = || world.command(&["run", "demo", "--skip-script"]).env("GITOPS_REPO_ACCESS_TIMEOUT", "0s");
    skip().ran().await.exits(0).says(&["warning: the script did not end well in the run before"]);
    skip().ran().await.exits(0).never_says(&["did not end well"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_is_killed_is_told_with_the_signal() {
    check_switches("say=hello,die=9", &["scripts/bootstrap.sh was ended by signal 9", "hello"]).await;
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
    let ran = world.run(&["run", "demo"]).await.exits(1).says(&["failed to start", "scripts/bootstrap.sh"]);
    ran.says(&["changed   Namespace"]).never_says(&["what scripts/bootstrap.sh did"]);
    assert_eq!(world.steps()["script"], "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_the_output_is_masked_even_where_it_is_split() {
    let world = World::without_vault().await;
    let run = with_script(&world, "say=here it comes,login,split-login,say=there it was,fail=1");
    check_failure(&world, run, &["here it comes", "***", "there it was"]).await;
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
    let run = with_script(&world, "flood=50,longline=50,binary,say=dry again");
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
    assert!(most < 100 * 1024, "{most} KiB");
    let log = world.log();
    assert!(log.len() > 100 * 1024 * 1024, "{} bytes", log.len());
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

/// A cluster that was handed over, with an Application that is not well, and its Pod that can't pull its image. The sandbox's Argo CD has its own word for the health.
async fn degraded() -> World {
    let world = World::without_vault().await;
    world.run(&["run", "demo", "--repo-access-timeout", "0"]).await.exits(0);
    let metadata = json!({"name": "toy-web-prod", "namespace": "openshift-gitops"});
    let application = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata,
        "spec": {
            "project": "default", "source": {"repoURL": "https://git.example.com/toy.git", "path": "."},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "openshift-gitops"},
        },
        "status": {},
    });
    world.sandbox.cluster.put(&application).await.unwrap();
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": "web-7c9", "namespace": "openshift-gitops", "labels": {"app.kubernetes.io/instance": "toy-web-prod"},
        },
        "spec": {"containers": [{"name": "web", "image": "quay.io/example/none:1"}]},
        "status": {"phase": "Pending", "containerStatuses": [{
            "name": "web", "image": "quay.io/example/none:1", "imageID": "", "ready": false, "restartCount": 0,
            "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}},
        }]},
    });
    world.sandbox.cluster.put(&pod).await.unwrap();
    world
}

const DEGRADED: &str = ": ImagePullBackOff (Pod openshift-gitops/web-7c9, container web: Back-off";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_silent_script_may_be_waiting_for_is_said_beside_it() {
    let world = degraded().await;
    replace(&world, "#!/bin/sh\necho waiting\nsleep 4\necho done waiting\n").await;
    let run = world.command(&["run", "demo", "--watch-after", "1s", "--repo-access-timeout", "0"]);
    let ran = run.ran().await.exits(0).says(&[DEGRADED]);
    let place = |text: &str| ran.stdout.find(text).unwrap_or_else(|| panic!("{text}: {}", ran.stdout));
    assert!(
        place("│ waiting") < place(DEGRADED) && place(DEGRADED) < place("│ done waiting"),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.stdout.matches(DEGRADED).count(), 1, "told once while it does not change: {}", ran.stdout);
    // It is not the script's, and not in its log.
    assert!(!world.log().contains("toy-web-prod"), "{}", world.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_talks_is_not_watched_and_none_is_where_that_is_not_wanted() {
    let world = degraded().await;
    replace(&world, "#!/bin/sh\nfor i in 1 2 3 4 5 6; do echo $i; sleep 0.4; done\n").await;
    let talks = world.command(&["run", "demo", "--watch-after", "2s", "--repo-access-timeout", "0"]);
    talks.ran().await.exits(0).never_says(&["toy-web-prod"]);
    replace(&world, "#!/bin/sh\nsleep 3\n").await;
    let never = world.command(&["run", "demo", "--watch-after", "0", "--repo-access-timeout", "0"]);
    never.ran().await.exits(0).never_says(&["toy-web-prod"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_fails_is_told_with_what_was_not_well_then() {
    let world = degraded().await;
    replace(&world, "#!/bin/sh\necho timed out waiting\nexit 7\n").await;
    let run = world.command(&["run", "demo"]);
    check_failure(&world, run, &["exited with code 7", "at that moment:", DEGRADED]).await;
    assert!(world.trace()["error"]["causes"].to_string().contains("ImagePullBackOff"));
}
