//! The way back: which mount and which objects go, and that Vault then trusts nobody.

use advice::Diagnostic as _;
use serde_json::{Value, json};
use vault_access::{ConfigLookup, MountLookup, RolesLookup};
use vault_auth::release::{
    MountState, RELEASED_HOST, Release, ReviewerState, apply_mount, apply_reviewer, is_released,
    observe_mount, observe_reviewer, plan_mount, plan_reviewer,
};
use vault_auth::{Desired, Reviewer};

use crate::fixture::{CA, HOST, OTHER_CA, account, binding, config, desired, held_by, secret, settled, told};
use crate::world::{World, vault};

fn release() -> Release {
    Release { cluster: "demo".into(), mount: "kubernetes".into(), host: Some(HOST.into()), disable: false }
}

fn disabling(mount: &str) -> Release {
    Release { mount: mount.into(), disable: true, ..release() }
}

fn mount(config: ConfigLookup) -> MountState {
    let all = ["read", "update", "delete", "sudo"].map(str::to_owned).to_vec();
    MountState {
        mount: MountLookup::Found { kind: "kubernetes".into(), accessor: None },
        config,
        capabilities: Some(all.clone()),
        mount_capabilities: Some(all),
        roles: RolesLookup::Found(Vec::new()),
    }
}

fn ours() -> MountState {
    mount(config(HOST, CA, json!({})))
}

/// A line per change and note; or the refusal with its hint.
fn said(release: &Release, state: &MountState) -> String {
    match plan_mount(release, state) {
        Err(refusal) => format!("refused: {refusal}\n=> {}", refusal.hint().unwrap_or_default()),
        Ok(changes) => {
            let lines = changes.describe().iter().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(changes.release.is_kept(), lines.is_empty());
            let notes = changes.notes().iter().map(|note| format!("note: {note}"));
            lines.into_iter().chain(notes).collect::<Vec<_>>().join("\n")
        }
    }
}

#[test]
fn our_mount_is_given_back_its_clusters_fields_cleared_and_all_others_kept() {
    let fields =
        json!({"issuer": "https://old", "pem_keys": ["k"], "disable_iss_validation": true, "new_one": ""});
    let state = mount(config(&format!("{}/", HOST.to_uppercase()), CA, fields));
    insta::assert_snapshot!(said(&release(), &state), @"write Vault auth/kubernetes/config: kubernetes_host (https://released.invalid, was HTTPS://API.DEMO.EXAMPLE.COM:6443/), token_reviewer_jwt (cleared), disable_iss_validation (kept), issuer (cleared), pem_keys (cleared)");
    let changes = plan_mount(&release(), &state).unwrap();
    let field = |name: &str| changes.release.field(name).cloned();
    assert_eq!(field("kubernetes_host"), Some(json!(RELEASED_HOST)));
    assert_eq!(field("kubernetes_ca_cert"), Some(json!(CA)));
    assert_eq!((field("issuer"), field("pem_keys")), (Some(json!("")), Some(json!([]))));
    assert_eq!((field("disable_iss_validation"), field("new_one")), (Some(json!(true)), Some(json!(""))));
}

#[test]
fn what_was_given_back_never_configured_or_is_not_there_stays_as_it_is() {
    insta::assert_snapshot!(said(&release(), &mount(config(RELEASED_HOST, CA, json!({})))), @"note: auth/kubernetes was given back before");
    insta::assert_snapshot!(said(&release(), &mount(ConfigLookup::Unset)), @"note: auth/kubernetes was never configured");
    for gone in [
        MountState { mount: MountLookup::Absent, ..ours() },
        MountState { config: ConfigLookup::NoMount, ..ours() },
    ] {
        for release in [release(), disabling("kubernetes"), disabling("kubernetes-demo")] {
            assert!(said(&release, &gone).starts_with("note: Vault has no auth mount kubernetes"));
        }
    }
}

#[test]
fn a_mount_that_is_not_ours_or_not_known_to_be_is_refused() {
    insta::assert_snapshot!(said(&release(), &mount(config("https://api.prod.example.com:6443", CA, json!({})))), @"
    refused: Vault's auth mount kubernetes belongs to another API server, https://api.prod.example.com:6443, not to https://api.demo.example.com:6443: it is not ours to give back
    => is VAULT_K8S_AUTH_MOUNT the mount that was configured for this cluster? If Vault knows this cluster as https://api.prod.example.com:6443:
    export VAULT_KUBERNETES_HOST=https://api.prod.example.com:6443
    ");
    insta::assert_snapshot!(said(&Release { host: None, ..release() }, &ours()), @"
    refused: whether Vault's auth mount kubernetes (https://api.demo.example.com:6443) is this cluster's is not known: there is no kubeconfig, and no trace names its API server
    => if that is this cluster:
    export VAULT_KUBERNETES_HOST=https://api.demo.example.com:6443
    ");
    insta::assert_snapshot!(said(&release(), &mount(ConfigLookup::Denied)), @r#"
    refused: the Vault token may not read auth/kubernetes/config: whose mount it is can't be known
    => add to a policy of the token: path "auth/kubernetes/config" { capabilities = ["read", "update"] }
    "#);
    let people = MountState {
        mount: MountLookup::Found { kind: "userpass".into(), accessor: None },
        config: ConfigLookup::OtherType,
        ..ours()
    };
    insta::assert_snapshot!(said(&release(), &people), @"
    refused: Vault's auth mount kubernetes is of type userpass, not of type kubernetes
    => name the mount that was configured for this cluster:
    export VAULT_K8S_AUTH_MOUNT=MOUNT
    ");
    let read_only = MountState { capabilities: Some(vec!["read".into()]), ..ours() };
    insta::assert_snapshot!(said(&release(), &read_only), @r#"
    refused: the Vault token may not update auth/kubernetes/config
    => add to a policy of the token: path "auth/kubernetes/config" { capabilities = ["read", "update"] }
    "#);
}

#[test]
fn a_mount_of_its_own_is_disabled_and_its_roles_are_named() {
    let mut state = ours();
    insta::assert_snapshot!(said(&disabling("kubernetes-demo"), &state), @"delete Vault auth/kubernetes-demo");
    insta::assert_snapshot!(said(&disabling("k8s/demo"), &state), @"delete Vault auth/k8s/demo");
    state.roles = RolesLookup::Found(vec!["gitops".into(), "apps".into()]);
    insta::assert_snapshot!(said(&disabling("kubernetes-demo"), &state), @"delete Vault auth/kubernetes-demo: role gitops, role apps");
    state.roles = RolesLookup::Denied;
    insta::assert_snapshot!(said(&disabling("kubernetes-demo"), &state), @"delete Vault auth/kubernetes-demo: its roles, which the token may not list");
    // given back before, or never used: its name says whose it is
    for config in [config(RELEASED_HOST, CA, json!({})), ConfigLookup::Unset] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(said(&disabling("kubernetes-demo"), &mount(config)), @"delete Vault auth/kubernetes-demo");
        }
    }
}

#[test]
fn a_mount_that_may_be_needed_by_others_is_not_disabled() {
    insta::assert_snapshot!(said(&disabling("kubernetes"), &ours()), @"
    refused: Vault's auth mount kubernetes is the default one, which clusters take over from each other: it is not disabled
    => leave out --disable-mount: the mount is then given back
    ");
    insta::assert_snapshot!(said(&disabling("k8s"), &mount(config(RELEASED_HOST, CA, json!({})))), @"
    refused: whose Vault's auth mount k8s was is no longer known: it points at no API server, and is not called kubernetes-demo
    => if nobody needs it:
    vault auth disable k8s
    ");
    let roles = |roles| MountState { roles, ..ours() };
    insta::assert_snapshot!(said(&disabling("k8s"), &roles(RolesLookup::Found(vec!["a".into(), "b".into()]))), @"
    refused: Vault's auth mount k8s holds the roles a, b, and is not called kubernetes-demo: others may depend on it
    => leave out --disable-mount, or remove the roles first:
    vault delete auth/k8s/role/a
    ");
    insta::assert_snapshot!(said(&disabling("k8s"), &roles(RolesLookup::Denied)), @r#"
    refused: Vault's auth mount k8s holds roles that the token may not list, and is not called kubernetes-demo: others may depend on it
    => leave out --disable-mount, or: add to a policy of the token: path "auth/k8s/role" { capabilities = ["list"] }
    "#);
    let other = mount(config("https://api.prod.example.com:6443", CA, json!({})));
    assert!(
        said(&disabling("kubernetes-demo"), &other)
            .starts_with("refused: Vault's auth mount kubernetes-demo belongs")
    );
    let no_sudo = MountState { mount_capabilities: Some(vec!["delete".into()]), ..ours() };
    insta::assert_snapshot!(said(&disabling("kubernetes-demo"), &no_sudo), @r#"
    refused: the Vault token may not use sudo on sys/auth/kubernetes-demo
    => add to a policy of the token: path "sys/auth/kubernetes-demo" { capabilities = ["delete", "sudo"] }
    "#);
}

fn reviewer(state: &ReviewerState) -> String {
    let changes = plan_reviewer(&Reviewer::default(), state);
    let lines = changes.describe().into_iter().map(|change| change.to_string());
    let left = changes.left().iter().map(|left| format!("left: {left}"));
    lines.chain(left).collect::<Vec<_>>().join("\n")
}

fn all_ours() -> ReviewerState {
    ReviewerState {
        service_account: Some(account("uid-1")),
        secret: Some(secret("uid-1")),
        binding: Some(binding()),
    }
}

#[test]
fn the_reviewers_objects_that_we_wrote_go() {
    insta::assert_snapshot!(reviewer(&all_ours()), @"
    delete ClusterRoleBinding vault-token-reviewer-auth-delegator
    delete ServiceAccount openshift-gitops/vault-token-reviewer
    delete Secret openshift-gitops/vault-token-reviewer
    ");
    assert_eq!(reviewer(&ReviewerState::default()), "");
}

#[test]
fn a_binding_that_others_use_too_loses_our_subject_alone() {
    let mut shared = binding();
    let other = json!({"kind": "ServiceAccount", "name": "other", "namespace": "elsewhere"});
    shared["subjects"].as_array_mut().unwrap().push(other);
    let state = ReviewerState { binding: Some(shared), ..ReviewerState::default() };
    insta::assert_snapshot!(reviewer(&state), @"update ClusterRoleBinding vault-token-reviewer-auth-delegator: subjects (without the reviewer)");
}

#[test]
fn what_somebody_else_wrote_stays_and_is_named() {
    let theirs = |object: Value| Some(held_by(object, "helm", "Update"));
    let state = ReviewerState {
        service_account: theirs(account("uid-1")),
        secret: theirs(secret("uid-1")),
        binding: theirs(binding()),
    };
    insta::assert_snapshot!(reviewer(&state), @"
    left: ClusterRoleBinding vault-token-reviewer-auth-delegator stays: it is not this program's alone (helm)
    left: Secret openshift-gitops/vault-token-reviewer stays: it is not this program's alone (helm)
    left: ServiceAccount openshift-gitops/vault-token-reviewer stays: it is not this program's alone (helm)
    ");
    // Our own Secret for somebody's account: the Secret goes, the account stays.
    let mut labelled = account("uid-1");
    labelled["metadata"]["labels"] = json!({"app": "vault"});
    let state = ReviewerState { service_account: theirs(labelled), ..all_ours() };
    assert!(reviewer(&state).ends_with(
        "delete Secret openshift-gitops/vault-token-reviewer\nleft: ServiceAccount \
         openshift-gitops/vault-token-reviewer stays: it is not this program's alone (helm)"
    ));
}

#[test]
fn a_mount_that_was_given_back_is_taken_by_any_cluster_without_being_told_to() {
    let mut state = settled();
    state.config = config(RELEASED_HOST, OTHER_CA, json!({"disable_iss_validation": true}));
    insta::assert_snapshot!(told(&desired(), &state), @"
    write Vault auth/kubernetes/config: kubernetes_host (https://api.demo.example.com:6443, was https://released.invalid), kubernetes_ca_cert (from ConfigMap default/kube-root-ca.crt), token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer), disable_iss_validation (kept)
    note: auth/kubernetes was given back by the cluster that had it: it is taken
    ");
}

fn release_of(desired: &Desired) -> Release {
    Release { host: Some(desired.host.clone()), ..release() }
}

#[tokio::test]
async fn a_released_cluster_leaves_vault_no_token_and_the_next_one_takes_the_mount() {
    if sandbox::vault_left_out("a_released_cluster_leaves_vault_no_token_and_the_next_one_takes_the_mount") {
        return;
    }
    let world = World::start().await;
    let wanted = world.desired();
    world.write(&wanted).await.unwrap();
    let (release, reviewer) = (release_of(&wanted), Reviewer::default());
    let plan = async || plan_mount(&release, &observe_mount(&world.vault, &release).await.unwrap()).unwrap();
    apply_mount(&world.vault, "kubernetes", &plan().await).await.unwrap();
    let config = world.config("kubernetes").await;
    assert!(is_released(config["kubernetes_host"].as_str().unwrap()), "{config}");
    assert_eq!(config["token_reviewer_jwt_set"], false);
    assert!(plan().await.release.is_kept(), "the second time nothing is to be done");
    // the reviewer
    let look = async || plan_reviewer(&reviewer, &observe_reviewer(&world.cluster, &reviewer).await.unwrap());
    let changes = look().await;
    assert_eq!(changes.describe().len(), 3, "{:?}", changes.left());
    apply_reviewer(&world.cluster, &changes).await.unwrap();
    assert!(look().await.describe().is_empty());
    for path in [
        "/api/v1/namespaces/openshift-gitops/serviceaccounts/vault-token-reviewer",
        "/api/v1/namespaces/openshift-gitops/secrets/vault-token-reviewer",
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/vault-token-reviewer-auth-delegator",
    ] {
        assert_eq!(world.object(path).await, None, "{path}");
    }
    // any cluster may have it now
    let outcome = world.write(&wanted).await.unwrap();
    assert!(outcome.changed);
    assert_eq!(world.config("kubernetes").await["kubernetes_host"], json!(wanted.host));
}

#[tokio::test]
async fn a_token_without_the_right_to_disable_is_told_before_it_is_tried() {
    if sandbox::vault_left_out("a_token_without_the_right_to_disable_is_told_before_it_is_tried") {
        return;
    }
    let world = World::start().await;
    world.server.enable_kubernetes("kubernetes-demo").await.unwrap();
    let release = Release { host: Some(world.api.server()), ..disabling("kubernetes-demo") };
    let policy = "path \"auth/kubernetes-demo/*\" { capabilities = [\"read\", \"update\", \"list\"] }";
    let token = world.server.create_token(policy).await.unwrap();
    let limited = vault(&world.server, &token);
    let refused = plan_mount(&release, &observe_mount(&limited, &release).await.unwrap()).unwrap_err();
    assert_eq!(refused.to_string(), "the Vault token may not delete sys/auth/kubernetes-demo");
    let changes = plan_mount(&release, &observe_mount(&world.vault, &release).await.unwrap()).unwrap();
    apply_mount(&world.vault, &release.mount, &changes).await.unwrap();
    let gone = observe_mount(&world.vault, &release).await.unwrap();
    assert_eq!(gone.mount, MountLookup::Absent);
    assert!(plan_mount(&release, &gone).unwrap().release.is_kept());
}
