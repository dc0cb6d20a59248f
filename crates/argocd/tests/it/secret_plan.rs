use advice::Diagnostic as _;
use argocd::Owner;
use argocd::secret::{Desired, LoginRule, State, plan};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cluster_spec::RepoUrl;
use secret::RepoLogin;
use serde_json::{Map, Value, json};

pub const URL: &str = "https://git.example.com/org/gitops.git";
pub const LAST: &str = "kubectl.kubernetes.io/last-applied-configuration";

pub fn owner() -> Owner {
    Owner { cluster: "demo".into(), cluster_id: "id-1".into(), infra_id: Some("demo-x7k2p".into()) }
}

pub fn basic() -> RepoLogin {
    RepoLogin::Basic { username: "me".into(), password: "hunter22-new".into() }
}

pub fn key() -> RepoLogin {
    RepoLogin::SshKey { private_key: "hunter22-key".into() }
}

/// What is wanted, and what is there.
pub struct Case {
    pub url: RepoUrl,
    pub login: Option<RepoLogin>,
    pub rule: LoginRule,
    pub force: bool,
    pub state: State,
}

impl Case {
    pub fn new(login: Option<RepoLogin>, rule: LoginRule) -> Self {
        let state = State { namespace_exists: true, secret: None, secrets: Some(Vec::new()) };
        Self { url: RepoUrl::parse(URL).unwrap(), login, rule, force: false, state }
    }

    pub fn url(mut self, url: &str) -> Self {
        self.url = RepoUrl::parse(url).unwrap();
        self
    }

    fn with(mut self, secret: Value) -> Self {
        self.state.secret = Some(secret);
        self
    }

    fn beside(mut self, secret: Value) -> Self {
        self.state.secrets.get_or_insert_default().push(secret);
        self
    }

    pub fn desired<'a>(&'a self, owner: &'a Owner) -> Desired<'a> {
        Desired {
            namespace: "openshift-gitops",
            name: "gitops-repo",
            url: &self.url,
            login: self.login.as_ref(),
            origin: "Vault gitops/github/gitops-repo",
            rule: self.rule,
            owner,
            force: self.force,
        }
    }

    /// The plan in words, and everything it says held against the secrets.
    fn said(&self) -> String {
        let said = match plan(&self.desired(&owner()), &self.state) {
            Ok(changes) => {
                let mut lines: Vec<String> = changes
                    .describe()
                    .into_iter()
                    .flat_map(|change| {
                        std::iter::once(format!("{} {}", change.action.as_str(), change.object))
                            .chain(change.fields.into_iter().map(|field| format!("  {field}")))
                    })
                    .collect();
                if changes.is_empty() {
                    lines.push("nothing".into());
                }
                lines.extend(changes.warnings().iter().map(|warning| format!("warning: {warning}")));
                assert!(!format!("{changes:?}").contains("hunter22"));
                lines.join("\n")
            }
            Err(error) => format!("refused: {error}\nhint: {}", error.hint().unwrap_or_default()),
        };
        assert!(!said.contains("hunter22") && !said.contains("aHVudGVyMjI"), "{said}");
        said
    }
}

pub fn encoded(data: &[(&str, &str)]) -> Map<String, Value> {
    data.iter().map(|(key, value)| ((*key).to_owned(), STANDARD.encode(value).into())).collect()
}

/// The Secret as someone wrote it who is called `manager`.
fn there(manager: &str, operation: &str, data: &[(&str, &str)]) -> Value {
    let fields: Map<String, Value> = data.iter().map(|(key, _)| (format!("f:{key}"), json!({}))).collect();
    let mut owned = json!({"f:data": fields, "f:type": {},
        "f:metadata": {"f:labels": {"f:argocd.argoproj.io/secret-type": {}}}});
    let mut annotations = json!({});
    if operation == "Apply" {
        annotations = json!({"bitiq.io/cluster": "demo", "bitiq.io/cluster-id": "id-1", "bitiq.io/infra-id": "demo-x7k2p"});
        owned["f:metadata"]["f:annotations"] =
            json!({"f:bitiq.io/cluster": {}, "f:bitiq.io/cluster-id": {}, "f:bitiq.io/infra-id": {}});
    }
    json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": encoded(data), "metadata": {
        "name": "gitops-repo", "namespace": "openshift-gitops", "resourceVersion": "7", "annotations": annotations,
        "labels": {"argocd.argoproj.io/secret-type": "repository"},
        "managedFields": [{"manager": manager, "operation": operation, "fieldsV1": owned}]}})
}

/// What the script before us left.
fn by_kubectl(data: &[(&str, &str)]) -> Value {
    there("kubectl-client-side-apply", "Update", data)
}

fn by_us(data: &[(&str, &str)]) -> Value {
    there("bitiq-bootstrap", "Apply", data)
}

const OLD: [(&str, &str); 3] = [("url", URL), ("username", "old"), ("password", "hunter22-old")];
const OURS: [(&str, &str); 4] =
    [("type", "git"), ("url", URL), ("username", "me"), ("password", "hunter22-new")];

#[test]
fn a_new_one_is_created_with_every_key_argo_cd_documents() {
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Replace).said(), @r#"
    create Secret openshift-gitops/gitops-repo
      password (from Vault gitops/github/gitops-repo)
      type
      url
      username (from Vault gitops/github/gitops-repo)
      annotation bitiq.io/cluster
      annotation bitiq.io/cluster-id
      annotation bitiq.io/infra-id
      label argocd.argoproj.io/secret-type
      Secret type
    "#);
    insta::assert_snapshot!(Case::new(Some(key()), LoginRule::Fill).url("git@git.example.com:org/gitops").said(), @r#"
    create Secret openshift-gitops/gitops-repo
      sshPrivateKey (from Vault gitops/github/gitops-repo)
      type
      url
      annotation bitiq.io/cluster
      annotation bitiq.io/cluster-id
      annotation bitiq.io/infra-id
      label argocd.argoproj.io/secret-type
      Secret type
    "#);
}

#[test]
fn without_a_login_none_is_needed() {
    insta::assert_snapshot!(Case::new(None, LoginRule::Keep).said(), @"nothing");
}

#[test]
fn ssh_without_a_key_is_a_warning() {
    insta::assert_snapshot!(Case::new(None, LoginRule::Keep).url("git@git.example.com:org/gitops").said(), @r#"
    nothing
    warning: Argo CD has no key for git@git.example.com:org/gitops: put sshPrivateKey into Vault, it is written from there
    "#);
}

#[test]
fn a_login_that_another_secret_gives_is_not_copied() {
    let template =
        json!({"metadata": {"name": "org", "labels": {"argocd.argoproj.io/secret-type": "repo-creds"}}});
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Keep).beside(template).said(), @"nothing");
}

#[test]
fn our_own_is_unchanged_the_second_time() {
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Replace).with(by_us(&OURS)).said(), @"nothing");
}

#[test]
fn our_own_is_unchanged_when_its_own_login_was_used() {
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Keep).with(by_us(&OURS)).said(), @"nothing");
    insta::assert_snapshot!(Case::new(Some(key()), LoginRule::Fill).with(by_us(&OURS)).said(), @"nothing");
    insta::assert_snapshot!(Case::new(None, LoginRule::Keep).with(by_us(&OURS)).said(), @"nothing");
}

#[test]
fn a_new_login_from_vault_replaces_the_old_one() {
    let mut ours = OURS;
    ours[3].1 = "hunter22-old";
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Replace).with(by_us(&ours)).said(), @r#"
    update Secret openshift-gitops/gitops-repo
      password (from Vault gitops/github/gitops-repo)
    "#);
}

#[test]
fn a_login_from_the_git_helper_replaces_none_but_fills_an_empty_secret() {
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Fill).with(by_kubectl(&OLD)).said(), @r#"
    update Secret openshift-gitops/gitops-repo
      type
      annotation bitiq.io/cluster
      annotation bitiq.io/cluster-id
      annotation bitiq.io/infra-id
      url (taken over as it is)
      label argocd.argoproj.io/secret-type (taken over as it is)
      Secret type (taken over as it is)
    "#);
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Fill).with(by_kubectl(&OLD[..1])).said(), @r#"
    update Secret openshift-gitops/gitops-repo
      password (from Vault gitops/github/gitops-repo)
      type
      username (from Vault gitops/github/gitops-repo)
      annotation bitiq.io/cluster
      annotation bitiq.io/cluster-id
      annotation bitiq.io/infra-id
      url (taken over as it is)
      label argocd.argoproj.io/secret-type (taken over as it is)
      Secret type (taken over as it is)
    "#);
}

#[test]
fn what_the_old_script_left_is_taken_over_and_its_login_rotated() {
    let mut old = by_kubectl(&OLD);
    let copy = json!({"stringData": {"url": URL, "username": "old", "password": "hunter22-old"}});
    old["metadata"]["annotations"][LAST] = copy.to_string().into();
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Replace).with(old.clone()).said(), @r#"
    update Secret openshift-gitops/gitops-repo
      password (from Vault gitops/github/gitops-repo)
      type
      username (from Vault gitops/github/gitops-repo)
      annotation bitiq.io/cluster
      annotation bitiq.io/cluster-id
      annotation bitiq.io/infra-id
      url (taken over as it is)
      label argocd.argoproj.io/secret-type (taken over as it is)
      Secret type (taken over as it is)
      annotation kubectl.kubernetes.io/last-applied-configuration (removed)
    warning: the login of Secret openshift-gitops/gitops-repo lay open in its annotation kubectl.kubernetes.io/last-applied-configuration: rotate it, others may have seen it
    "#);
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Keep).with(old).said(), @r#"
    update Secret openshift-gitops/gitops-repo
      type
      annotation bitiq.io/cluster
      annotation bitiq.io/cluster-id
      annotation bitiq.io/infra-id
      url (taken over as it is)
      label argocd.argoproj.io/secret-type (taken over as it is)
      Secret type (taken over as it is)
      annotation kubectl.kubernetes.io/last-applied-configuration (removed)
    warning: the login of Secret openshift-gitops/gitops-repo lay open in its annotation kubectl.kubernetes.io/last-applied-configuration: rotate it, others may have seen it
    "#);
}

#[test]
fn a_copy_without_a_login_goes_without_a_warning() {
    let mut old = by_kubectl(&OLD[..1]);
    old["metadata"]["annotations"][LAST] = json!({"stringData": {"url": URL}}).to_string().into();
    insta::assert_snapshot!(Case::new(None, LoginRule::Keep).with(old).said(), @r#"
    update Secret openshift-gitops/gitops-repo
      type
      annotation bitiq.io/cluster
      annotation bitiq.io/cluster-id
      annotation bitiq.io/infra-id
      url (taken over as it is)
      label argocd.argoproj.io/secret-type (taken over as it is)
      Secret type (taken over as it is)
      annotation kubectl.kubernetes.io/last-applied-configuration (removed)
    "#);
}

#[test]
fn another_kind_of_login_takes_the_old_keys_away_and_leaves_what_is_no_login() {
    let data = [
        ("type", "git"),
        ("url", URL),
        ("username", "me"),
        ("password", "hunter22-old"),
        ("project", "mine"),
        ("tlsClientCertData", "pem"),
    ];
    insta::assert_snapshot!(Case::new(Some(key()), LoginRule::Replace).with(by_kubectl(&data)).said(), @r#"
    update Secret openshift-gitops/gitops-repo
      sshPrivateKey (from Vault gitops/github/gitops-repo)
      annotation bitiq.io/cluster
      annotation bitiq.io/cluster-id
      annotation bitiq.io/infra-id
      type (taken over as it is)
      url (taken over as it is)
      label argocd.argoproj.io/secret-type (taken over as it is)
      Secret type (taken over as it is)
      username (removed)
      password (removed)
    warning: Secret openshift-gitops/gitops-repo has the key project: Argo CD uses it for Applications of AppProject mine alone
    "#);
}

#[test]
fn a_url_that_argo_cd_takes_for_the_same_is_left() {
    let mut data = OURS;
    data[1].1 = "https://GIT.example.com/org/gitops";
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Replace).with(by_us(&data)).said(), @"nothing");
}

#[test]
fn another_url_is_set() {
    let mut data = OURS;
    data[1].1 = "https://git.example.com/org/old.git";
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Keep).with(by_us(&data)).said(), @r#"
    update Secret openshift-gitops/gitops-repo
      url
    "#);
}

#[test]
fn a_login_never_follows_the_url_to_another_host() {
    let mut data = OURS;
    data[1].1 = "https://old.example.com/org/gitops.git";
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Fill).with(by_us(&data)).said(), @r#"
    refused: write Secret openshift-gitops/gitops-repo: its login is for https://old.example.com/org/gitops.git, and must not be sent to https://git.example.com/org/gitops.git
    hint: give a login for the new host: GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault. Where the new host wants none, delete the Secret:
    oc --kubeconfig <kubeconfig> -n openshift-gitops delete secret gitops-repo
    "#);
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Replace).with(by_us(&data)).said(), @r#"
    update Secret openshift-gitops/gitops-repo
      url
    "#);
}

#[test]
fn a_login_kept_for_https_never_follows_the_url_to_plain_http() {
    let kept = |theirs: &'static str, ours: &str| {
        let mut data = OURS;
        data[1].1 = theirs;
        Case::new(None, LoginRule::Keep).url(ours).with(by_us(&data)).said()
    };
    insta::assert_snapshot!(kept("https://git.example.com/org/gitops.git", "http://git.example.com/org/gitops.git"), @r#"
    refused: write Secret openshift-gitops/gitops-repo: its login is for https://git.example.com/org/gitops.git, and must not be sent to http://git.example.com/org/gitops.git
    hint: write gitops.repo_url with https://, or give a login for this URL: GITOPS_REPO_USERNAME and GITOPS_REPO_PASSWORD, or Vault
    "#);
    let refused = |theirs, ours| kept(theirs, ours).starts_with("refused:");
    assert!(refused(
        "https://git.example.com:8443/org/gitops.git",
        "http://git.example.com:8443/org/gitops.git"
    ));
    assert!(refused("https://git.example.com/org/gitops.git", "https://git.example.com:8443/org/gitops.git"));
    assert!(!refused("http://git.example.com/org/gitops.git", "https://git.example.com/org/gitops.git"));
    assert!(!refused("http://git.example.com/org/old.git", "http://git.example.com/org/gitops.git"));
}

#[test]
fn a_login_that_an_operator_syncs_is_refused_unless_forced() {
    let mut case =
        Case::new(Some(basic()), LoginRule::Replace).with(there("external-secrets", "Update", &OLD));
    insta::assert_snapshot!(case.said(), @r#"
    refused: write Secret openshift-gitops/gitops-repo: external-secrets holds data.password, data.username
    hint: change it where that manager takes it from, or take the fields over with --force-conflicts
    "#);
    case.force = true;
    assert!(case.said().starts_with("update"), "{}", case.said());
}

#[test]
fn a_secret_with_another_clusters_name_is_refused() {
    let mut secret = by_us(&OURS);
    secret["metadata"]["annotations"]["bitiq.io/cluster"] = "other".into();
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Replace).with(secret).said(), @r#"
    refused: write Secret openshift-gitops/gitops-repo: it belongs to cluster other, and this is cluster demo
    hint: is this the right kubeconfig? If the cluster was renamed on purpose, delete that object first:
    oc --kubeconfig <kubeconfig> -n openshift-gitops delete secret gitops-repo
    "#);
}

#[test]
fn a_recreated_cluster_marks_it_anew() {
    let mut secret = by_us(&OURS);
    secret["metadata"]["annotations"]["bitiq.io/cluster-id"] = "id-0".into();
    insta::assert_snapshot!(Case::new(Some(basic()), LoginRule::Replace).with(secret).said(), @r#"
    update Secret openshift-gitops/gitops-repo
      annotation bitiq.io/cluster-id
    "#);
}

#[test]
fn a_secret_that_is_something_else_is_refused() {
    let case = |change: fn(&mut Value)| {
        let mut secret = by_kubectl(&OLD);
        change(&mut secret);
        Case::new(Some(basic()), LoginRule::Replace).with(secret).said()
    };
    insta::assert_snapshot!(case(|it| it["type"] = "kubernetes.io/basic-auth".into()), @r#"
    refused: write Secret openshift-gitops/gitops-repo: it is there with type kubernetes.io/basic-auth, which can't be changed in place
    hint: choose another name with GITOPS_REPO_SECRET_NAME, or delete it if nothing needs it:
    oc --kubeconfig <kubeconfig> -n openshift-gitops delete secret gitops-repo
    "#);
    insta::assert_snapshot!(case(|it| it["metadata"]["labels"] = json!({"argocd.argoproj.io/secret-type": "cluster"})), @r#"
    refused: write Secret openshift-gitops/gitops-repo: it is there, and to Argo CD it is a cluster, not a repository
    hint: choose another name with GITOPS_REPO_SECRET_NAME, or delete it if nothing needs it:
    oc --kubeconfig <kubeconfig> -n openshift-gitops delete secret gitops-repo
    "#);
    insta::assert_snapshot!(case(|it| {
        it["metadata"]["labels"] = json!({});
        it["metadata"]["ownerReferences"] = json!([{"kind": "ExternalSecret", "name": "x"}]);
    }), @r#"
    refused: write Secret openshift-gitops/gitops-repo: it is there, belongs to ExternalSecret x, and is no repository of Argo CD
    hint: choose another name with GITOPS_REPO_SECRET_NAME, or delete it if nothing needs it:
    oc --kubeconfig <kubeconfig> -n openshift-gitops delete secret gitops-repo
    "#);
    insta::assert_snapshot!(case(|it| it["data"]["type"] = STANDARD.encode("helm").into()), @r#"
    refused: write Secret openshift-gitops/gitops-repo: it is there for a repository of type helm, not git
    hint: choose another name with GITOPS_REPO_SECRET_NAME, or delete it if nothing needs it:
    oc --kubeconfig <kubeconfig> -n openshift-gitops delete secret gitops-repo
    "#);
    insta::assert_snapshot!(case(|it| it["immutable"] = true.into()), @r#"
    refused: write Secret openshift-gitops/gitops-repo: it is immutable, and data.password, data.type, data.username, metadata.annotations.bitiq.io/cluster, metadata.annotations.bitiq.io/cluster-id, metadata.annotations.bitiq.io/infra-id would have to change
    hint: delete it, it is made anew:
    oc --kubeconfig <kubeconfig> -n openshift-gitops delete secret gitops-repo
    "#);
}

#[test]
fn another_secret_for_the_same_url_is_a_warning_that_names_it() {
    let beside = |kind: &str, name: &str, url: &str| json!({"metadata": {"name": name, "labels": {"argocd.argoproj.io/secret-type": kind}}, "data": encoded(&[("url", url)])});
    let case = Case::new(Some(basic()), LoginRule::Replace)
        .with(by_us(&OURS))
        .beside(beside("repository", "gitops-repo", URL))
        .beside(beside("repository", "by-hand", "https://git.example.com/Org/gitops"))
        .beside(beside("repository", "charts", "https://git.example.com/org/charts"))
        .beside(beside("repo-creds", "org", "https://git.example.com/org"));
    insta::assert_snapshot!(case.said(), @r#"
    nothing
    warning: Secret openshift-gitops/by-hand is for https://git.example.com/org/gitops.git too: Argo CD may take either
    "#);
}

fn beside(kind: &str, name: &str, data: &[(&str, &str)]) -> Value {
    json!({"metadata": {"name": name, "labels": {"argocd.argoproj.io/secret-type": kind}}, "data": encoded(data)})
}

fn creds(name: &str, url: &str) -> Value {
    beside("repo-creds", name, &[("url", url), ("username", "me"), ("password", "hunter22")])
}

#[test]
fn a_repo_creds_secret_that_argo_cd_ignores_for_ours_is_told_with_what_to_do() {
    let mut synced = creds("gitops-repo-creds", "https://git.example.com/org");
    synced["metadata"]["ownerReferences"] =
        json!([{"kind": "VaultStaticSecret", "name": "gitops-repo-creds"}]);
    let case = Case::new(Some(basic()), LoginRule::Replace)
        .with(by_us(&OURS))
        .beside(creds("host", "https://git.example.com"))
        .beside(synced)
        .beside(creds("other", "https://git.example.com/other"));
    insta::assert_snapshot!(case.said(), @"
    nothing
    warning: Secret openshift-gitops/gitops-repo-creds (type repo-creds, kept by VaultStaticSecret gitops-repo-creds) is for https://git.example.com/org/gitops.git too, and Argo CD ignores it while Secret openshift-gitops/gitops-repo holds a login: a login that is rotated there does not reach Argo CD. After each rotation run `bitiq-bootstrap repo-creds <cluster>`; or let gitops-repo-creds alone give the login, with --credentials-from cluster from then on:
    oc --kubeconfig <kubeconfig> -n openshift-gitops delete secret gitops-repo
    ");
}

#[test]
fn a_repo_creds_secret_counts_where_ours_is_about_to_come_and_holds_a_login() {
    let first =
        Case::new(Some(basic()), LoginRule::Replace).beside(creds("org", "https://git.example.com/org"));
    assert!(
        first.said().contains("Argo CD ignores it while Secret openshift-gitops/gitops-repo holds a login")
    );
    let none = Case::new(None, LoginRule::Keep).beside(creds("org", "https://git.example.com/org"));
    assert_eq!(none.said(), "nothing");
    let without = by_us(&OURS[..2]);
    let bare =
        Case::new(None, LoginRule::Keep).with(without).beside(creds("org", "https://git.example.com/org"));
    assert!(!bare.said().contains("ignores"), "{}", bare.said());
}

#[test]
fn one_with_a_project_is_for_that_project_alone_and_two_of_two_projects_are_no_conflict() {
    fn with(project: &str) -> [(&str, &str); 4] {
        [("type", "git"), ("url", URL), ("password", "hunter22-new"), ("project", project)]
    }
    let case = |ours: &[(&str, &str)], theirs: &[(&str, &str)]| {
        let case = Case::new(None, LoginRule::Keep).with(there("bitiq-bootstrap", "Apply", ours));
        let said = case.beside(beside("repository", "theirs", theirs)).said();
        said.lines().filter(|line| line.starts_with("warning")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(case(&with("a"), &with("b")), @"warning: Secret openshift-gitops/gitops-repo has the key project: Argo CD uses it for Applications of AppProject a alone");
    insta::assert_snapshot!(case(&with("a"), &with("a")), @"
    warning: Secret openshift-gitops/gitops-repo has the key project: Argo CD uses it for Applications of AppProject a alone
    warning: Secret openshift-gitops/theirs is for https://git.example.com/org/gitops.git too: Argo CD may take either
    ");
    insta::assert_snapshot!(case(&OURS, &with("b")), @"warning: Secret openshift-gitops/theirs is for https://git.example.com/org/gitops.git too: Applications of AppProject b use its login, all others that of openshift-gitops/gitops-repo");
    insta::assert_snapshot!(case(&with("a"), &OURS), @"warning: Secret openshift-gitops/gitops-repo has the key project: Argo CD uses it for Applications of AppProject a alone");
}

#[test]
fn neighbours_that_may_not_be_listed_are_a_warning() {
    let mut case = Case::new(Some(basic()), LoginRule::Replace).with(by_us(&OURS));
    case.state.secrets = None;
    insta::assert_snapshot!(case.said(), @r#"
    nothing
    warning: the Secrets in openshift-gitops could not be listed: whether another one is for https://git.example.com/org/gitops.git is not known
    "#);
}
