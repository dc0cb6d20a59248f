//! The GitOps operator, and what Argo CD lacks.

use argocd::instance::TargetArgoCd;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use preflight::state::OperatorPart;
use sandbox::Options;
use sandbox::cluster::{Rule, User};
use sandbox::faults::Fault;
use sandbox::git_host::File;
use serde_json::json;

use crate::world::{NAMESPACE, World, amiss, on_a_large_stack, one};

const OPERATORS: &str = "charts/bootstrap-operators/values.yaml";

/// The checks of the operator that did not pass.
async fn of_operator(world: &World) -> Vec<String> {
    let others = ["workers", "default-storage-class", "apps-dns", "stale-infra-ids", "catalogs"];
    let mut amiss = amiss(&world.check().await);
    amiss.retain(|it| !others.iter().any(|other| it.starts_with(other)));
    amiss
}

/// The operators' chart with another channel, folder and so on.
fn values(change: &[(&str, &str)]) -> File {
    let text = "operators:
  gitops:
    channel: gitops-1.18
    name: openshift-gitops-operator
    source: redhat-operators
    sourceNamespace: openshift-marketplace
    installNamespace: openshift-operators
    approval: Automatic
argoInstance:
  create: true
  name: openshift-gitops
  namespace: openshift-gitops
";
    File::new(OPERATORS, change.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to)))
}

fn argocd(name: &str) -> serde_json::Value {
    let metadata = json!({"name": name, "namespace": NAMESPACE});
    json!({"apiVersion": "argoproj.io/v1beta1", "kind": "ArgoCD", "metadata": metadata, "spec": {}})
}

#[test]
fn a_pending_release_and_a_channel_that_no_catalog_has_fail() {
    on_a_large_stack(async {
        let mut world = World::openshift().await;
        world.make_namespace().await;
        let openshift = world.sandbox.openshift.as_ref().unwrap();
        openshift.install_kinds("openshift-gitops-operator").await.unwrap();
        assert_eq!(of_operator(&world).await, Vec::<String>::new());
        let release =
            json!({"name": "bootstrap-operators", "version": 1, "info": {"status": "pending-install"}});
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
            "metadata": {"name": "sh.helm.release.v1.bootstrap-operators.v1", "namespace": "openshift-operators",
                "labels": {"owner": "helm", "name": "bootstrap-operators", "status": "pending-install", "version": "1"}},
            "data": {"release": STANDARD.encode(release.to_string())}});
        world.put(secret).await;
        assert_eq!(of_operator(&world).await, ["helm-releases failed"]);
        world.set("BITIQ_BOOTSTRAP_SKIP_SCRIPT", "true");
        assert_eq!(of_operator(&world).await, Vec::<String>::new());
        world.commit(&[values(&[("gitops-1.18", "none")])]).await;
        let found = of_operator(&world).await;
        assert_eq!(found, ["operator-supply failed"]);
    });
}

#[test]
fn the_only_argo_cd_is_in_question_and_none_where_there_are_two() {
    on_a_large_stack(async {
        let world = World::plain().await;
        world.make_namespace().await;
        let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        let version = json!({"name": "v1beta1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}});
        let names =
            json!({"kind": "ArgoCD", "listKind": "ArgoCDList", "plural": "argocds", "singular": "argocd"});
        let kind = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "argocds.argoproj.io"},
            "spec": {"group": "argoproj.io", "scope": "Namespaced", "names": names, "versions": [version]}});
        world.put(kind).await;
        world.put(argocd("one")).await;
        let state = world.observe().await.ok().unwrap();
        assert!(matches!(state.operator.unwrap().argocd.found, TargetArgoCd::One(..)));
        world.put(argocd("two")).await;
        let state = world.observe().await.ok().unwrap();
        assert!(matches!(state.operator.unwrap().argocd.found, TargetArgoCd::None(_)));
        let cluster = world.sandbox.cluster.clone();
        cluster
            .faults()
            .unwrap()
            .add(Fault::status(500, "{}").prefix("/apis/argoproj.io/v1beta1/namespaces"));
        assert!(of_operator(&world).await.contains(&"argocd-instance failed".to_owned()));
    });
}

#[test]
fn an_operator_is_planned_or_left_alone_with_the_reason() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        let state = world.observe().await.ok().unwrap();
        assert!(state.operators().is_some());
        let operator = state.operator.unwrap();
        assert!(matches!(operator.part, OperatorPart::Planned(_)) && !operator.argocd.ready);
        let world = World::new(Options { vault: false, ..Options::bare() }).await;
        world.commit(&[values(&[])]).await;
        let checks = world.check().await;
        assert_eq!(one(&checks, "operator").details(), ["the cluster has no OLM (no kind Subscription)"]);
        assert_eq!(one(&checks, "helm-releases").status().as_str(), "ok");
    });
}

#[test]
fn a_script_that_waits_for_the_operator_elsewhere_is_a_warning() {
    on_a_large_stack(async {
        let mut world = World::openshift().await;
        let script =
            File::executable("scripts/bootstrap.sh", "#!/bin/sh\necho $GITOPS_SUBSCRIPTION_NAMESPACE\n");
        world.commit(&[values(&[("openshift-operators", "openshift-gitops-operator")]), script]).await;
        let warns = async |world: &World| {
            of_operator(world).await.contains(&"script-subscription warning".to_owned())
        };
        assert!(warns(&world).await);
        world.set("GITOPS_SUBSCRIPTION_NAMESPACE", "openshift-gitops-operator");
        assert!(!warns(&world).await);
        world.unset("GITOPS_SUBSCRIPTION_NAMESPACE");
        let usual = values(&[]);
        world.commit(&[usual]).await;
        assert!(!warns(&world).await);
        world.commit(&[values(&[("openshift-operators", "openshift-gitops-operator")])]).await;
        assert!(warns(&world).await);
        world.set("BITIQ_BOOTSTRAP_SKIP_SCRIPT", "true");
        assert!(!warns(&world).await);
    });
}

#[test]
fn permissions_for_the_operator_are_checked_of_their_own() {
    on_a_large_stack(async {
        let mut world = World::openshift().await;
        world.make_namespace().await;
        let all = "get,list,watch,create,update,patch";
        let rules = [
            Rule::new(all, "", "*").within(NAMESPACE),
            Rule::new(all, "coordination.k8s.io", "*").within(NAMESPACE),
            Rule::new(all, "argoproj.io", "applications").within(NAMESPACE),
            Rule::new("get,list", "", "namespaces"),
            Rule::new("get,list", "config.openshift.io", "*"),
        ];
        world.sandbox.cluster.allow("dev", &rules).await.unwrap();
        world.use_kubeconfig(&User::Named("dev".into()));
        let checks = world.check().await;
        let why = one(&checks, "operator-permissions").details().join("\n");
        for right in [
            "subscriptions.operators.coreos.com",
            "argocds.argoproj.io",
            "list secrets in openshift-operators",
        ] {
            assert!(why.contains(right), "{right}: {why}");
        }
        world.set("BITIQ_BOOTSTRAP_SKIP_SCRIPT", "true");
        let checks = world.check().await;
        let why = one(&checks, "operator-permissions").details().join("\n");
        assert!(!why.contains("secrets in openshift-operators"), "{why}");
    });
}

#[test]
fn what_cluster_and_olm_do_not_answer_fails_where_it_is_asked() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        let cluster = world.sandbox.cluster.clone();
        let faults = cluster.faults().unwrap();
        for (path, expect) in [
            ("/apis/operators.coreos.com/v1alpha1/subscriptions", "operator failed"),
            ("/apis/packages.operators.coreos.com", "operator-supply warning"),
            ("/api/v1/namespaces/openshift-operators/secrets", "helm-releases failed"),
        ] {
            faults.add(Fault::status(500, "{}").prefix(path));
            let found = of_operator(&world).await;
            assert!(found.contains(&expect.to_owned()), "{path}: {found:?}");
            faults.clear();
        }
    });
}

#[test]
fn an_authority_that_argo_cd_lacks_is_a_warning() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        world.make_namespace().await;
        let openshift = world.sandbox.openshift.as_ref().unwrap();
        openshift.install_kinds("openshift-gitops-operator").await.unwrap();
        world.put(argocd("openshift-gitops")).await;
        let proxy = json!({"apiVersion": "config.openshift.io/v1", "kind": "Proxy", "metadata": {"name": "cluster"},
            "spec": {"trustedCA": {"name": "user-ca-bundle"}}});
        world.put(proxy).await;
        let state = world.observe().await.ok().unwrap();
        assert_eq!(state.lacking.len(), 1, "{:?}", state.lacking);
        assert!(of_operator(&world).await.contains(&"argocd-egress warning".to_owned()));
        let cluster = world.sandbox.cluster.clone();
        let application = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
            "metadata": {"name": "apps", "namespace": "openshift-gitops"},
            "spec": {"source": {"repoURL": world.sandbox.repo_url()}},
            "status": {"sync": {"status": "Synced"}, "reconciledAt": "2026-01-01T10:00:00Z"}});
        world.put(application).await;
        assert!(world.observe().await.ok().unwrap().lacking.is_empty(), "Argo CD read the repository");
        cluster
            .faults()
            .unwrap()
            .add(Fault::status(500, "{}").prefix("/apis/config.openshift.io/v1/proxies"));
        let checks = world.check().await;
        assert!(one(&checks, "argocd-egress").details()[0].contains("were not compared"));
    });
}
