//! `verify` of a cluster where something is not as it should be.

use std::time::Duration;

use diagnostics::{CheckStatus, Event, EventKind, FailureKind, Listener};
use healthcheck::verify;
use preflight::Context;
use sandbox::Options;
use sandbox::cluster::{Rule, User};
use sandbox::faults::Fault;
use serde_json::json;

use crate::world::{RECORD, SECRET, World, advises, lines, on_a_large_stack, one};

const TIME: &str = "2026-01-02T03:04:05Z";
const DNS: &str = "/apis/config.openshift.io/v1/clusteroperators/dns";

/// Hears what is waited for.
struct Waits(std::sync::mpsc::Sender<()>);

impl Listener for Waits {
    fn hear(&mut self, event: &Event) {
        if matches!(event.kind, EventKind::Waiting(_)) {
            self.0.send(()).ok();
        }
    }
}

async fn break_all(world: &World) {
    world.put(json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "new"}})).await;
    world
        .change(DNS, |dns| {
            dns["status"]["conditions"] =
                json!([{"type": "Degraded", "status": "True", "lastTransitionTime": TIME}]);
        })
        .await;
    let gpu = json!({"name": "gpu", "namespace": "openshift-machine-api"});
    let spec = json!({"replicas": 0, "selector": {}, "template": {}});
    world.put(json!({"apiVersion": "machine.openshift.io/v1beta1", "kind": "MachineSet", "metadata": gpu, "spec": spec})).await;
    let peer = json!({"name": "peer", "namespace": "default",
        "labels": {"auth.openshift.io/managed-certificate-type": "target"},
        "annotations": {"auth.openshift.io/certificate-not-after": TIME}});
    world.put(json!({"apiVersion": "v1", "kind": "Secret", "metadata": peer})).await;
    world.delete(RECORD).await;
    world
        .change(SECRET, |secret| {
            let copy = json!({"stringData": {"password": "an-older-one"}}).to_string();
            secret["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] =
                json!(copy);
            secret["data"]["password"] = json!("YW4tb2xkLXBhc3N3b3Jk");
        })
        .await;
    let unsynced = json!({"conditions": [{"type": "SecretSynced", "status": "False"}]});
    let of_db = json!({"name": "db", "namespace": "default"});
    world.put(json!({"apiVersion": "secrets.hashicorp.com/v1beta1", "kind": "VaultStaticSecret", "metadata": of_db, "status": unsynced})).await;
    let mut application = world.application(&world.sandbox.repo_url(), "Unknown");
    application["status"]["conditions"] =
        json!([{"type": "ComparisonError", "message": "rpc error: authentication required"}]);
    world.put(application).await;
}

#[test]
fn each_thing_that_is_broken_has_its_check() {
    on_a_large_stack(async {
        let mut world = World::openshift().await;
        world.install_kinds().await;
        world.hand_over().await;
        world.set("BITIQ_BOOTSTRAP_FORCE_CONFLICTS", "true");
        world.write_trace("run", "failed", "id-of-another");
        break_all(&world).await;
        let verified = world.verify().await;
        assert!(!verified.is_healthy());
        let expect = [
            "api-server ok",
            "nodes failed",
            "cluster-operators failed",
            "machine-sets failed",
            "client-certificate ok",
            "api-certificate ok",
            "operator-certificates warning",
            "handed-over-namespace ok",
            "record warning",
            "latest-run warning",
            "repository-access failed",
            "applications warning",
            "secret-annotations failed",
            "repository-readable ok",
            "login-in-force failed",
            "login-expiry skipped",
            "operator-installed failed",
            "static-secrets failed",
            "vault-token-lasts skipped",
            "auth-mount-in-force skipped",
            "reviewer skipped",
            "plan-changes warning",
            "plan-warnings warning",
        ];
        assert_eq!(lines(&verified.checks), expect);
        let of = |id: &str| one(&verified.checks, id);
        for (id, command) in [
            ("nodes", "get nodes"),
            ("cluster-operators", "get clusteroperators"),
            ("applications", "-n openshift-gitops get applications.argoproj.io"),
            ("static-secrets", "bitiq-bootstrap vault-auth <cluster>"),
        ] {
            assert!(advises(of(id), command), "{:?}", of(id));
        }
        assert!(
            of("latest-run").details()[0].starts_with("it is failed: script: it broke"),
            "{:?}",
            of("latest-run")
        );
    });
}

#[test]
fn a_namespace_that_is_gone_was_perhaps_another_clusters() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        world.write_trace("run", "succeeded", "id-of-another");
        let checks = world.verify().await.checks;
        let [why] = one(&checks, "handed-over-namespace").details() else { panic!("{checks:?}") };
        assert!(why.ends_with("(cluster id id-of-another)"), "{why}");
        let id = world.sandbox.openshift.as_ref().unwrap().identity().cluster_id.clone();
        world.write_trace("run", "succeeded", &id);
        let checks = world.verify().await.checks;
        assert_eq!(one(&checks, "handed-over-namespace").details(), ["openshift-gitops not found"]);
        assert_eq!(one(&checks, "handed-over-namespace").status(), CheckStatus::Failed);
        assert_eq!(one(&checks, "latest-run").status(), CheckStatus::Ok);
    });
}

#[test]
fn what_was_released_is_skipped_and_a_trace_that_is_broken_is_a_warning() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        world.write_trace("run", "succeeded", "id");
        world.write_run("release", "succeeded");
        let checks = world.verify().await.checks;
        let [why] = one(&checks, "applications").details() else { panic!("{checks:?}") };
        assert!(why.starts_with("released: "), "{why}");
        fs_err::write(world.sandbox.work().join("gitops-bootstrap.json"), "{").unwrap();
        let checks = world.verify().await.checks;
        assert_eq!(one(&checks, "latest-run").status(), CheckStatus::Warning);
        assert_eq!(one(&checks, "handed-over-namespace").status(), CheckStatus::Failed);
    });
}

#[test]
fn who_may_see_little_is_told_what_was_not_looked_at() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        world.install_kinds().await;
        world.hand_over().await;
        let rules =
            [Rule::new("get,list", "config.openshift.io", "*"), Rule::new("list", "argoproj.io", "*")];
        world.sandbox.cluster.allow("dev", &rules).await.unwrap();
        let kubeconfig = world.sandbox.cluster.kubeconfig(&User::Named("dev".into())).unwrap();
        fs_err::write(world.sandbox.kubeconfig(), kubeconfig).unwrap();
        // Nothing is known of a hand-over: neither trace nor record.
        let checks = world.verify().await.checks;
        assert_eq!(lines(&checks[7..9]), ["record warning", "handed-over-namespace skipped"]);
        assert!(one(&checks, "applications").details()[0].starts_with("no trace in .work, and no record"));
        world.write_trace("run", "succeeded", "id");
        let checks = world.verify().await.checks;
        let expect = [
            "nodes failed",
            "operator-certificates skipped",
            "handed-over-namespace skipped",
            "record warning",
            "repository-access skipped",
            "secret-annotations skipped",
            "static-secrets failed",
        ];
        for expect in expect {
            assert!(lines(&checks).contains(&expect.to_owned()), "{expect}: {checks:?}");
        }
    });
}

#[test]
fn a_git_host_that_refuses_fails_and_one_that_is_silent_is_a_warning() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        world.hand_over().await;
        let faults = world.sandbox.git.faults();
        faults.add(Fault::status(503, "busy"));
        let of = async || {
            let checks = world.verify().await.checks;
            ["repository-readable", "login-in-force"].map(|id| one(&checks, id).status())
        };
        assert_eq!(of().await, [CheckStatus::Warning, CheckStatus::Skipped]);
        faults.clear();
        world.sandbox.git.change_login();
        assert_eq!(of().await, [CheckStatus::Failed, CheckStatus::Skipped]);
    });
}

#[test]
fn a_login_is_compared_though_something_else_stands_in_the_way_of_a_run() {
    on_a_large_stack(async {
        let mut world = World::openshift().await;
        world.hand_over().await;
        // A run of another cluster's commit would be refused.
        world.set("BITIQ_BOOTSTRAP_COMMIT", &"1".repeat(40));
        let checks = world.verify().await.checks;
        for expect in [
            "repository-readable ok",
            "login-in-force ok",
            "operator-installed skipped",
            "plan-changes warning",
        ] {
            assert!(lines(&checks).contains(&expect.to_owned()), "{expect}: {checks:?}");
        }
        assert!(one(&checks, "plan-changes").details()[0].starts_with("it would be refused: "));
        world.set("BITIQ_BOOTSTRAP_FORCE_CONFLICTS", "true");
        world.change(SECRET, |secret| secret["data"]["password"] = json!("YW4tb2xkLXBhc3N3b3Jk")).await;
        let checks = world.verify().await.checks;
        assert_eq!(one(&checks, "login-in-force").status(), CheckStatus::Failed);
    });
}

#[test]
fn a_vault_that_is_sealed_or_holds_another_cluster_is_told() {
    if sandbox::vault_left_out("a_vault_that_is_sealed_or_holds_another_cluster_is_told") {
        return;
    }
    on_a_large_stack(async {
        let mut world = World::new(Options { argocd: false, ..Options::openshift() }).await;
        world.hand_over().await;
        let vault = world.sandbox.vault.as_ref().unwrap();
        let of = async || {
            let checks = world.verify().await.checks;
            lines(&checks)
                .into_iter()
                .filter(|it| it.starts_with("vault-") || it.starts_with("auth-") || it.starts_with("rev"))
                .collect::<Vec<_>>()
        };
        world
            .delete(
                "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/vault-token-reviewer-auth-delegator",
            )
            .await;
        assert_eq!(of().await, ["vault-token-lasts ok", "auth-mount-in-force ok", "reviewer failed"]);
        world.delete("/api/v1/namespaces/openshift-gitops/serviceaccounts/vault-token-reviewer").await;
        assert_eq!(of().await, ["vault-token-lasts ok", "auth-mount-in-force ok", "reviewer failed"]);
        let theirs = json!({"kubernetes_host": "https://127.0.0.1:1", "kubernetes_ca_cert": world.sandbox.cluster.ca_pem()});
        vault.api("POST", "auth/kubernetes/config", Some(theirs)).await.unwrap();
        assert_eq!(of().await, ["vault-token-lasts ok", "auth-mount-in-force failed", "reviewer skipped"]);
        vault.faults().add(Fault::status(503, r#"{"sealed":true}"#));
        assert_eq!(of().await, ["vault-answers failed", "auth-mount-in-force skipped", "reviewer skipped"]);
        let checks = world.verify().await.checks;
        let [why] = one(&checks, "login-in-force").details() else { panic!("{checks:?}") };
        assert!(why.starts_with("Vault could not be asked for one: failed to "), "{why}");
        vault.faults().clear();
        vault.faults().add(Fault::drop());
        world.set("VAULT_CLIENT_TIMEOUT", "1s");
        world.set("SKIP_VAULT_K8S_AUTH_CONFIG", "true");
        let checks = world.verify().await.checks;
        let why = "Vault could not be asked for one: it does not answer";
        assert_eq!(one(&checks, "login-in-force").details(), [why]);
    });
}

#[test]
fn a_wait_ends_once_all_is_healthy_or_at_its_limit() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        let node = |status: &str| {
            json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "new"},
            "status": {"conditions": [{"type": "Ready", "status": status}]}})
        };
        world.put(node("False")).await;
        let (request, context) = (world.request(), Context::default());
        let given_up = Box::pin(verify(&request, &context, Duration::from_secs(3))).await.ok().unwrap();
        assert!(!given_up.is_healthy() && given_up.gave_up.is_some_and(|it| it.as_secs() >= 2));
        let mended = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            world.put(node("True")).await;
        };
        let limit = Duration::from_secs(60);
        let (told, heard) = std::sync::mpsc::channel();
        context.events.add(Box::new(Waits(told)));
        let (verified, ()) = tokio::join!(Box::pin(verify(&request, &context, limit)), mended);
        let verified = verified.ok().unwrap();
        assert!(verified.is_healthy() && verified.gave_up.is_none());
        assert_eq!(heard.try_iter().count(), 1);
    });
}

#[test]
fn a_signal_and_a_kubeconfig_that_is_missing_end_it() {
    on_a_large_stack(async {
        let world = World::new(Options::bare()).await;
        let (request, context) = (world.request(), Context::default());
        let kind = async || {
            let ended = Box::pin(verify(&request, &context, Duration::ZERO)).await;
            ended.err().unwrap()[0].kind
        };
        fs_err::write(world.sandbox.kubeconfig(), "{").unwrap();
        assert_eq!(kind().await, FailureKind::Refused);
        fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
        assert_eq!(kind().await, FailureKind::Refused);
        context.stop.by_signal(2);
        assert_eq!(kind().await, FailureKind::Interrupted);
    });
}
