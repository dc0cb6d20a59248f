//! Observed states to plan from.

use std::collections::BTreeMap;
use std::time::Duration;

use argocd::Owner;
use argocd::chart::{Approval, ArgoInstance, GitOpsOperator, Operators};
use argocd::instance::{self, TargetArgoCd};
use argocd::secret::LoginRule;
use cluster_access::{Chosen, Identity, Kubeconfig, Network, Origin};
use credentials::{Found, Source};
use gitops_clone::{RefKind, Tip};
use secret::RepoLogin;
use serde_json::{Value, json};
use vault_access::{ConfigLookup, MountLookup, Vault};

use super::request::TestRequest;
use crate::recreated::PreviousCluster;
use crate::state::{
    ArgoCdState, ClusterState, ObservedState, OperatorPart, OperatorState, RepositoryState, VaultAuthState,
    VaultState,
};

const SERVER: &str = "https://api.demo.example.test:6443";
const KUBECONFIG_YAML: &str = "
apiVersion: v1
kind: Config
current-context: a
clusters: [{name: a, cluster: {server: 'https://api.demo.example.test:6443'}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
users: [{name: a, user: {token: not-a-real-token}}]
";

/// A cluster where nothing is missing that is request for by every command. Nobody listens at its address.
pub(super) async fn world() -> ObservedState {
    rustls::crypto::ring::default_provider().install_default().ok();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kubeconfig");
    fs_err::write(&file, KUBECONFIG_YAML).unwrap();
    let kubeconfig = Kubeconfig::read(&file).unwrap();
    let limit = Duration::from_secs(1);
    let access = cluster_access::connect(&kubeconfig, &Network::default(), limit, &[]).await.unwrap();
    let owner = Owner { cluster: "demo".into(), cluster_id: "id-1".into(), infra_id: None };
    let cluster = ClusterState {
        kubeconfig: Chosen {
            kubeconfig,
            origin: Origin::Existing,
            file,
            write: false,
            replaces: false,
            warnings: Vec::new(),
        },
        access,
        identity: Identity {
            version: "v1.33.1".into(),
            user: "admin".into(),
            groups: Vec::new(),
            cluster_id: "id-1".into(),
            infra_id: Some("demo-x7k2p".into()),
            is_openshift: true,
        },
        identity_notes: Vec::new(),
        owner,
        namespace_exists: true,
        secrets: argocd::secret::State::default(),
        record: argocd::record::State::default(),
        cluster_secret: argocd::cluster_secret::State::default(),
        region: None,
    };
    let earlier = PreviousCluster::Unknown;
    ObservedState { cluster, vault: None, repository: None, operator: None, earlier, lacking: Vec::new() }
}

pub(super) fn repository(
    request: &TestRequest,
    world: &ObservedState,
    (login, state): (Option<RepoLogin>, &argocd::secret::State),
) -> RepositoryState {
    let desired = argocd::secret::Desired {
        namespace: "openshift-gitops",
        name: "gitops-repo",
        url: &request.spec.repo_url,
        login: login.as_ref(),
        origin: "env",
        rule: LoginRule::Replace,
        owner: &world.cluster.owner,
        force: false,
    };
    let secret = argocd::secret::plan(&desired, state).unwrap();
    let found = Found {
        source: if login.is_some() { Source::Env } else { Source::None },
        login,
        origin: "env".into(),
        tried: Vec::new(),
        warnings: Vec::new(),
        mistakes: Vec::new(),
    };
    let tip = Tip {
        commit: "1".repeat(40),
        kind: RefKind::Branch,
        also_tag: false,
        full_name: None,
        warnings: Vec::new(),
        login_ends: None,
    };
    RepositoryState { found, tip, source: None, secret }
}

pub(super) fn token() -> Option<RepoLogin> {
    Some(RepoLogin::Basic { username: "git".into(), password: "a-token-of-tests".into() })
}

/// A mount that is there and was never written.
pub(super) fn vault() -> VaultState {
    let settings = vault_access::VaultSettings::new("https://vault.example.test", "not-a-real-token".into());
    let desired = vault_auth::Desired {
        cluster: "demo".into(),
        cluster_id: "id-1".into(),
        previous_cluster_id: None,
        mount: "kubernetes".into(),
        reviewer: vault_auth::Reviewer::default(),
        make_namespace: false,
        host: SERVER.into(),
        ca_override: None,
        replace_host: false,
        force: false,
        force_conflicts: false,
        labels: BTreeMap::new(),
        previous_fingerprint: None,
        network: Network::default(),
        way: None,
    };
    let state = vault_auth::State {
        namespace_exists: true,
        service_account: None,
        secret: None,
        binding: None,
        authority: None,
        issuer: None,
        mount: MountLookup::Found { kind: "kubernetes".into(), accessor: None },
        config: ConfigLookup::Unset,
        capabilities: None,
        other_host_answers: None,
        vault_address: "https://vault.example.test".into(),
        vault_namespace: None,
    };
    let changes = vault_auth::plan(&desired, &state).unwrap();
    let auth = VaultAuthState { desired, changes, fingerprint: None, written: None };
    VaultState { vault: Vault::new(settings).unwrap(), auth: Some(auth) }
}

fn charts() -> Operators {
    Operators {
        gitops: GitOpsOperator {
            name: "openshift-gitops-operator".into(),
            channel: "latest".into(),
            source: "redhat-operators".into(),
            source_namespace: "openshift-marketplace".into(),
            install_namespace: "openshift-operators".into(),
            approval: Approval::Automatic,
            starting_csv: None,
            disable_default_instance: false,
        },
        instance: ArgoInstance {
            create: true,
            name: "openshift-gitops".into(),
            namespace: "openshift-gitops".into(),
            spec: serde_json::Map::new(),
        },
    }
}

/// The operator that is to be installed beside `instance`.
pub(super) fn planned(instance: Option<&Value>) -> OperatorPart {
    let chart = charts();
    let desired = argocd::operator::Desired {
        chart: &chart,
        argocd_namespace: "openshift-gitops",
        allow_argocd_delete: false,
        approve_install_plan: false,
    };
    let state = argocd::operator::State {
        namespace_exists: true,
        instance_namespace_exists: true,
        instance: instance.cloned(),
        ..argocd::operator::State::default()
    };
    OperatorPart::Planned(Box::new(argocd::operator::plan(&desired, &state).unwrap()))
}

pub(super) fn skipped() -> OperatorPart {
    OperatorPart::Skipped("the charts want none".into())
}

pub(super) fn no_argocd() -> TargetArgoCd {
    TargetArgoCd::None("there is no ArgoCD".into())
}

pub(super) fn live(is_enabled: bool) -> Value {
    json!({"metadata": {"name": "openshift-gitops", "resourceVersion": "1"},
        "spec": {"applicationSet": {"enabled": is_enabled}}})
}

pub(super) fn found_argocd(live: &Value) -> TargetArgoCd {
    TargetArgoCd::One(instance::default(), Box::new(live.clone()))
}

pub(super) fn operator_state(part: OperatorPart, found: TargetArgoCd, ready: bool) -> Option<OperatorState> {
    Some(OperatorState { part, argocd: ArgoCdState { found, ready } })
}
