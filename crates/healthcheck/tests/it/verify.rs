//! `verify` of a cluster that is as it should be.

use diagnostics::CheckStatus;
use sandbox::Options;

use crate::world::{World, advises, lines, on_a_large_stack, one};

const OF_THE_CLUSTER: [&str; 7] = [
    "api-server ok",
    "nodes ok",
    "cluster-operators ok",
    "machine-sets ok",
    "client-certificate ok",
    "api-certificate ok",
    "operator-certificates skipped",
];
const NOT_HANDED_OVER: [&str; 13] = [
    "handed-over-namespace skipped",
    "record skipped",
    "repository-access skipped",
    "applications skipped",
    "secret-annotations skipped",
    "static-secrets skipped",
    "repository-readable skipped",
    "login-in-force skipped",
    "vault-token-lasts skipped",
    "auth-mount-in-force skipped",
    "reviewer skipped",
    "operator-installed skipped",
    "plan-changes skipped",
];

#[test]
fn a_cluster_that_was_never_handed_over_is_judged_by_itself() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        let verified = world.verify().await;
        assert_eq!(lines(&verified.checks), [&OF_THE_CLUSTER[..], &NOT_HANDED_OVER].concat());
        assert_eq!((verified.server, verified.gave_up), (world.sandbox.cluster.server(), None));
        for check in &verified.checks[OF_THE_CLUSTER.len()..] {
            let why = "never bootstrapped: no trace in .work, no record in the cluster";
            assert_eq!(check.details(), [why], "{check:?}");
        }
    });
}

#[test]
fn what_openshift_alone_has_is_skipped_elsewhere() {
    on_a_large_stack(async {
        let verified = World::new(Options::bare()).await.verify().await;
        let checks = &verified.checks;
        assert_eq!(
            lines(&checks[..4]),
            ["api-server ok", "nodes failed", "cluster-operators skipped", "machine-sets skipped"]
        );
        assert!(checks[0].finding().ends_with(" as kubernetes-admin"), "{:?}", checks[0]);
        assert!(advises(&checks[1], "kubectl ") && !advises(&checks[1], "oc "), "{:?}", checks[1]);
        for skipped in [&checks[2], &checks[3], &checks[6]] {
            assert_eq!(skipped.details(), ["the cluster is not OpenShift"]);
        }
    });
}

#[test]
fn what_was_handed_over_is_found_to_work() {
    on_a_large_stack(async {
        let mut world = World::new(Options { vault: false, ..Options::openshift() }).await;
        world.install_kinds().await;
        world.hand_over().await;
        world.put(world.application(&world.sandbox.repo_url(), "Synced")).await;
        let expect = [
            "handed-over-namespace ok",
            "record ok",
            "repository-access ok",
            "applications ok",
            "secret-annotations ok",
            "repository-readable ok",
            "login-in-force ok",
            "login-expiry skipped",
            "operator-installed failed",
            "static-secrets skipped",
            "vault-token-lasts skipped",
            "auth-mount-in-force skipped",
            "reviewer skipped",
            "plan-changes warning",
            "plan-warnings warning",
        ];
        let checks = world.verify().await.checks;
        assert_eq!(lines(&checks), [&OF_THE_CLUSTER[..], &expect].concat());
        let url = world.sandbox.repo_url();
        assert!(one(&checks, "repository-access").finding().ends_with(&url));
        assert!(one(&checks, "repository-readable").finding().starts_with(&format!("main of {url}")));
        let why = "VAULT_ADDR and VAULT_TOKEN are not both set";
        assert_eq!(one(&checks, "auth-mount-in-force").details(), [why]);
        // Without a login of the environment the Secret's own is in force.
        world.unset("GITOPS_REPO_USERNAME");
        world.unset("GITOPS_REPO_PASSWORD");
        let checks = world.verify().await.checks;
        assert_eq!(one(&checks, "login-in-force").status(), CheckStatus::Skipped);
        let why = "neither the environment nor Vault gives one: its own is in force";
        assert_eq!(one(&checks, "login-in-force").details(), [why]);
        // What another repository's Application says is nothing of this one.
        world.put(world.application("https://git.example.test/other", "Synced")).await;
        let checks = world.verify().await.checks;
        assert_eq!(one(&checks, "repository-access").details(), ["no Application is of this repository"]);
        // A record that was written since makes a release history.
        world.write_trace("run", "succeeded", "id");
        world.write_run("release", "succeeded");
        let checks = world.verify().await.checks;
        assert_eq!(one(&checks, "record").status(), CheckStatus::Ok);
        assert_eq!(one(&checks, "repository-readable").status(), CheckStatus::Ok);
    });
}

#[test]
fn vault_is_asked_for_its_token_its_mount_the_reviewer_and_a_login() {
    if sandbox::vault_left_out("vault_is_asked_for_its_token_its_mount_the_reviewer_and_a_login") {
        return;
    }
    on_a_large_stack(async {
        let mut world = World::new(Options { argocd: false, ..Options::openshift() }).await;
        world.hand_over().await;
        let role = world.sandbox.vault_role();
        world.set("BITIQ_BOOTSTRAP_VAULT_ROLE", &role);
        world.set("BITIQ_BOOTSTRAP_VAULT_SERVICE_ACCOUNT", "openshift-gitops/default");
        world.account("default").await;
        let expect = ["vault-token-lasts ok", "auth-mount-in-force ok", "reviewer ok", "role-login ok"];
        let of_vault = |checks: &[_]| lines(checks).split_off(17)[..4].to_vec();
        let checks = world.verify().await.checks;
        assert_eq!(of_vault(&checks), expect, "{checks:?}");
        assert!(one(&checks, "repository-readable").finding().contains("from Vault KV "));
        let fact = format!("openshift-gitops/default logs in with role {role}");
        assert_eq!(one(&checks, "role-login").finding(), fact);
        // Left alone: its mount is not looked at.
        world.set("SKIP_VAULT_K8S_AUTH_CONFIG", "true");
        let expect = [
            "vault-token-lasts skipped",
            "auth-mount-in-force skipped",
            "reviewer skipped",
            "role-login skipped",
        ];
        let checks = world.verify().await.checks;
        assert_eq!(of_vault(&checks), expect, "{checks:?}");
        assert_eq!(one(&checks, "reviewer").details(), ["SKIP_VAULT_K8S_AUTH_CONFIG is set"]);
    });
}
