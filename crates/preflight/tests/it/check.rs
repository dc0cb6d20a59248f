//! `check`: every system together.

use diagnostics::FailureKind;
use preflight::{Context, check};
use sandbox::Options;
use serde_json::json;

use crate::world::{World, advice, amiss, lines, on_a_large_stack, one};

#[test]
fn an_openshift_that_is_ready_passes_system_by_system() {
    if sandbox::vault_left_out("an_openshift_that_is_ready_passes_system_by_system") {
        return;
    }
    on_a_large_stack(async {
        let world = World::new(Options { argocd: false, ..Options::openshift() }).await;
        let checks = world.check().await;
        assert_eq!(amiss(&checks), ["stale-infra-ids warning", "apps-dns warning"]);
        assert!(!checks.iter().any(|check| check.status().as_str() == "skipped"), "{checks:?}");
        for (id, says) in [
            ("argocd-namespace", "will be created"),
            ("operator", "channel gitops-1.18"),
            ("catalogs", "redhat-operators"),
            ("git-host", "from Vault KV gitops/github/gitops-repo (version 2)"),
            ("api-login", "as kubernetes-admin"),
            ("vault-token", "as root"),
        ] {
            assert!(one(&checks, id).finding().ends_with(says), "{:?}", one(&checks, id));
        }
        let mut ids: Vec<&str> = checks.iter().map(|check| check.id.name()).collect();
        ids.dedup();
        let expect = "cluster-yaml settings work-folder work-folder-writable trace-writable required-tools \
            work-folder-programs kubeconfig api-server api-login cluster-domain permissions argocd-namespace \
            earlier-objects record-owner client-certificate api-certificate record-manager cluster-secret \
            vault-answers vault-token auth-mount-token auth-mount-type auth-mount-target auth-mount-write \
            reviewer-objects git-host repository-ref commit-paths script script-start environment gitops-src \
            stale-infra-ids repository-secret operator-permissions operator helm-releases operator-supply \
            folder-lock cluster-lock workers default-storage-class catalogs apps-dns";
        assert_eq!(ids.join(" "), expect);
    });
}

#[test]
fn what_a_plain_cluster_does_not_have_is_skipped_or_not_asked() {
    on_a_large_stack(async {
        let mut world = World::plain().await;
        let checks = world.check().await;
        assert_eq!(amiss(&checks), ["workers warning", "default-storage-class warning", "apps-dns warning"]);
        let skipped: Vec<String> = lines(&checks).into_iter().filter(|it| it.ends_with(" skipped")).collect();
        assert_eq!(skipped, ["vault-answers skipped", "operator skipped", "catalogs skipped"]);
        assert!(!lines(&checks).contains(&"cluster-domain ok".to_owned()));
        let check = advice(one(&checks, "workers"));
        assert!(check.contains("get nodes") && check.contains("stay Pending"), "{check}");
        world.make_namespace().await;
        assert!(one(&world.check().await, "argocd-namespace").finding() == "openshift-gitops");
        world.set("BITIQ_BOOTSTRAP_STRICT", "true");
        assert_eq!(one(&world.check().await, "workers").status().as_str(), "failed");
    });
}

#[test]
fn a_lock_that_another_run_holds_fails() {
    on_a_large_stack(async {
        let world = World::plain().await;
        world.make_namespace().await;
        let metadata = json!({"name": "bitiq-bootstrap", "namespace": "openshift-gitops"});
        let lease = json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata,
            "spec": {"holderIdentity": "run-elsewhere"}});
        world.put(lease).await;
        let work = world.sandbox.work();
        let holder =
            json!({"run_id": "run-1", "who": "ops@bastion", "pid": 7, "since": "2026-11-23T19:33:00Z"});
        fs_err::write(work.join("lock"), holder.to_string()).unwrap();
        let lock = fs_err::File::open(work.join("lock")).unwrap();
        lock.file().lock().unwrap();
        let checks = world.check().await;
        assert_eq!(
            [one(&checks, "folder-lock"), one(&checks, "cluster-lock")].map(|it| it.failure_kind()),
            [Some(FailureKind::Locked); 2]
        );
    });
}

#[test]
fn a_work_folder_that_is_a_link_and_a_trace_that_is_a_folder_fail() {
    on_a_large_stack(async {
        let world = World::plain().await;
        fs_err::create_dir(world.sandbox.work().join("gitops-bootstrap.json")).unwrap();
        fs_err::create_dir(world.sandbox.work().join("cache")).unwrap();
        let checks = world.check().await;
        assert_eq!(amiss(&checks[..6]), ["trace-writable failed"]);
        fs_err::rename(world.sandbox.work(), world.sandbox.root().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(world.sandbox.root().join("elsewhere"), world.sandbox.work()).unwrap();
        let checks = world.check().await;
        assert_eq!(one(&checks, "work-folder").status().as_str(), "failed");
        assert!(!lines(&checks).iter().any(|it| it.starts_with("work-folder-writable")));
    });
}

#[test]
fn a_signal_ends_it() {
    on_a_large_stack(async {
        let world = World::plain().await;
        let (request, context) = (world.request(), Context::default());
        context.stop.by_signal(2);
        let ended = Box::pin(check(&request, &context)).await;
        assert_eq!(ended.err().unwrap()[0].kind, FailureKind::Interrupted);
    });
}
