use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;

const URL: &str = "https://git.corp.example/org/gitops.git";

/// A cluster with a proxy and an authority of its own, and an Argo CD that was given neither.
fn state() -> State {
    State {
        proxy: Some(json!({
            "spec": {"trustedCA": {"name": "user-ca-bundle"}},
            "status": {"httpsProxy": "http://user:hunter2hunter2@proxy.corp:3128", "noProxy": ".cluster.local,.svc"}})),
        instances: vec![json!({"spec": {"repo": {}}})],
        repo_servers: vec![json!({"spec": {"template": {"spec": {"containers": [{"name": "x"}]}}}})],
        certificates: Some(json!({"data": {}})),
    }
}

fn said(state: &State, url: &str, secrets: &[Value]) -> Vec<String> {
    let lacking = lacks(state, "argo", &RepoUrl::parse(url).unwrap(), secrets);
    lacking.iter().map(ToString::to_string).collect()
}

/// Which of the two are lacking.
#[track_caller]
fn check(state: &State, url: &str, secrets: &[Value], expect: &[&str]) {
    let said = said(state, url, secrets);
    let short = |said: &String| if said.contains("through a proxy") { "proxy" } else { "authority" };
    assert_eq!(said.iter().map(short).collect::<Vec<_>>(), expect, "{said:?}");
    assert!(!said.iter().any(|said| said.contains("hunter2")), "a login is shown: {said:?}");
}

fn with(change: impl Fn(&mut State)) -> State {
    let mut state = state();
    change(&mut state);
    state
}

#[test]
fn both_are_pointed_out_with_what_to_do() {
    check(&state(), URL, &[], &["proxy", "authority"]);
    let said = said(&state(), URL, &[]).join("\n");
    insta::assert_snapshot!(said, @r#"
    the cluster reaches git.corp.example through a proxy (Proxy/cluster, httpsProxy), and Argo CD was not given one: neither its repo-server has HTTPS_PROXY, nor spec.repo.env of the ArgoCD resource, nor the repository Secret a key `proxy`:
    oc --kubeconfig <kubeconfig> -n argo patch secret gitops-repo --type merge -p "{\"stringData\":{\"proxy\":\"$(oc --kubeconfig <kubeconfig> get proxy cluster -o jsonpath='{.status.httpsProxy}')\"}}"
    the cluster trusts an authority of its own (ConfigMap openshift-config/user-ca-bundle, by Proxy/cluster), and Argo CD does not: argocd-tls-certs-cm has no key git.corp.example, and the ArgoCD resource neither spec.repo.volumes for it nor spec.repo.systemCATrust. Where the certificate of git.corp.example is signed by it:
    oc --kubeconfig <kubeconfig> -n openshift-config get configmap user-ca-bundle -o jsonpath='{.data.ca-bundle\.crt}' >ca.pem && oc --kubeconfig <kubeconfig> -n argo set data configmap/argocd-tls-certs-cm --from-file=git.corp.example=ca.pem
    "#);
}

#[test]
fn without_openshift_without_argo_cd_and_without_https_nothing_is_said() {
    check(&with(|it| it.proxy = None), URL, &[], &[]);
    check(&with(|it| (it.instances, it.repo_servers) = (vec![], vec![])), URL, &[], &[]);
    check(&state(), "git@git.corp.example:org/gitops.git", &[], &[]);
}

#[test]
fn a_host_that_the_proxy_is_not_for_needs_none() {
    let exempt = with(|it| it.proxy.as_mut().unwrap()["status"]["noProxy"] = json!(".svc,.corp.example"));
    check(&exempt, URL, &[], &["authority"]);
    check(&with(|it| it.proxy.as_mut().unwrap()["status"] = json!({})), URL, &[], &["authority"]);
}

#[test]
fn a_proxy_that_the_repo_server_has_is_not_lacking() {
    let variable = json!([{"name": "HTTPS_PROXY", "value": "http://proxy.corp:3128"}]);
    let running =
        with(|it| it.repo_servers[0]["spec"]["template"]["spec"]["containers"][0]["env"] = variable.clone());
    check(&running, URL, &[], &["authority"]);
    check(&with(|it| it.instances[0]["spec"]["repo"]["env"] = variable.clone()), URL, &[], &["authority"]);
    let empty = json!([{"name": "HTTPS_PROXY", "value": ""}]);
    check(
        &with(|it| it.instances[0]["spec"]["repo"]["env"] = empty.clone()),
        URL,
        &[],
        &["proxy", "authority"],
    );
}

#[test]
fn what_the_repository_secret_says_itself_is_not_lacking() {
    let secret = |key: &str, url: &str| json!({"metadata": {"name": "own"}, "data": {"url": STANDARD.encode(url), key: STANDARD.encode("true")}});
    check(&state(), URL, &[secret("proxy", URL)], &["authority"]);
    check(&state(), URL, &[secret("insecure", URL)], &["proxy"]);
    check(&state(), URL, &[secret("proxy", "https://elsewhere.example/x.git")], &["proxy", "authority"]);
}

#[test]
fn an_authority_in_any_of_its_places_is_not_lacking() {
    check(
        &with(|it| it.certificates = Some(json!({"data": {"git.corp.example": "PEM"}}))),
        URL,
        &[],
        &["proxy"],
    );
    check(
        &with(|it| it.certificates = Some(json!({"data": {"other.example": "PEM"}}))),
        URL,
        &[],
        &["proxy", "authority"],
    );
    let trust = json!({"configMaps": [{"name": "trusted"}]});
    check(&with(|it| it.instances[0]["spec"]["repo"]["systemCATrust"] = trust.clone()), URL, &[], &["proxy"]);
    let none = json!({"dropImageCertificates": false, "configMaps": []});
    check(
        &with(|it| it.instances[0]["spec"]["repo"]["systemCATrust"] = none.clone()),
        URL,
        &[],
        &["proxy", "authority"],
    );
    let mount = json!([{"name": "ca", "mountPath": "/etc/pki/ca-trust/extracted/pem"}]);
    check(&with(|it| it.instances[0]["spec"]["repo"]["volumeMounts"] = mount.clone()), URL, &[], &["proxy"]);
    let other = json!([{"name": "plugins", "mountPath": "/plugins/cmp-server"}]);
    check(
        &with(|it| it.instances[0]["spec"]["repo"]["volumeMounts"] = other.clone()),
        URL,
        &[],
        &["proxy", "authority"],
    );
}

#[test]
fn a_cluster_without_an_authority_of_its_own_has_none_to_give() {
    check(
        &with(|it| it.proxy.as_mut().unwrap()["spec"] = json!({"trustedCA": {"name": ""}})),
        URL,
        &[],
        &["proxy"],
    );
}

#[test]
fn a_name_of_the_cluster_runs_nothing_when_the_hint_is_pasted() {
    let name = "x;touch\nPWNED";
    let state = with(|it| it.proxy.as_mut().unwrap()["spec"]["trustedCA"]["name"] = json!(name));
    let said = said(&state, URL, &[]).join("\n");
    assert!(said.contains("(ConfigMap openshift-config/x;touch PWNED, by Proxy/cluster)"), "{said}");
    assert!(said.contains("-n openshift-config get configmap 'x;touch PWNED' -o jsonpath"), "{said}");
}
