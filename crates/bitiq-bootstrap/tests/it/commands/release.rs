//! The release before a teardown: what it resets, what it does not change, and what it refuses.

use sandbox::cluster::{Rule, User};
use serde_json::{Value, json};

use crate::support::assert::writes;
use crate::support::objects::{NAMESPACE, argocd_secret, make_namespace, object};
use crate::support::process::{Ran, Run};
use crate::support::sandbox::{World, vault};

const RELEASED: &str = "https://released.invalid";

const OURS: [&str; 6] = [
    "/api/v1/namespaces/openshift-gitops/secrets/gitops-repo",
    "/api/v1/namespaces/openshift-gitops/configmaps/bitiq-bootstrap",
    "/api/v1/namespaces/openshift-gitops/serviceaccounts/vault-token-reviewer",
    "/api/v1/namespaces/openshift-gitops/secrets/vault-token-reviewer",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/vault-token-reviewer-auth-delegator",
    "/apis/coordination.k8s.io/v1/namespaces/openshift-gitops/leases/bitiq-bootstrap",
];

async fn config(world: &World, mount: &str) -> Value {
    vault(world).api("GET", &format!("auth/{mount}/config"), None).await.unwrap()["data"].clone()
}

async fn login(world: &World) -> u16 {
    let role = world.sandbox.vault_role();
    world.sandbox.log_in_to_vault("kubernetes", &role, (NAMESPACE, "default")).await.unwrap().status
}

/// `release demo` is refused with these words, and writes nothing.
async fn refused(world: &World, run: Run, says: &[&str]) -> Ran {
    let before = writes(world).len();
    let ran = run.ran().await.exits(3).says(says);
    assert_eq!(writes(world).split_off(before), Vec::<String>::new());
    ran
}

fn steps(trace: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let steps = trace["steps"].as_array().unwrap().iter();
    steps.map(|step| (text(&step["name"]), text(&step["status"]))).collect()
}

fn all(status: &str) -> Vec<(String, String)> {
    let names = ["vault-auth", "reviewer", "repo-creds", "record"].map(|name| (name, status));
    let [mount, reviewer, secret, record] = names;
    // There is no cluster Secret on a plain cluster.
    let all = [("preflight", "unchanged"), mount, reviewer, ("argocd", "unchanged"), secret, record];
    all.map(|(name, status)| (name.to_owned(), status.to_owned())).to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_wrote_is_given_back_and_the_second_time_nothing_is_left_to_do() {
    let test = "what_a_run_wrote_is_given_back_and_the_second_time_nothing_is_left_to_do";
    let Some(world) = World::with_vault(test).await else { return };
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(login(&world).await, 200);
    let latest = world.trace();
    world.run(&["release", "demo"]).await.exits(0).says(&["auth/kubernetes reset"]);
    for path in OURS {
        assert_eq!(object(&world, path).await, None, "{path}");
    }
    let held = config(&world, "kubernetes").await;
    assert_eq!(
        (&held["kubernetes_host"], &held["token_reviewer_jwt_set"]),
        (&json!(RELEASED), &json!(false))
    );
    assert_ne!(login(&world).await, 200, "Vault trusts the cluster no longer");
    let trace = world.newest_trace();
    assert_eq!((&trace["tool"]["command"], &trace["status"]), (&json!("release"), &json!("succeeded")));
    assert_eq!(steps(&trace), all("changed"));
    assert_eq!(world.trace(), latest, "the latest trace stays that of the run");
    // the second time
    let before = writes(&world).len();
    let second = world.run(&["release", "demo", "-o", "json"]).await.exits(0);
    assert_eq!(steps(&second.json()), all("unchanged"));
    assert_eq!(writes(&world).split_off(before), Vec::<String>::new());
    // and the mount is anybody's
    let run = world.command(&["vault-auth", "demo"]).ran().await.exits(0);
    run.says(&["auth/kubernetes was given back by the cluster that had it: it is taken"]);
    assert_eq!(login(&world).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_what_would_go_and_writes_nothing() {
    let Some(world) = World::with_vault("a_dry_run_says_what_would_go_and_writes_nothing").await else {
        return;
    };
    world.run(&["run", "demo"]).await.exits(0);
    let (before, runs) = (writes(&world).len(), world.runs().len());
    let says = [
        "~ Vault auth/kubernetes/config",
        "kubernetes_host (https://released.invalid, was",
        "token_reviewer_jwt (cleared)",
        "- ClusterRoleBinding vault-token-reviewer-auth-delegator",
        "- ServiceAccount openshift-gitops/vault-token-reviewer",
        "- Secret openshift-gitops/vault-token-reviewer",
        "- Secret openshift-gitops/gitops-repo",
        "- ConfigMap openshift-gitops/bitiq-bootstrap",
        "- Lease openshift-gitops/bitiq-bootstrap",
        " to delete",
    ];
    world.run(&["release", "demo", "--dry-run"]).await.exits(0).says(&says);
    let run = world.command(&["release", "demo", "-o", "json"]).env("BITIQ_BOOTSTRAP_DRY_RUN", "1");
    let plan = run.ran().await.exits(0).json();
    assert_eq!(plan["pending"], true);
    assert_eq!(plan["steps"][2]["name"], "reviewer");
    assert_eq!(writes(&world).split_off(before), Vec::<String>::new());
    assert_eq!(world.runs().len(), runs, "no trace either");
}

/// The cluster is destroyed; `.work/kubeconfig` is as given.
async fn gone(world: &World, kubeconfig: Option<&str>, says: &[&str]) {
    match kubeconfig {
        Some(text) => fs_err::write(world.sandbox.kubeconfig(), text).unwrap(),
        None => fs_err::remove_file(world.sandbox.kubeconfig()).unwrap(),
    }
    let ran = world.command(&["release", "demo"]).ran().await.exits(0).says(says);
    ran.says(&["the objects of this program stay in the cluster", "auth/kubernetes reset"]);
    assert_eq!(config(world, "kubernetes").await["kubernetes_host"], json!(RELEASED));
    let trace = world.newest_trace();
    let skipped: Vec<_> =
        steps(&trace).into_iter().filter(|(_, status)| status == "skipped").map(|(name, _)| name).collect();
    assert_eq!(skipped, ["reviewer", "argocd", "repo-creds", "record"]);
    let remembered = &world.trace()["kubernetes"];
    assert_eq!(trace["kubernetes"]["cluster_id"], remembered["cluster_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_whose_kubeconfig_is_gone_is_known_from_the_trace_and_vault_alone_is_done() {
    let test = "a_cluster_whose_kubeconfig_is_gone_is_known_from_the_trace_and_vault_alone_is_done";
    let Some(world) = World::with_vault(test).await else { return };
    world.run(&["run", "demo"]).await.exits(0);
    gone(&world, None, &["no kubeconfig of the cluster found"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_does_not_answer_is_told_and_vault_alone_is_done() {
    let test = "a_cluster_that_does_not_answer_is_told_and_vault_alone_is_done";
    let Some(world) = World::with_vault(test).await else { return };
    world.run(&["run", "demo"]).await.exits(0);
    // Nobody listens at the address that the mount, too, points at.
    let nobody = "https://127.0.0.1:1";
    let server = world.sandbox.cluster.server();
    let ca = world.sandbox.cluster.ca_pem();
    let theirs = json!({"kubernetes_host": nobody, "kubernetes_ca_cert": ca});
    vault(&world).api("POST", "auth/kubernetes/config", Some(theirs)).await.unwrap();
    let kubeconfig = fs_err::read_to_string(world.sandbox.kubeconfig()).unwrap().replace(&server, nobody);
    gone(&world, Some(&kubeconfig), &["the cluster does not answer", "refused the connection"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_cluster_and_without_a_vault_there_is_nothing_to_give_back() {
    let world = World::without_vault().await;
    fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
    let says = ["nothing to release", "no kubeconfig", "VAULT_ADDR and VAULT_TOKEN are not both set"];
    refused(&world, world.command(&["release", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_clusters_mount_is_left_alone() {
    let Some(world) = World::with_vault("another_clusters_mount_is_left_alone").await else { return };
    world.run(&["run", "demo"]).await.exits(0);
    let theirs = json!({"kubernetes_host": "https://api.prod.test:6443", "kubernetes_ca_cert": world.sandbox.cluster.ca_pem()});
    vault(&world).api("POST", "auth/kubernetes/config", Some(theirs)).await.unwrap();
    let says = [
        "belongs to another API server, https://api.prod.test:6443",
        "export VAULT_KUBERNETES_HOST=https://api.prod.test:6443",
    ];
    refused(&world, world.command(&["release", "demo"]), &says).await;
    for path in OURS {
        assert!(object(&world, path).await.is_some(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_clusters_record_or_secret_is_refused_and_all_told_at_once() {
    let test = "another_clusters_record_or_secret_is_refused_and_all_told_at_once";
    let Some(world) = World::with_vault(test).await else { return };
    make_namespace(&world, NAMESPACE).await;
    let mut theirs = argocd_secret("gitops-repo", "repository", &[("url", "https://a.test/b")]);
    theirs["metadata"]["annotations"]["bitiq.io/cluster"] = json!("elsewhere");
    world.sandbox.cluster.put(&theirs).await.unwrap();
    vault(&world).api("POST", "sys/auth/people", Some(json!({"type": "userpass"}))).await.unwrap();
    let says = [
        "Secret openshift-gitops/gitops-repo: it belongs to cluster elsewhere, and this is cluster demo",
        "auth mount people is of type userpass",
    ];
    refused(&world, world.command(&["release", "demo"]).env("VAULT_K8S_AUTH_MOUNT", "people"), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_this_programs_stays_and_is_named() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let theirs = argocd_secret("gitops-repo", "repository", &[("url", "https://a.test/b")]);
    world.sandbox.cluster.put_as(&theirs, "helm").await.unwrap();
    let ran = world.command(&["release", "demo"]).ran().await.exits(0);
    ran.says(&["Secret openshift-gitops/gitops-repo stays: it is not this program's (helm)"]);
    assert!(object(&world, OURS[0]).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_cluster_secret_loses_our_annotations_alone() {
    let world = World::without_vault().await;
    make_namespace(&world, NAMESPACE).await;
    let mut theirs = argocd_secret("local", "cluster", &[("server", "https://kubernetes.default.svc")]);
    theirs["metadata"]["annotations"] =
        json!({"bitiq.io/cluster": "demo", "bitiq.io/infra-id": "demo-x7k2p", "theirs": "stays"});
    world.sandbox.cluster.put(&theirs).await.unwrap();
    let says = [
        "~ Secret openshift-gitops/local",
        "annotation bitiq.io/cluster (removed)",
        "annotation bitiq.io/infra-id (removed)",
    ];
    world.run(&["release", "demo", "--dry-run"]).await.exits(0).says(&says);
    world.run(&["release", "demo"]).await.exits(0);
    let live = object(&world, "/api/v1/namespaces/openshift-gitops/secrets/local").await.unwrap();
    assert_eq!(live["metadata"]["annotations"], json!({"theirs": "stays"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mount_of_its_own_is_removed_and_the_default_one_never() {
    let Some(world) = World::with_vault("a_mount_of_its_own_is_removed_and_the_default_one_never").await
    else {
        return;
    };
    let run = world.command(&["run", "demo"]);
    run.clone().ran().await.exits(0);
    let says = ["is the default one", "leave out --disable-mount"];
    refused(&world, world.command(&["release", "demo", "--disable-mount"]), &says).await;
    vault(&world).enable_kubernetes("kubernetes-demo").await.unwrap();
    let own = |run: Run| run.env("VAULT_K8S_AUTH_MOUNT", "kubernetes-demo");
    own(run).ran().await.exits(0);
    vault(&world)
        .kubernetes_role("kubernetes-demo", "gitops", (NAMESPACE, "default"), &["default"])
        .await
        .unwrap();
    // The record knows the mount: with another one nothing is reset.
    let says = [
        "auth/kubernetes was not configured for this cluster",
        "auth/kubernetes-demo",
        "VAULT_K8S_AUTH_MOUNT=kubernetes-demo",
    ];
    refused(&world, world.command(&["release", "demo"]), &says).await;
    let release = own(world.command(&["release", "demo", "--disable-mount"]));
    release.clone().ran().await.exits(0).says(&["auth/kubernetes-demo deleted"]);
    let mounts = vault(&world).api("GET", "sys/auth", None).await.unwrap();
    assert!(mounts["data"].get("kubernetes-demo/").is_none() && mounts["data"].get("kubernetes/").is_some());
    release.ran().await.exits(0).says(&["Vault has no auth mount kubernetes-demo"]);
    assert_eq!(steps(&world.newest_trace()), all("unchanged"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_another_run_holds_is_left_alone() {
    let Some(world) = World::with_vault("a_cluster_that_another_run_holds_is_left_alone").await else {
        return;
    };
    world.run(&["run", "demo"]).await.exits(0);
    let mut lease = object(&world, OURS[5]).await.unwrap();
    lease["spec"]["holderIdentity"] = json!("20261123T193300Z-0a1b2c");
    lease["metadata"]["annotations"]["bitiq.io/machine"] = json!("elsewhere");
    world.sandbox.cluster.put(&lease).await.unwrap();
    world.run(&["release", "demo"]).await.exits(4).says(&["LOCK-002", "20261123T193300Z-0a1b2c"]);
    assert_eq!(config(&world, "kubernetes").await["kubernetes_host"], json!(world.sandbox.cluster.server()));
    assert!(object(&world, OURS[1]).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_right_that_is_lacking_is_named_before_the_first_write() {
    let Some(world) = World::with_vault("every_right_that_is_lacking_is_named_before_the_first_write").await
    else {
        return;
    };
    world.run(&["run", "demo"]).await.exits(0);
    let rules = [
        Rule::new("get,list", "", "secrets"),
        Rule::new("get", "", "namespaces"),
        Rule::new("get", "", "configmaps"),
        Rule::new("get", "", "serviceaccounts"),
        Rule::new("get", "rbac.authorization.k8s.io", "clusterrolebindings"),
        Rule::new("get,create,update", "coordination.k8s.io", "leases"),
    ];
    world.sandbox.cluster.allow("dev", &rules).await.unwrap();
    let text = world.sandbox.cluster.kubeconfig(&User::Named("dev".to_owned())).unwrap();
    fs_err::write(world.sandbox.kubeconfig(), text).unwrap();
    let says = [
        "dev may not delete clusterrolebindings.rbac.authorization.k8s.io vault-token-reviewer-auth-delegator",
        "nor delete serviceaccounts vault-token-reviewer in openshift-gitops",
        "nor delete secrets gitops-repo in openshift-gitops",
        "nor delete configmaps bitiq-bootstrap in openshift-gitops",
        "nor delete leases.coordination.k8s.io bitiq-bootstrap in openshift-gitops",
    ];
    refused(&world, world.command(&["release", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_was_released_and_lives_on_is_handed_over_again() {
    let test = "a_cluster_that_was_released_and_lives_on_is_handed_over_again";
    let Some(world) = World::with_vault(test).await else { return };
    world.run(&["run", "demo"]).await.exits(0);
    world.run(&["release", "demo"]).await.exits(0);
    world.run(&["run", "demo"]).await.exits(0);
    let steps = world.steps();
    for step in ["vault-auth", "repo-creds", "record"] {
        assert_eq!(steps[step], "changed", "{step}");
    }
    assert_eq!(login(&world).await, 200);
}
