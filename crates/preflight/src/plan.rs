//! From what was found to what will be done: pure.

use argocd::instance::{self, TargetArgoCd};
use cluster_access::{ObjectRef, Origin};
use trace::Change;

use crate::desired::cluster_secret;
use crate::desired::record::desired as desired_record;
use crate::inputs::{ClusterInputs, Inputs};
use crate::state::{ClusterState, ObservedState, OperatorPart, OperatorState, RepositoryState};
use diagnostics::{Intent, RunPlan, Step};
use settings::ClusterSettings;

/// The plan of the request in this world.
pub fn plan(inputs: &Inputs<'_>, world: &ObservedState) -> RunPlan {
    let mut plan = RunPlan::default();
    for &name in inputs.cluster.scope.steps() {
        let intent = match name {
            Step::Preflight => Intent::of(preflight(&inputs.cluster, &world.cluster)),
            Step::GitopsSrc => of_repository(world, source),
            Step::Operator => operator(world),
            Step::VaultAuth => vault_auth(inputs, world),
            Step::RepoCreds => of_repository(world, repo_creds),
            Step::Record => record(inputs, world),
            Step::Script => script(inputs, world),
            Step::Argocd => with_cluster_secret(inputs, world, argocd(world)),
            Step::RepoAccess => Intent::Watch { what: "Applications of this repository".into() },
            Step::Reviewer => Intent::Skip { reason: "a part of release".into() },
        };
        plan.push(name, intent);
    }
    plan
}

/// The kubeconfig that the script gets, as the plan names it.
pub const KUBECONFIG: &str = ".work/kubeconfig";

/// The changes that come before the Lease: the kubeconfig, the Namespace.
pub fn preflight(inputs: &ClusterInputs<'_>, cluster: &ClusterState) -> Vec<Change> {
    let mut changes = Vec::new();
    if cluster.kubeconfig.write {
        let from = match cluster.kubeconfig.origin {
            Origin::Existing => "itself",
            Origin::Installer { recreated: false } => "the installer's",
            Origin::Installer { recreated: true } => "the installer's: the cluster was recreated",
            Origin::Explicit => "--kubeconfig",
        };
        changes.push(Change::write(KUBECONFIG).fields([format!("all (from {from})")]));
    }
    if !cluster.namespace_exists {
        changes.push(Change::create(ObjectRef::namespace(&inputs.settings.argocd_namespace).to_string()));
    }
    changes
}

fn of_repository(world: &ObservedState, intent: impl Fn(&RepositoryState) -> Intent) -> Intent {
    world
        .repository
        .as_ref()
        .map_or_else(|| Intent::Skip { reason: "not part of this command".into() }, intent)
}

fn vault_auth(inputs: &Inputs<'_>, world: &ObservedState) -> Intent {
    if let Some(auth) = world.vault.as_ref().and_then(|vault| vault.auth.as_ref()) {
        return Intent::of(auth.changes.describe());
    }
    let reason = match inputs.mount.vault {
        None => "VAULT_ADDR and VAULT_TOKEN are not both set",
        Some(_) => "SKIP_VAULT_K8S_AUTH_CONFIG is set",
    };
    Intent::Skip { reason: reason.into() }
}

fn source(repository: &RepositoryState) -> Intent {
    let changes = repository.source.iter().flat_map(|source| source.changes.describe());
    Intent::of(changes.collect())
}

fn operator(world: &ObservedState) -> Intent {
    match world.operator.as_ref().map(|operator| &operator.part) {
        Some(OperatorPart::Planned(changes)) => Intent::of(changes.describe()),
        Some(OperatorPart::Skipped(reason)) => Intent::Skip { reason: reason.clone() },
        None => Intent::Skip { reason: "not part of this command".into() },
    }
}

/// The ArgoCD may be there, be made by the operator, or by the script.
fn argocd(world: &ObservedState) -> Intent {
    let Some(OperatorState { part, argocd, .. }) = &world.operator else {
        return Intent::Skip { reason: "not part of this command".into() };
    };
    let watch =
        |argocd: &ObjectRef| Intent::Watch { what: format!("the ApplicationSet controller of {argocd}") };
    match (&argocd.found, part, world.operators()) {
        (TargetArgoCd::None(reason), OperatorPart::Skipped(_), _) | (TargetArgoCd::None(reason), _, None) => {
            Intent::Skip { reason: reason.clone() }
        }
        (TargetArgoCd::None(_), OperatorPart::Planned(_), Some(operators)) => {
            watch(&instance::of_chart(&operators.instance))
        }
        (TargetArgoCd::One(object, live), part, _) => {
            let changes = instance::enabled(object.clone(), live).describe();
            // The step before the script writes to it already.
            let before = matches!(part, OperatorPart::Planned(planned) if planned.touches(object));
            match (changes.is_empty() || before, argocd.ready) {
                (true, true) => Intent::Unchanged,
                (true, false) => watch(object),
                (false, _) => {
                    Intent::of(changes.into_iter().map(|change| change.after(Step::Script)).collect())
                }
            }
        }
    }
}

/// The Secret is made after the script, which may bring one.
fn with_cluster_secret(inputs: &Inputs<'_>, world: &ObservedState, intent: Intent) -> Intent {
    let planned = cluster_secret::plan(&inputs.cluster, &world.cluster).unwrap_or_default();
    if !planned.makes_one() {
        return intent;
    }
    let mut changes: Vec<Change> =
        planned.describe().into_iter().map(|change| change.after(Step::Script)).collect();
    if let Intent::Change { changes: others } = intent {
        changes.extend(others);
    }
    Intent::Change { changes }
}

fn repo_creds(repository: &RepositoryState) -> Intent {
    let changes = repository.secret.describe();
    match &repository.found.login {
        None if changes.is_empty() => {
            Intent::Skip { reason: "the repository is read without a login".into() }
        }
        _ => Intent::of(changes),
    }
}

fn record(inputs: &Inputs<'_>, world: &ObservedState) -> Intent {
    let desired = desired_record(inputs.cluster.spec, world);
    let mut changes = plan_record(inputs.cluster.settings, world, &desired)
        .map(|changes| changes.describe())
        .unwrap_or_default();
    let waits = world
        .vault
        .as_ref()
        .and_then(|vault| vault.auth.as_ref())
        .is_some_and(|auth| !auth.changes.is_empty());
    if waits {
        changes.iter_mut().for_each(|change| change.after = Some(Step::VaultAuth.into()));
    }
    let marks = cluster_secret::plan(&inputs.cluster, &world.cluster).unwrap_or_default();
    if !marks.makes_one() {
        changes.extend(marks.describe());
    }
    Intent::of(changes)
}

/// What the record needs.
///
/// # Errors
/// It is another cluster's, or another manager holds it.
pub fn plan_record(
    settings: &ClusterSettings,
    world: &ObservedState,
    desired: &argocd::record::Record,
) -> Result<argocd::record::RecordChanges, argocd::ArgoCdError> {
    argocd::record::plan(&settings.argocd_namespace, desired, &world.cluster.record, settings.force_conflicts)
}

fn script(inputs: &Inputs<'_>, world: &ObservedState) -> Intent {
    if inputs.repository.script.skip {
        return Intent::Skip { reason: "--skip-script".into() };
    }
    let env = &inputs.cluster.spec.env;
    let infra_id = world.cluster.identity.infra_id.as_ref();
    let infra_id = infra_id.map(|id| format!(" INFRA_ID={id}")).unwrap_or_default();
    let what = format!(
        "{} (ENV={env} BASE_DOMAIN={}{infra_id})",
        diagnostics::SCRIPT,
        inputs.cluster.spec.apps_domain()
    );
    Intent::Run { what }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ffi::OsString;
    use std::path::Path;
    use std::time::Duration;

    use argocd::Owner;
    use argocd::chart::{Approval, ArgoInstance, GitOpsOperator, Operators};
    use argocd::secret::LoginRule;
    use cluster_access::{Chosen, Identity, Kubeconfig, Network};
    use cluster_spec::{ClusterFolder, ClusterSpec, RepoRef, RepoUrl, Repository};
    use credentials::{EnvLogin, Found, Source};
    use gitops_clone::{RefKind, Tip};
    use secret::RepoLogin;
    use serde_json::{Value, json};
    use vault_access::{ConfigLookup, MountLookup, Vault};

    use super::*;
    use crate::inputs::{
        MachineInputs, MountInputs, OperatorInputs, RepositoryInputs, ScriptRole, VaultInputs,
    };
    use crate::recreated::PreviousCluster;
    use crate::request::Scope;
    use crate::state::{ArgoCdState, VaultAuthState, VaultState};
    use settings::{OperatorSettings, RepositorySettings, ScriptSettings, VaultSettings};

    const NOT_PART: &str = "skip: not part of this command";

    /// What is asked for.
    struct Asked {
        scope: Scope,
        spec: ClusterSpec,
        folder: ClusterFolder,
        cluster: ClusterSettings,
        repository: RepositorySettings,
        operator: OperatorSettings,
        script: ScriptSettings,
        vault: Option<VaultSettings>,
        environment: BTreeMap<OsString, OsString>,
    }

    fn asked(scope: Scope) -> Asked {
        let spec = ClusterSpec {
            name: "demo".into(),
            base_domain: cluster_spec::BaseDomain::parse("example.test").unwrap(),
            env: "sno".into(),
            repo_url: RepoUrl::parse("https://git.example.test/gitops.git").unwrap(),
            repo_ref: RepoRef::parse("main").unwrap(),
        };
        Asked {
            scope,
            spec,
            folder: Repository::at("/nowhere").folder("demo").unwrap(),
            cluster: ClusterSettings {
                kubeconfig: None,
                argocd_namespace: "openshift-gitops".into(),
                force_conflicts: false,
                allow_identity_mismatch: false,
                network: Network::default(),
            },
            repository: RepositorySettings {
                from: None,
                login: EnvLogin::default(),
                vault_path: "gitops/repo".into(),
                secret_name: "gitops-repo".into(),
                access_timeout: Duration::ZERO,
                fetch_timeout: Duration::ZERO,
                allow_insecure_http: false,
                commit: None,
            },
            operator: OperatorSettings {
                timeout: None,
                approve_install_plan: false,
                allow_argocd_delete: false,
                create_cluster_secret: false,
            },
            script: ScriptSettings {
                skip: false,
                limit: None,
                watch_after: None,
                pass_env: Vec::new(),
                tools: Vec::new(),
            },
            vault: None,
            environment: BTreeMap::new(),
        }
    }

    impl Asked {
        fn inputs(&self) -> Inputs<'_> {
            let Self { scope, spec, folder, cluster, repository, operator, script, vault, environment } =
                self;
            let (scope, vault) = (*scope, vault.as_ref());
            Inputs {
                machine: MachineInputs {
                    cluster: &spec.name,
                    folder,
                    path: None,
                    script: ScriptRole::Runs,
                    tools: &[],
                },
                cluster: ClusterInputs {
                    scope,
                    spec,
                    folder,
                    settings: cluster,
                    secret_name: &repository.secret_name,
                    create_cluster_secret: operator.create_cluster_secret,
                    waits_until_ready: false,
                    mount: vault,
                },
                vault: VaultInputs { settings: vault, is_required: false },
                mount: MountInputs {
                    spec,
                    cluster,
                    vault,
                    is_written: vault.is_some(),
                    awaits_operators: false,
                },
                repository: RepositoryInputs {
                    scope,
                    spec,
                    folder,
                    settings: repository,
                    cluster,
                    script,
                    vault_may_fail: false,
                    environment,
                    path: None,
                    temporary: Path::new("/nowhere"),
                },
                operator: OperatorInputs {
                    is_part: true,
                    cluster,
                    settings: operator,
                    skips_script: script.skip,
                    awaits_catalogs: false,
                    environment,
                },
            }
        }
    }

    const SERVER: &str = "https://api.demo.example.test:6443";
    const KUBECONFIG_YAML: &str = "
apiVersion: v1
kind: Config
current-context: a
clusters: [{name: a, cluster: {server: 'https://api.demo.example.test:6443'}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
users: [{name: a, user: {token: not-a-real-token}}]
";

    /// A cluster where nothing is missing that is asked for by every command. Nobody listens at its address.
    async fn world() -> ObservedState {
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

    fn repository(
        asked: &Asked,
        world: &ObservedState,
        (login, state): (Option<RepoLogin>, &argocd::secret::State),
    ) -> RepositoryState {
        let desired = argocd::secret::Desired {
            namespace: "openshift-gitops",
            name: "gitops-repo",
            url: &asked.spec.repo_url,
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

    fn token() -> Option<RepoLogin> {
        Some(RepoLogin::Basic { username: "git".into(), password: "a-token-of-tests".into() })
    }

    /// A mount that is there and was never written.
    fn vault() -> VaultState {
        let settings =
            vault_access::VaultSettings::new("https://vault.example.test", "not-a-real-token".into());
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
    fn planned(instance: Option<&Value>) -> OperatorPart {
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

    fn left_alone() -> OperatorPart {
        OperatorPart::Skipped("the charts want none".into())
    }

    fn none() -> TargetArgoCd {
        TargetArgoCd::None("there is no ArgoCD".into())
    }

    fn live(is_enabled: bool) -> Value {
        json!({"metadata": {"name": "openshift-gitops", "resourceVersion": "1"},
            "spec": {"applicationSet": {"enabled": is_enabled}}})
    }

    fn one(live: &Value) -> TargetArgoCd {
        TargetArgoCd::One(instance::default(), Box::new(live.clone()))
    }

    fn state(part: OperatorPart, found: TargetArgoCd, ready: bool) -> Option<OperatorState> {
        Some(OperatorState { part, argocd: ArgoCdState { found, ready } })
    }

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

    fn said(asked: &Asked, world: &ObservedState, step: Step) -> String {
        plan(&asked.inputs(), world).intent(step).map(line).unwrap()
    }

    #[tokio::test]
    async fn each_step_of_a_command_has_its_intent_and_in_the_order_of_the_steps() {
        let world = world().await;
        for scope in [Scope::Run, Scope::VaultAuth, Scope::RepoCreds, Scope::Release] {
            let plan = plan(&asked(scope).inputs(), &world);
            let steps: Vec<Step> = plan.steps.iter().map(|step| step.name).collect();
            assert_eq!(steps, scope.steps(), "{scope:?}");
        }
    }

    #[tokio::test]
    async fn where_nothing_was_looked_at_the_script_alone_and_the_record_are_planned() {
        let (asked, world) = (asked(Scope::Run), world().await);
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
            assert_eq!(said(&asked, &world, step), expect, "{step}");
        }
    }

    #[tokio::test]
    async fn a_kubeconfig_is_written_with_its_origin_and_a_namespace_is_made() {
        let (asked, mut world) = (asked(Scope::Run), world().await);
        world.cluster.kubeconfig.write = true;
        world.cluster.namespace_exists = false;
        for (origin, from) in [
            (Origin::Existing, "itself"),
            (Origin::Installer { recreated: false }, "the installer's"),
            (Origin::Installer { recreated: true }, "the installer's: the cluster was recreated"),
            (Origin::Explicit, "--kubeconfig"),
        ] {
            world.cluster.kubeconfig.origin = origin;
            let changes = preflight(&asked.inputs().cluster, &world.cluster);
            assert_eq!(changes[0].fields, [format!("all (from {from})")]);
            assert_eq!(
                said(&asked, &world, Step::Preflight),
                "write .work/kubeconfig; create Namespace openshift-gitops"
            );
        }
    }

    #[tokio::test]
    async fn a_script_that_is_left_out_and_a_cluster_without_infra_id_are_said() {
        let (mut asked, mut world) = (asked(Scope::Run), world().await);
        world.cluster.identity.infra_id = None;
        let run = "run scripts/bootstrap.sh (ENV=sno BASE_DOMAIN=apps.demo.example.test)";
        assert_eq!(said(&asked, &world, Step::Script), run);
        asked.script.skip = true;
        assert_eq!(said(&asked, &world, Step::Script), "skip: --skip-script");
    }

    #[tokio::test]
    async fn a_login_is_written_and_none_is_needed_where_the_repository_is_open() {
        let (asked, mut world) = (asked(Scope::RepoCreds), world().await);
        let none = argocd::secret::State::default();
        world.repository = Some(repository(&asked, &world, (token(), &none)));
        assert_eq!(said(&asked, &world, Step::RepoCreds), "create Secret openshift-gitops/gitops-repo");
        world.repository = Some(repository(&asked, &world, (None, &none)));
        assert_eq!(said(&asked, &world, Step::RepoCreds), "skip: the repository is read without a login");
    }

    #[tokio::test]
    async fn a_secret_that_is_there_is_marked_though_no_login_is_needed() {
        let (asked, mut world) = (asked(Scope::RepoCreds), world().await);
        let live = json!({"type": "Opaque", "metadata": {"labels": {"argocd.argoproj.io/secret-type": "repository"}}});
        let state = argocd::secret::State { secret: Some(live), ..argocd::secret::State::default() };
        let repository = repository(&asked, &world, (None, &state));
        world.repository = Some(repository);
        assert_eq!(said(&asked, &world, Step::RepoCreds), "update Secret openshift-gitops/gitops-repo");
    }

    #[tokio::test]
    async fn the_record_waits_for_a_mount_that_is_written() {
        let (asked, mut world) = (asked(Scope::VaultAuth), world().await);
        world.vault = Some(vault());
        let changes = said(&asked, &world, Step::VaultAuth);
        assert!(changes.ends_with("write Vault auth/kubernetes/config"), "{changes}");
        let record = said(&asked, &world, Step::Record);
        assert_eq!(record, "create ConfigMap openshift-gitops/bitiq-bootstrap after vault-auth");
    }

    #[tokio::test]
    async fn an_operator_is_installed_or_left_alone_with_the_reason() {
        let (asked, mut world) = (asked(Scope::Run), world().await);
        world.operator = state(planned(None), none(), false);
        let changes = said(&asked, &world, Step::Operator);
        assert!(changes.contains("create Subscription openshift-operators/"), "{changes}");
        world.operator = state(left_alone(), none(), false);
        assert_eq!(said(&asked, &world, Step::Operator), "skip: the charts want none");
    }

    #[tokio::test]
    async fn argo_cd_is_enabled_after_the_script_awaited_where_it_is_and_skipped_where_none_is() {
        let asked = asked(Scope::Run);
        let mut world = world().await;
        let (on, off) = (live(true), live(false));
        let watch = "watch the ApplicationSet controller of ArgoCD openshift-gitops/openshift-gitops";
        let enable = "update ArgoCD openshift-gitops/openshift-gitops after script";
        let none_there = "skip: there is no ArgoCD";
        let cases = [
            (left_alone(), none(), false, none_there),
            (planned(None), none(), false, none_there),
            (left_alone(), one(&on), true, "unchanged"),
            (left_alone(), one(&on), false, watch),
            (left_alone(), one(&off), false, enable),
            (left_alone(), one(&off), true, enable),
            // The operator's own step enables it already.
            (planned(Some(&off)), one(&off), false, watch),
        ];
        for (at, (part, found, ready, expect)) in cases.into_iter().enumerate() {
            world.operator = state(part, found, ready);
            assert_eq!(said(&asked, &world, Step::Argocd), expect, "case {at}");
        }
    }

    #[tokio::test]
    async fn a_cluster_secret_is_made_after_the_script_and_before_argo_cd_is_enabled() {
        let (mut asked, mut world) = (asked(Scope::Run), world().await);
        asked.operator.create_cluster_secret = true;
        world.operator = state(left_alone(), one(&live(false)), false);
        let [made, enabled] = [
            "create Secret openshift-gitops/in-cluster after script",
            "update ArgoCD openshift-gitops/openshift-gitops after script",
        ];
        assert_eq!(said(&asked, &world, Step::Argocd), format!("{made}; {enabled}"));
        world.operator = None;
        assert_eq!(said(&asked, &world, Step::Argocd), made);
    }

    #[tokio::test]
    async fn a_cluster_secret_that_is_there_is_marked_with_the_record() {
        let (asked, mut world) = (asked(Scope::Run), world().await);
        world.cluster.cluster_secret.local =
            vec![json!({"metadata": {"name": "theirs", "resourceVersion": "1"}})];
        assert_eq!(
            said(&asked, &world, Step::Record),
            "create ConfigMap openshift-gitops/bitiq-bootstrap; update Secret openshift-gitops/theirs"
        );
        assert_eq!(said(&asked, &world, Step::Argocd), NOT_PART);
    }

    #[tokio::test]
    async fn a_vault_that_is_left_alone_is_said_with_the_variable() {
        let (mut asked, world) = (asked(Scope::Run), world().await);
        asked.vault = Some(VaultSettings {
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
        assert_eq!(said(&asked, &world, Step::VaultAuth), "skip: SKIP_VAULT_K8S_AUTH_CONFIG is set");
    }
}
