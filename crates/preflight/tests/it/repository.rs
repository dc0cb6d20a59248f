//! The repository: its login, its commit, and what that holds.

use std::path::Path;

use preflight::Scope;
use sandbox::faults::Fault;
use sandbox::git_host::{File, PRIVATE, PUBLIC};
use serde_json::json;

use crate::world::{World, amiss, lines, on_a_large_stack, one};

const SCRIPT: &str = "scripts/bootstrap.sh";
const APPS: &str = "charts/argocd-apps/values.yaml";
const OPERATORS: &str = "charts/bootstrap-operators/values.yaml";

#[expect(clippy::disallowed_methods, reason = "a person's own git, which made the working copy")]
fn git(folder: &Path, arguments: &[&str]) {
    let run = std::process::Command::new("git").args(arguments).current_dir(folder).output().unwrap();
    assert!(run.status.success(), "{run:?}");
}

/// The checks of the repository that did not pass.
async fn of_repository(world: &World) -> Vec<String> {
    let others = ["workers", "default-storage-class", "apps-dns", "operator"];
    let mut amiss = amiss(&world.check().await);
    amiss.retain(|it| !others.iter().any(|other| it.starts_with(other)));
    amiss
}

#[test]
fn what_the_commit_lacks_is_named() {
    on_a_large_stack(async {
        let world = World::plain().await;
        let envs = |name: &str| File::new(APPS, format!("envs:\n  - name: {name}\n"));
        let whole = File::executable(SCRIPT, "#!/bin/sh\n");
        for (files, expect) in [
            (
                vec![
                    envs("sno"),
                    File::new(
                        "big.bin",
                        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
                    ),
                    File::new(".gitattributes", "*.bin filter=lfs\n"),
                ],
                "commit-whole warning",
            ),
            (vec![File::new("big.bin", ""), File::new(SCRIPT, "#!/bin/sh\n")], "script failed"),
            (vec![File::executable(SCRIPT, "#!/no/such/program\n")], "script-start failed"),
            (vec![whole.clone(), envs("prod")], "environment failed"),
            (vec![envs("sno"), File::new(OPERATORS, "operators: [")], "chart-values failed"),
            (
                vec![File::new(OPERATORS, "{}\n"), File::new(APPS, "envs: {")],
                "chart-values failed, chart-values failed",
            ),
        ] {
            world.commit(&files).await;
            let found = of_repository(&world).await;
            assert_eq!(found.join(", "), expect);
        }
    });
}

#[test]
fn a_script_that_is_left_out_may_be_missing() {
    on_a_large_stack(async {
        let mut world = World::plain().await;
        world.commit(&[File::new(SCRIPT, "#!/no/such/program\n")]).await;
        world.set("BITIQ_BOOTSTRAP_SKIP_SCRIPT", "true");
        let checks = world.check().await;
        assert_eq!(one(&checks, "script").status().as_str(), "skipped");
        assert!(!checks.iter().any(|check| check.id.name() == "script-start"));
    });
}

#[test]
fn a_ref_that_is_not_there_and_a_commit_that_moved_on_fail() {
    on_a_large_stack(async {
        let mut world = World::plain().await;
        let commit = world.observe().await.ok().unwrap().git_sha().to_owned();
        world.set("BITIQ_BOOTSTRAP_COMMIT", &commit.to_uppercase());
        assert_eq!(one(&world.check().await, "pinned-commit").status().as_str(), "ok");
        world.set("BITIQ_BOOTSTRAP_COMMIT", &"1".repeat(40));
        assert_eq!(of_repository(&world).await, ["pinned-commit failed"]);
        world.unset("BITIQ_BOOTSTRAP_COMMIT");
        world.rewrite("repo_ref: \"main\"", "repo_ref: \"gone\"");
        let checks = world.check().await;
        assert_eq!(amiss(&checks)[0], "repository-ref failed");
        assert!(lines(&checks).contains(&"git-host ok".to_owned()));
        world.rewrite(PRIVATE, "nowhere");
        assert_eq!(of_repository(&world).await, ["git-host failed"]);
    });
}

#[test]
fn a_host_that_refuses_or_is_silent_and_a_login_that_is_missing_fail_each_as_itself() {
    on_a_large_stack(async {
        let mut world = World::plain().await;
        world.sandbox.git.faults().add(Fault::status(503, "busy"));
        let checks = world.check().await;
        assert_eq!(one(&checks, "git-host").status().as_str(), "failed");
        world.sandbox.git.faults().clear();
        world.sandbox.git.tell_login_end("2020-01-02 03:04:05 UTC").unwrap();
        assert_eq!(of_repository(&world).await, ["repository-login-expiry warning"]);
        world.sandbox.git.change_login();
        let checks = world.check().await;
        let check = one(&checks, "git-host");
        assert!(check.details()[0].contains("GITOPS_REPO_PASSWORD"), "{check:?}");
        world.unset("GITOPS_REPO_USERNAME");
        world.unset("GITOPS_REPO_PASSWORD");
        assert_eq!(of_repository(&world).await, ["repository-login failed"]);
        // Where the cluster was not asked, its Secret may hold one.
        fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
        assert_eq!(one(&world.check().await, "git-host").status().as_str(), "skipped");
        world.rewrite(PRIVATE, PUBLIC);
        let checks = world.check().await;
        assert_eq!(one(&checks, "git-host").finding(), "needs no credentials");
        assert!(!checks.iter().any(|check| check.id.name() == "repository-secret"));
    });
}

#[test]
fn a_secret_that_another_manager_holds_fails_and_its_login_is_taken_where_none_is_given() {
    on_a_large_stack(async {
        let mut world = World::plain().await;
        world.make_namespace().await;
        let (username, password) = world.sandbox.git.login();
        let metadata = json!({"name": "gitops-repo", "namespace": "openshift-gitops",
            "labels": {"argocd.argoproj.io/secret-type": "repository"}});
        let data = json!({"type": "git", "url": world.sandbox.repo_url(), "username": username, "password": "another-password"});
        world
            .put(json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}))
            .await;
        assert_eq!(of_repository(&world).await, ["repository-secret failed"]);
        world.set("BITIQ_BOOTSTRAP_FORCE_CONFLICTS", "true");
        assert_eq!(of_repository(&world).await, Vec::<String>::new());
        world.unset("GITOPS_REPO_USERNAME");
        world.unset("GITOPS_REPO_PASSWORD");
        let check = world.check().await;
        let check = one(&check, "git-host");
        assert!(
            check.status().as_str() == "failed" && check.details()[0].contains("gitops-repo"),
            "{check:?}"
        );
        let mut found = world
            .sandbox
            .cluster
            .object("/api/v1/namespaces/openshift-gitops/secrets/gitops-repo")
            .await
            .unwrap()
            .unwrap();
        found["stringData"] = json!({"password": password});
        world.put(found).await;
        let state = world.observe().await.ok().unwrap();
        let login = state.facts(&world.request()).credentials.unwrap();
        assert_eq!(login.source, "cluster");
    });
}

#[test]
fn a_working_copy_that_was_changed_fails_and_an_infra_id_of_an_earlier_cluster_is_a_warning() {
    on_a_large_stack(async {
        let mut world = World::openshift().await;
        assert!(of_repository(&world).await.contains(&"stale-infra-ids warning".to_owned()));
        let state = world.observe().await.ok().unwrap();
        assert!(state.searched().is_some_and(|it| it.stale.len() == 6));
        let copy = world.sandbox.work().join("gitops-src");
        fs_err::create_dir(&copy).unwrap();
        git(&copy, &["init", "-q"]);
        fs_err::write(copy.join("mine"), "changed").unwrap();
        git(&copy, &["add", "mine"]);
        assert!(of_repository(&world).await.contains(&"gitops-src failed".to_owned()));
        world.scope = Scope::RepoCreds;
        let found = of_repository(&world).await;
        assert!(found.is_empty(), "{found:?}");
    });
}
