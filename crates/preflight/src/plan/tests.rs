//! The plan of each command, in several states.

mod request;
mod state;

use cluster_access::Origin;
use serde_json::json;
use settings::VaultSettings;

use super::*;
use crate::request::Scope;
use request::{TestRequest, request};
use state::{
    found_argocd, live, no_argocd, operator_state, planned, repository, skipped, token, vault, world,
};

const NOT_PART: &str = "skip: not part of this command";

/// What `intent` says, in a line: the objects of its changes, and what they wait for.
fn line(intent: &Intent) -> String {
    let change = |change: &Change| {
        let after = change.after.as_ref().map(|step| format!(" after {step}")).unwrap_or_default();
        format!("{} {}{after}", change.action, change.object)
    };
    match intent {
        Intent::Change { changes } => changes.iter().map(change).collect::<Vec<_>>().join("; "),
        Intent::Unchanged => "unchanged".into(),
        Intent::Skip { reason } => format!("skip: {reason}"),
        Intent::Run { what } => format!("run {what}"),
        Intent::Watch { what } => format!("watch {what}"),
    }
}

fn intent(request: &TestRequest, world: &ObservedState, step: Step) -> String {
    plan(&request.inputs(), world).intent(step).map(line).unwrap()
}

#[tokio::test]
async fn each_step_of_a_command_has_its_intent_and_in_the_order_of_the_steps() {
    let world = world().await;
    for scope in [Scope::Run, Scope::VaultAuth, Scope::RepoCreds, Scope::Release] {
        let plan = plan(&request(scope).inputs(), &world);
        let steps: Vec<Step> = plan.steps.iter().map(|step| step.name).collect();
        assert_eq!(steps, scope.steps(), "{scope:?}");
    }
}

#[tokio::test]
async fn where_nothing_was_looked_at_the_script_alone_and_the_record_are_planned() {
    let (request, world) = (request(Scope::Run), world().await);
    let expect = [
        (Step::Preflight, "unchanged"),
        (Step::GitopsSrc, NOT_PART),
        (Step::Operator, NOT_PART),
        (Step::VaultAuth, "skip: VAULT_ADDR and VAULT_TOKEN are not both set"),
        (Step::RepoCreds, NOT_PART),
        (Step::Record, "create ConfigMap openshift-gitops/bitiq-bootstrap"),
        (
            Step::Script,
            "run scripts/bootstrap.sh (ENV=sno BASE_DOMAIN=apps.demo.example.test INFRA_ID=demo-x7k2p)",
        ),
        (Step::Argocd, NOT_PART),
        (Step::RepoAccess, "watch Applications of this repository"),
    ];
    for (step, expect) in expect {
        assert_eq!(intent(&request, &world, step), expect, "{step}");
    }
}

#[tokio::test]
async fn a_kubeconfig_is_written_with_its_origin_and_a_namespace_is_made() {
    let (request, mut world) = (request(Scope::Run), world().await);
    world.cluster.kubeconfig.write = true;
    world.cluster.namespace_exists = false;
    for (origin, from) in [
        (Origin::Existing, "itself"),
        (Origin::Installer { recreated: false }, "the installer's"),
        (Origin::Installer { recreated: true }, "the installer's: the cluster was recreated"),
        (Origin::Explicit, "--kubeconfig"),
    ] {
        world.cluster.kubeconfig.origin = origin;
        let changes = preflight(&request.inputs().cluster, &world.cluster);
        assert_eq!(changes[0].fields, [format!("all (from {from})")]);
        assert_eq!(
            intent(&request, &world, Step::Preflight),
            "write .work/kubeconfig; create Namespace openshift-gitops"
        );
    }
}

#[tokio::test]
async fn a_script_that_is_left_out_and_a_cluster_without_infra_id_are_said() {
    let (mut request, mut world) = (request(Scope::Run), world().await);
    world.cluster.identity.infra_id = None;
    let run = "run scripts/bootstrap.sh (ENV=sno BASE_DOMAIN=apps.demo.example.test)";
    assert_eq!(intent(&request, &world, Step::Script), run);
    request.script.skip = true;
    assert_eq!(intent(&request, &world, Step::Script), "skip: --skip-script");
}

#[tokio::test]
async fn a_login_is_written_and_none_is_needed_where_the_repository_is_open() {
    let (request, mut world) = (request(Scope::RepoCreds), world().await);
    let none = argocd::secret::State::default();
    world.repository = Some(repository(&request, &world, (token(), &none)));
    assert_eq!(intent(&request, &world, Step::RepoCreds), "create Secret openshift-gitops/gitops-repo");
    world.repository = Some(repository(&request, &world, (None, &none)));
    assert_eq!(intent(&request, &world, Step::RepoCreds), "skip: the repository is read without a login");
}

#[tokio::test]
async fn a_secret_that_is_there_is_marked_though_no_login_is_needed() {
    let (request, mut world) = (request(Scope::RepoCreds), world().await);
    let live =
        json!({"type": "Opaque", "metadata": {"labels": {"argocd.argoproj.io/secret-type": "repository"}}});
    let state = argocd::secret::State { secret: Some(live), ..argocd::secret::State::default() };
    let repository = repository(&request, &world, (None, &state));
    world.repository = Some(repository);
    assert_eq!(intent(&request, &world, Step::RepoCreds), "update Secret openshift-gitops/gitops-repo");
}

#[tokio::test]
async fn the_record_waits_for_a_mount_that_is_written() {
    let (request, mut world) = (request(Scope::VaultAuth), world().await);
    world.vault = Some(vault());
    let changes = intent(&request, &world, Step::VaultAuth);
    assert!(changes.ends_with("write Vault auth/kubernetes/config"), "{changes}");
    let record = intent(&request, &world, Step::Record);
    assert_eq!(record, "create ConfigMap openshift-gitops/bitiq-bootstrap after vault-auth");
}

#[tokio::test]
async fn an_operator_is_installed_or_left_alone_with_the_reason() {
    let (request, mut world) = (request(Scope::Run), world().await);
    world.operator = operator_state(planned(None), no_argocd(), false);
    let changes = intent(&request, &world, Step::Operator);
    assert!(changes.contains("create Subscription openshift-operators/"), "{changes}");
    world.operator = operator_state(skipped(), no_argocd(), false);
    assert_eq!(intent(&request, &world, Step::Operator), "skip: the charts want none");
}

#[tokio::test]
async fn argo_cd_is_enabled_after_the_script_awaited_where_it_is_and_skipped_where_none_is() {
    let request = request(Scope::Run);
    let mut world = world().await;
    let (on, off) = (live(true), live(false));
    let watch = "watch the ApplicationSet controller of ArgoCD openshift-gitops/openshift-gitops";
    let enable = "update ArgoCD openshift-gitops/openshift-gitops after script";
    let none_there = "skip: there is no ArgoCD";
    let cases = [
        (skipped(), no_argocd(), false, none_there),
        (planned(None), no_argocd(), false, none_there),
        (skipped(), found_argocd(&on), true, "unchanged"),
        (skipped(), found_argocd(&on), false, watch),
        (skipped(), found_argocd(&off), false, enable),
        (skipped(), found_argocd(&off), true, enable),
        // The operator's own step enables it already.
        (planned(Some(&off)), found_argocd(&off), false, watch),
    ];
    for (at, (part, found, ready, expect)) in cases.into_iter().enumerate() {
        world.operator = operator_state(part, found, ready);
        assert_eq!(intent(&request, &world, Step::Argocd), expect, "case {at}");
    }
}

#[tokio::test]
async fn a_cluster_secret_is_made_after_the_script_and_before_argo_cd_is_enabled() {
    let (mut request, mut world) = (request(Scope::Run), world().await);
    request.operator.create_cluster_secret = true;
    world.operator = operator_state(skipped(), found_argocd(&live(false)), false);
    let [made, enabled] = [
        "create Secret openshift-gitops/in-cluster after script",
        "update ArgoCD openshift-gitops/openshift-gitops after script",
    ];
    assert_eq!(intent(&request, &world, Step::Argocd), format!("{made}; {enabled}"));
    world.operator = None;
    assert_eq!(intent(&request, &world, Step::Argocd), made);
}

#[tokio::test]
async fn a_cluster_secret_that_is_there_is_marked_with_the_record() {
    let (request, mut world) = (request(Scope::Run), world().await);
    world.cluster.cluster_secret.local =
        vec![json!({"metadata": {"name": "theirs", "resourceVersion": "1"}})];
    assert_eq!(
        intent(&request, &world, Step::Record),
        "create ConfigMap openshift-gitops/bitiq-bootstrap; update Secret openshift-gitops/theirs"
    );
    assert_eq!(intent(&request, &world, Step::Argocd), NOT_PART);
}

#[tokio::test]
async fn a_vault_that_is_left_alone_is_said_with_the_variable() {
    let (mut request, world) = (request(Scope::Run), world().await);
    request.vault = Some(VaultSettings {
        access: vault_access::VaultSettings::new("https://vault.example.test", "not-a-real-token".into()),
        skip_auth: true,
        mount: "kubernetes".into(),
        kubernetes_host: None,
        kubernetes_ca_file: None,
        replace_host: false,
        reviewer: vault_auth::Reviewer::default(),
        login_proof: None,
        force: false,
    });
    assert_eq!(intent(&request, &world, Step::VaultAuth), "skip: SKIP_VAULT_K8S_AUTH_CONFIG is set");
}
