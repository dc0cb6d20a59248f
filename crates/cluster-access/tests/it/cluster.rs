use std::time::Duration;

use cluster_access::{
    AccessError, Cluster, Domain, Domains, Kubeconfig, Network, ObjectRef, Right, TlsProblem, connect,
    domains, get, identify, list, may, may_bind,
};
use sandbox::cluster::{self, Options, Rule, User};
use serde_json::json;

use crate::kubeconfig::Folder;
use crate::server::Pki;

/// The sandbox's cluster: the real programs where `KUBEBUILDER_ASSETS` names them, else the double.
#[expect(clippy::disallowed_methods, reason = "which cluster the tests run against is the tester's choice")]
pub async fn start() -> cluster::Cluster {
    rustls::crypto::ring::default_provider().install_default().ok();
    let assets = std::env::var_os("KUBEBUILDER_ASSETS").map(Into::into);
    cluster::Cluster::start(Options { assets }).await.unwrap()
}

pub async fn connected(cluster: &cluster::Cluster, user: &User) -> Cluster {
    let folder = Folder::with(cluster.kubeconfig(user).unwrap());
    connect(&folder.read(), &Network::default(), Duration::from_secs(20), &[]).await.unwrap()
}

fn named(name: &str) -> User {
    User::Named(name.into())
}

#[tokio::test]
async fn a_client_certificate_and_a_token_are_told_who_they_are() {
    let sandbox = start().await;
    let admin = identify(&connected(&sandbox, &User::Admin).await).await.unwrap();
    assert_eq!(admin.user, "kubernetes-admin");
    assert!(admin.groups.contains(&"system:masters".to_owned()), "{admin:?}");
    assert!(admin.version.starts_with('v') && !admin.is_openshift && admin.infra_id.is_none(), "{admin:?}");
    let token = identify(&connected(&sandbox, &User::AdminToken).await).await.unwrap();
    assert_eq!((token.user.as_str(), &token.cluster_id), ("token-admin", &admin.cluster_id));
    let agents = sandbox.requests().into_iter().map(|request| request.user_agent);
    assert!(agents.into_iter().all(|agent| agent.starts_with("bitiq-bootstrap/")));
    let path = "/api/v1/namespaces/kube-system";
    assert_eq!(sandbox.object(path).await.unwrap().unwrap()["metadata"]["uid"], admin.cluster_id.as_str());
}

/// One of the kinds by which OpenShift describes itself, and its one object.
async fn describe(sandbox: &cluster::Cluster, kind: &str, object: serde_json::Value) {
    describe_as(sandbox, kind, &format!("{}s", kind.to_lowercase()), object).await;
}

/// The same where the plural is not made by an `s`.
async fn describe_as(sandbox: &cluster::Cluster, kind: &str, plural: &str, object: serde_json::Value) {
    let singular = kind.to_lowercase();
    let approved = json!({"api-approved.kubernetes.io": "https://github.com/openshift/api/pull/470"});
    let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.config.openshift.io"), "annotations": approved},
        "spec": {
            "group": "config.openshift.io", "scope": "Cluster",
            "names": {"plural": plural, "singular": singular, "kind": kind},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}],
        },
    });
    sandbox.put(&definition).await.unwrap();
    sandbox.put(&object).await.unwrap();
}

#[tokio::test]
async fn openshift_is_known_by_its_cluster_version() {
    let sandbox = start().await;
    let one = |kind: &str, name: &str| json!({"apiVersion": "config.openshift.io/v1", "kind": kind, "metadata": {"name": name}});
    let mut version = one("ClusterVersion", "version");
    version["spec"] = json!({"clusterID": "4c1b6b7e-0000-4000-8000-5ad1f2a3b4c5"});
    describe(&sandbox, "ClusterVersion", version).await;
    let mut infrastructure = one("Infrastructure", "cluster");
    infrastructure["status"] = json!({"infrastructureName": "demo-x7k2p"});
    describe(&sandbox, "Infrastructure", infrastructure).await;
    let identity = identify(&connected(&sandbox, &User::Admin).await).await.unwrap();
    assert!(identity.is_openshift);
    assert_eq!(identity.cluster_id, "4c1b6b7e-0000-4000-8000-5ad1f2a3b4c5");
    assert_eq!(identity.infra_id.as_deref(), Some("demo-x7k2p"));
}

#[tokio::test]
async fn an_openshift_cluster_names_its_domains_where_it_has_them_and_we_may_read_them() {
    let sandbox = start().await;
    let admin = connected(&sandbox, &User::Admin).await;
    assert_eq!(domains(&admin).await.unwrap(), both(Domain::Absent), "no such kinds");
    let one = |kind: &str, spec: serde_json::Value| json!({"apiVersion": "config.openshift.io/v1", "kind": kind, "metadata": {"name": "cluster"}, "spec": spec});
    describe_as(&sandbox, "DNS", "dnses", one("DNS", json!({"baseDomain": "Demo.Example.Test."}))).await;
    describe_as(&sandbox, "Ingress", "ingresses", one("Ingress", json!({"domain": ""}))).await;
    let known = Domain::Known("demo.example.test".into());
    assert_eq!(domains(&admin).await.unwrap(), Domains { cluster: known, ingress: Domain::Absent });
    let nobody = connected(&sandbox, &named("nobody")).await;
    assert_eq!(domains(&nobody).await.unwrap(), both(Domain::Denied));
}

fn both(domain: Domain) -> Domains {
    Domains { cluster: domain.clone(), ingress: domain }
}

#[tokio::test]
async fn a_wrong_token_is_unauthorized_and_not_shown() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Token("hunter22hunter22".into())).await;
    let error = identify(&cluster).await.unwrap_err().to_string();
    let said = error.replace(&sandbox.server(), "SERVER");
    assert!(said.ends_with("SERVER does not accept the login of the kubeconfig (401): a token"), "{said}");
}

#[tokio::test]
async fn an_expired_client_certificate_is_told_from_a_refused_one() {
    let sandbox = start().await;
    let error = identify(&connected(&sandbox, &User::Expired).await).await.unwrap_err();
    let told = matches!(&error, AccessError::Unauthorized { login, .. } if login.contains("valid until 20"))
        || matches!(&error, AccessError::ClientCertificateRefused { valid_until: Some(_), .. });
    assert!(told, "{error}");
}

#[tokio::test]
async fn what_is_forbidden_names_who_and_what() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &named("nobody")).await;
    let error = get(&cluster, &ObjectRef::secret("default", "it")).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"read Secret default/it: not allowed (403): secrets "it" is forbidden: User "nobody" cannot get resource "secrets" in API group "" in the namespace "default""#);
}

#[tokio::test]
async fn rights_are_asked_for_side_by_side_and_answered_in_order() {
    let sandbox = start().await;
    sandbox
        .allow("dev", &[Rule::new("get,patch", "", "secrets").within("default").named("it")])
        .await
        .unwrap();
    let cluster = connected(&sandbox, &named("dev")).await;
    let (it, other) = (ObjectRef::secret("default", "it"), ObjectRef::secret("default", "other"));
    let rights =
        [Right::on("get", &it), Right::on("get", &other), Right::on("patch", &it), Right::on("create", &it)];
    let answers = may(&cluster, &rights).await.unwrap();
    let allowed: Vec<bool> = answers.iter().map(|answer| answer.allowed).collect();
    assert_eq!(allowed, [true, false, true, false]);
    assert_eq!(answers[1].right, rights[1]);
}

#[tokio::test]
async fn binding_a_role_takes_bind_or_all_of_its_rights() {
    let sandbox = start().await;
    let rbac = "rbac.authorization.k8s.io";
    let tokens = Rule::new("create", "authentication.k8s.io", "tokenreviews");
    let access = Rule::new("create", "authorization.k8s.io", "subjectaccessreviews");
    let read = Rule::new("get", rbac, "clusterroles");
    let bind = Rule::new("bind", rbac, "clusterroles").named("system:auth-delegator");
    sandbox.allow("binder", &[bind]).await.unwrap();
    sandbox.allow("holder", &[tokens.clone(), access, read]).await.unwrap();
    sandbox.allow("half", &[tokens]).await.unwrap();
    for (user, expect) in [("binder", true), ("holder", true), ("half", false), ("nobody", false)] {
        let cluster = connected(&sandbox, &named(user)).await;
        let answer = may_bind(&cluster, "system:auth-delegator").await.unwrap();
        assert_eq!(answer.allowed, expect, "{user}: {answer:?}");
    }
    let answer = may_bind(&connected(&sandbox, &named("half")).await, "system:auth-delegator").await.unwrap();
    insta::assert_snapshot!(answer.reason.unwrap_or_default(), @"neither this nor all that it grants: create subjectaccessreviews.authorization.k8s.io");
}

#[tokio::test]
async fn what_is_not_there_is_none_and_a_kind_that_is_not_there_is_said() {
    let sandbox = start().await;
    let cluster = connected(&sandbox, &User::Admin).await;
    assert_eq!(get(&cluster, &ObjectRef::secret("default", "no")).await.unwrap(), None);
    assert!(list(&cluster, &ObjectRef::secret("no-such-namespace", ""), None).await.unwrap().is_empty());
    let kind = ObjectRef::namespaced("argoproj.io/v1alpha1", "Application", "applications", "default", "");
    let error = list(&cluster, &kind, None).await.unwrap_err();
    assert!(matches!(error, AccessError::NoSuchKind { .. }), "{error}");
    insta::assert_snapshot!(error, @"list Application default/*: the cluster has no kind Application (argoproj.io/v1alpha1)");
}

#[tokio::test]
async fn a_list_knows_its_kind_and_its_labels() {
    let sandbox = start().await;
    for (name, label) in [("one", "repository"), ("two", "repo-creds"), ("three", "cluster")] {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata":
            {"name": name, "namespace": "default", "labels": {"argocd.argoproj.io/secret-type": label}}});
        sandbox.put(&secret).await.unwrap();
    }
    let cluster = connected(&sandbox, &User::Admin).await;
    let labels = "argocd.argoproj.io/secret-type in (repository,repo-creds)";
    let found = list(&cluster, &ObjectRef::secret("default", ""), Some(labels)).await.unwrap();
    let names: Vec<_> =
        found.iter().map(|it| (it["kind"].as_str(), it["metadata"]["name"].as_str())).collect();
    assert_eq!(names, [(Some("Secret"), Some("one")), (Some("Secret"), Some("two"))]);
}

#[tokio::test]
async fn a_recreated_cluster_is_a_foreign_authority() {
    let sandbox = start().await;
    if sandbox.is_real() {
        return eprintln!("left out against the real programs: they are not made anew");
    }
    let folder = Folder::with(sandbox.kubeconfig(&User::Admin).unwrap());
    sandbox.recreate().await.unwrap();
    let cluster = connect(&folder.read(), &Network::default(), Duration::from_secs(5), &[]).await.unwrap();
    let mut error = identify(&cluster).await.unwrap_err();
    // Who comes at the very moment of the change is hung up on.
    while matches!(error, AccessError::Connection { .. }) {
        error = identify(&cluster).await.unwrap_err();
    }
    assert!(
        matches!(error, AccessError::Tls { problem: TlsProblem::UnknownAuthority { .. }, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_way_made_for_somebody_else_has_their_token_and_authority_alone() {
    let sandbox = start().await;
    let token = sandbox.admin_token().into();
    let way = |ca: &str| Kubeconfig::with_token(&sandbox.server(), ca, &token);
    let limit = Duration::from_secs(20);
    let cluster = connect(&way(&sandbox.ca_pem()), &Network::default(), limit, &[]).await.unwrap();
    assert_eq!(identify(&cluster).await.unwrap().user, "token-admin");
    for foreign in [Pki::new("other").pem(), String::new(), "no PEM".into()] {
        let cluster = connect(&way(&foreign), &Network::default(), limit, &[]).await.unwrap();
        let error = identify(&cluster).await.unwrap_err();
        assert!(
            matches!(error, AccessError::Tls { problem: TlsProblem::UnknownAuthority { .. }, .. }),
            "{foreign}: {error}"
        );
    }
}
