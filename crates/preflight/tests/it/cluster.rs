//! The cluster: its login, its identity, its permissions.

use preflight::Scope;
use sandbox::Options;
use sandbox::cluster::{Cluster, Rule, User};
use sandbox::faults::Fault;
use serde_json::json;

use crate::world::{World, advice, amiss, lines, on_a_large_stack, one};

const RECORD: &str = "/api/v1/namespaces/openshift-gitops/configmaps";

#[test]
fn what_stands_in_the_way_of_the_cluster_leaves_out_what_needs_it() {
    on_a_large_stack(async {
        let world = World::plain().await;
        world.use_kubeconfig(&User::Expired);
        let checks = world.check().await;
        assert_eq!(amiss(&checks), ["kubeconfig-expired failed"]);
        let skipped: Vec<String> = lines(&checks).into_iter().filter(|it| it.ends_with(" skipped")).collect();
        let expect = "vault-answers operator cluster-lock workers default-storage-class catalogs apps-dns";
        assert_eq!(skipped.join(" ").replace(" skipped", ""), expect);
        world.use_kubeconfig(&User::Token("not-a-token".into()));
        assert_eq!(amiss(&world.check().await), ["api-server failed"]);
        fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
        assert_eq!(amiss(&world.check().await), ["kubeconfig failed"]);
        world.use_kubeconfig(&User::Expiring);
        let checks = world.check().await;
        assert_eq!(one(&checks, "client-certificate").status().as_str(), "warning");
        world.use_kubeconfig(&User::AdminToken);
        assert_eq!(one(&world.check().await, "client-certificate").status().as_str(), "skipped");
    });
}

#[test]
fn another_domain_another_record_and_an_object_that_can_not_be_read_fail() {
    on_a_large_stack(async {
        let mut world = World::openshift().await;
        world.make_namespace().await;
        let cluster = world.sandbox.cluster.clone();
        let faults = cluster.faults().unwrap();
        faults.add(Fault::status(500, "{}").prefix(RECORD));
        assert_eq!(amiss(&world.check().await)[0], "earlier-objects failed");
        faults.clear();
        let metadata = json!({"name": "bitiq-bootstrap", "namespace": "openshift-gitops"});
        let data = json!({"cluster": "other", "cluster_id": "id"});
        world.put(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})).await;
        assert_eq!(amiss(&world.check().await)[0], "record-owner failed");
        let data = json!({"cluster": "demo", "cluster_id": "id", "env": "x"});
        world.put(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})).await;
        assert_eq!(amiss(&world.check().await)[0], "record-manager failed");
        world.set("BITIQ_BOOTSTRAP_FORCE_CONFLICTS", "true");
        assert!(!amiss(&world.check().await).iter().any(|it| it.ends_with("failed")));
        faults.add(Fault::status(500, "{}").prefix("/api/v1/namespaces/openshift-gitops"));
        assert_eq!(one(&world.check().await, "argocd-namespace").status().as_str(), "failed");
    });
}

#[test]
fn a_kubeconfig_of_another_cluster_is_refused_by_its_domain_and_by_the_one_before() {
    on_a_large_stack(async {
        let mut options = Options { vault: false, argocd: false, ..Options::openshift() };
        options.openshift.as_mut().unwrap().base_domain = Some("elsewhere.test".into());
        let mut world = World::new(options).await;
        assert_eq!(amiss(&world.check().await)[0], "cluster-domain failed");
        world.set("BITIQ_BOOTSTRAP_ALLOW_IDENTITY_MISMATCH", "true");
        let state = world.observe().await.ok().unwrap();
        assert_eq!(state.cluster.identity_notes.len(), 1);
        assert_eq!(state.facts(&world.request()).notes, state.cluster.identity_notes);
    });
}

#[test]
fn a_cluster_that_still_answers_under_the_name_blocks_another_one() {
    on_a_large_stack(async {
        let mut world = World::plain().await;
        let before = Cluster::start(Default::default()).await.unwrap();
        fs_err::write(world.sandbox.work().join("kubeconfig.bak"), before.kubeconfig(&User::Admin).unwrap())
            .unwrap();
        let id = before.object("/api/v1/namespaces/kube-system").await.unwrap().unwrap()["metadata"]["uid"]
            .clone();
        let id = id.as_str().unwrap();
        world.write_trace(id, &before.server(), |_| ());
        let folder = world.request().folder.kubeconfig_backup();
        fs_err::rename(world.sandbox.work().join("kubeconfig.bak"), folder).unwrap();
        assert_eq!(amiss(&world.check().await)[0], "previous-cluster failed");
        world.set("BITIQ_BOOTSTRAP_ALLOW_IDENTITY_MISMATCH", "true");
        assert!(!amiss(&world.check().await).iter().any(|it| it.ends_with("failed")));
        world.unset("BITIQ_BOOTSTRAP_ALLOW_IDENTITY_MISMATCH");
        // A new one at its place was recreated, and so was one that answers no more.
        world.write_trace("another", &before.server(), |_| ());
        assert!(!amiss(&world.check().await).iter().any(|it| it.ends_with("failed")));
        world.write_trace(id, "https://127.0.0.1:1", |_| ());
        assert!(!amiss(&world.check().await).iter().any(|it| it.ends_with("failed")));
        world.write_trace(id, &world.sandbox.cluster.server(), |_| ());
        assert!(!amiss(&world.check().await).iter().any(|it| it.ends_with("failed")));
        let same = world.observe().await.ok().unwrap().cluster.identity.cluster_id;
        world.write_trace(&same, &before.server(), |_| ());
        assert!(!amiss(&world.check().await).iter().any(|it| it.ends_with("failed")));
        // The same one answers at two addresses.
        let address = world.sandbox.cluster.server().replace("127.0.0.1", "localhost");
        let kubeconfig = world.sandbox.cluster.kubeconfig(&User::Admin).unwrap();
        let other = kubeconfig.replace(&world.sandbox.cluster.server(), &address);
        fs_err::write(world.request().folder.kubeconfig_backup(), other).unwrap();
        world.write_trace(&same, &address, |_| ());
        assert!(!amiss(&world.check().await).iter().any(|it| it.ends_with("failed")));
        world.write_trace("", &before.server(), |_| ());
        assert!(!amiss(&world.check().await).iter().any(|it| it.ends_with("failed")));
    });
}

#[test]
fn each_permission_that_is_lacking_is_named() {
    on_a_large_stack(async {
        let mut world = World::openshift().await;
        let rules = [Rule::new("get", "", "namespaces"), Rule::new("get", "config.openshift.io", "*")];
        world.sandbox.cluster.allow("dev", &rules).await.unwrap();
        world.use_kubeconfig(&User::Named("dev".into()));
        let (namespace, lease) = ("in openshift-gitops", "leases.coordination.k8s.io");
        let leases = [
            format!("get {lease} bitiq-bootstrap {namespace}"),
            format!("create {lease} {namespace}"),
            format!("update {lease} bitiq-bootstrap {namespace}"),
        ];
        let secrets =
            ["get secrets gitops-repo", "list secrets", "create secrets", "patch secrets gitops-repo"];
        let records =
            ["get configmaps bitiq-bootstrap", "create configmaps", "patch configmaps bitiq-bootstrap"];
        let [secrets, records] = [&secrets[..], &records[..]]
            .map(|all| all.iter().map(|it| format!("{it} {namespace}")).collect::<Vec<_>>());
        let applications =
            ["list", "watch"].map(|verb| format!("{verb} applications.argoproj.io {namespace}"));
        let denied = async |world: &World| one(&world.check().await, "permissions").details().to_vec();
        let namespaces = vec!["create namespaces".to_owned()];
        let of_a_run = [&leases[..], &namespaces, &secrets, &records, &applications].concat();
        assert_eq!(denied(&world).await, of_a_run);
        world.scope = Scope::RepoCreds;
        assert_eq!(denied(&world).await, [&leases[..], &namespaces, &secrets].concat());
        let shown = advice(one(&world.check().await, "permissions"));
        assert!(shown.contains("kind: ClusterRole") && !shown.contains("clusteroperators"), "{shown}");
        world.make_namespace().await;
        assert_eq!(denied(&world).await, [&leases[..], &secrets].concat());
        world.scope = Scope::Run;
        world.set("BITIQ_BOOTSTRAP_WAIT_READY", "1m");
        let denied = denied(&world).await;
        assert!(denied.iter().any(|it| it == "list nodes"), "{denied:?}");
    });
}

#[test]
fn who_may_not_even_ask_which_cluster_it_is_is_told_of_every_right() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        world.use_kubeconfig(&User::Named("nobody".into()));
        let checks = world.check().await;
        let check = one(&checks, "api-server");
        let why = check.details().join("\n");
        assert_eq!(check.status().as_str(), "failed");
        for right in ["get clusterversions", "create leases", "get namespaces openshift-gitops"] {
            assert!(why.contains(right), "{right}: {why}");
        }
        // All that is to be granted, also what a run can do without.
        let shown = advice(check);
        for word in ["kind: ClusterRole", "clusteroperators", "routes", "machinesets", "storageclasses"] {
            assert!(shown.contains(word), "{word}: {shown}");
        }
    });
}

#[test]
fn a_cluster_secret_of_another_cluster_fails_and_one_without_a_mark_may_be_marked() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        world.make_namespace().await;
        let secret = |annotations: serde_json::Value| {
            let metadata = json!({"name": "in-cluster", "namespace": "openshift-gitops", "annotations": annotations,
                "labels": {"argocd.argoproj.io/secret-type": "cluster"}});
            let data =
                json!({"name": "in-cluster", "server": "https://kubernetes.default.svc", "config": "{}"});
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})
        };
        world.put(secret(json!({}))).await;
        assert_eq!(one(&world.check().await, "cluster-secret").status().as_str(), "ok");
        world.put(secret(json!({"bitiq.io/cluster": "other", "bitiq.io/cluster-id": "id"}))).await;
        let checks = world.check().await;
        assert_eq!(amiss(&checks)[0], "cluster-secret failed", "{:?}", one(&checks, "cluster-secret"));
        assert_eq!(world.observe().await.err().unwrap().len(), 1);
    });
}
