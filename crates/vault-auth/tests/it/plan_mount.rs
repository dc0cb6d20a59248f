use insta::assert_snapshot;
use serde_json::json;
use vault_access::{ConfigLookup, MountLookup};
use vault_auth::{Authority, Fingerprint, MountPlan, State, plan};

use crate::fixture::{CA, HOST, OTHER_CA, config, desired, empty, fresh, settled, told};

const ELSEWHERE: &str = "https://api.old.example.com:6443";

#[test]
fn a_mount_as_it_should_be_is_left_alone() {
    assert_snapshot!(told(&desired(), &settled()), @"unchanged");
}

#[test]
fn an_empty_mount_is_written() {
    assert_snapshot!(told(&fresh(), &empty()), @"
        create Namespace openshift-gitops
        create ServiceAccount openshift-gitops/vault-token-reviewer
        create Secret openshift-gitops/vault-token-reviewer
        create ClusterRoleBinding vault-token-reviewer-auth-delegator
        write Vault auth/kubernetes/config: kubernetes_host (https://api.demo.example.com:6443), kubernetes_ca_cert (from ConfigMap default/kube-root-ca.crt), token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)
    ");
}

#[test]
fn without_a_record_the_token_is_written_again() {
    assert_snapshot!(told(&fresh(), &settled()), @"write Vault auth/kubernetes/config: token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)");
}

#[test]
fn force_writes_whatever_the_fingerprint_says() {
    let forced = vault_auth::Desired { force: true, ..desired() };
    assert_snapshot!(told(&forced, &settled()), @"write Vault auth/kubernetes/config: token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)");
}

#[test]
fn another_fingerprint_in_the_record_writes_again() {
    let other =
        vault_auth::Desired { previous_fingerprint: Some(Fingerprint::from_record("abc")), ..desired() };
    assert_snapshot!(told(&other, &settled()), @"write Vault auth/kubernetes/config: token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)");
}

#[test]
fn a_reviewer_that_was_taken_out_is_written_again_whatever_is_remembered() {
    let ConfigLookup::Found(found) = config(HOST, CA, json!({})) else { unreachable!() };
    let said = |reviewer_set| {
        let config = ConfigLookup::Found(vault_access::KubernetesConfig { reviewer_set, ..found.clone() });
        told(&desired(), &State { config, ..settled() })
    };
    assert_snapshot!(said(Some(false)), @"write Vault auth/kubernetes/config: token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)");
    assert_snapshot!(said(Some(true)), @"unchanged");
}

#[test]
fn a_mount_made_anew_is_written_again() {
    let mount = MountLookup::Found { kind: "kubernetes".to_owned(), accessor: Some("auth_2".to_owned()) };
    assert_snapshot!(told(&desired(), &State { mount, ..settled() }), @"write Vault auth/kubernetes/config: token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)");
}

#[test]
fn the_same_host_written_otherwise_is_the_same() {
    let config = config("HTTPS://API.demo.example.com:6443/", CA, json!({}));
    assert_snapshot!(told(&desired(), &State { config, ..settled() }), @"unchanged");
}

#[test]
fn the_same_authority_written_otherwise_is_the_same() {
    let config = config(HOST, &CA.replace('\n', "\r\n"), json!({}));
    assert_snapshot!(told(&desired(), &State { config, ..settled() }), @"unchanged");
}

#[test]
fn another_api_servers_mount_is_refused_with_a_mount_of_its_own_to_use() {
    let state =
        State { config: config(ELSEWHERE, OTHER_CA, json!({})), other_host_answers: Some(true), ..settled() };
    assert_snapshot!(told(&desired(), &state), @"
        refused: Vault's auth mount kubernetes belongs to another API server, https://api.old.example.com:6443 (which still answers), not to https://api.demo.example.com:6443
        => if this cluster is to take the mount over, set VAULT_REPLACE_HOST=1; else use a mount of its own, named in the GitOps repository too (charts/argocd-apps/values.yaml, the cluster's environment: vaultRuntimeKubernetesMount: kubernetes-demo and vaultConfigMountPath: kubernetes-demo):
        vault auth enable -path=kubernetes-demo kubernetes
        export VAULT_K8S_AUTH_MOUNT=kubernetes-demo
    ");
}

#[test]
fn another_api_servers_mount_says_that_nobody_answers_there() {
    let state =
        State { config: config(ELSEWHERE, CA, json!({})), other_host_answers: Some(false), ..settled() };
    let told = told(&desired(), &state);
    assert_snapshot!(told.lines().next().unwrap(), @"refused: Vault's auth mount kubernetes belongs to another API server, https://api.old.example.com:6443 (which does not answer from here), not to https://api.demo.example.com:6443");
}

#[test]
fn another_api_servers_mount_is_taken_over_where_asked_for() {
    let others = json!({"issuer": "old", "pem_keys": ["k"], "disable_iss_validation": true});
    let state = State { config: config(ELSEWHERE, OTHER_CA, others), ..settled() };
    let replacing = vault_auth::Desired { replace_host: true, ..desired() };
    assert_snapshot!(told(&replacing, &state), @"
        write Vault auth/kubernetes/config: kubernetes_host (https://api.demo.example.com:6443, was https://api.old.example.com:6443), kubernetes_ca_cert (from ConfigMap default/kube-root-ca.crt), token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer), disable_iss_validation (kept), issuer (cleared: it was the old cluster's), pem_keys (cleared: it was the old cluster's)
        warning: auth/kubernetes is taken over from the API server https://api.old.example.com:6443, as asked for
    ");
}

#[test]
fn our_host_with_another_authority_is_a_recreate_and_carried_on_with() {
    let others = json!({"issuer": "old", "pem_keys": ["k"], "disable_local_ca_jwt": true});
    let state = State { config: config(HOST, OTHER_CA, others), ..settled() };
    assert_snapshot!(told(&desired(), &state), @"
        write Vault auth/kubernetes/config: kubernetes_ca_cert (from ConfigMap default/kube-root-ca.crt), token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer), disable_local_ca_jwt (kept), issuer (cleared: it was the old cluster's), pem_keys (cleared: it was the old cluster's)
        note: auth/kubernetes points at this API server, but its CA has no certificate in common with that of ConfigMap default/kube-root-ca.crt: the cluster was recreated, or its CA was replaced
    ");
}

#[test]
fn the_mount_tells_another_cluster_by_its_authority_and_the_binding_is_written_where_it_is_missing() {
    let of = |state: State| {
        let changes = vault_auth::plan(&desired(), &state).unwrap();
        (changes.mount_is_of_another_cluster(), changes.writes_binding())
    };
    assert_eq!(of(settled()), (false, false));
    assert_eq!(of(State { config: config(HOST, OTHER_CA, json!({})), ..settled() }), (true, false));
    assert_eq!(of(State { binding: None, ..settled() }), (false, true));
}

#[test]
fn another_cluster_id_clears_what_was_the_old_clusters_too() {
    let others = json!({"issuer": "old", "pem_keys": ["k"], "x": 1});
    let recreated = vault_auth::Desired { previous_cluster_id: Some("id-0".to_owned()), ..fresh() };
    assert_snapshot!(told(&recreated, &State { config: config(HOST, CA, others), ..settled() }), @"write Vault auth/kubernetes/config: token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer), x (kept), issuer (cleared: it was the old cluster's), pem_keys (cleared: it was the old cluster's)");
}

#[test]
fn every_other_field_goes_back_as_it_was() {
    let others = json!({
        "issuer": "me", "pem_keys": ["k"], "disable_iss_validation": true, "disable_local_ca_jwt": false,
        "use_annotations_as_alias_metadata": true, "invented_later": {"a": [1]}, "empty": "",
    });
    let state = State { config: config(HOST, CA, others.clone()), ..settled() };
    let changes = plan(&fresh(), &state).unwrap();
    let MountPlan::Write(write) = changes.mount() else { panic!("{:?}", changes.mount()) };
    assert_eq!(serde_json::Value::Object(write.others.clone()), others);
    assert_snapshot!(told(&fresh(), &state), @"write Vault auth/kubernetes/config: token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer), disable_iss_validation (kept), invented_later (kept), issuer (kept), pem_keys (kept), use_annotations_as_alias_metadata (kept)");
}

#[test]
fn cleared_fields_are_sent_empty() {
    let others = json!({"issuer": "old", "pem_keys": ["k"], "disable_iss_validation": true});
    let changes = plan(&desired(), &State { config: config(HOST, OTHER_CA, others), ..settled() }).unwrap();
    let MountPlan::Write(write) = changes.mount() else { panic!("{:?}", changes.mount()) };
    let sent = json!({"issuer": "", "pem_keys": [], "disable_iss_validation": true});
    assert_eq!(serde_json::Value::Object(write.others.clone()), sent);
}

#[test]
fn a_mount_without_a_host_belongs_to_nobody() {
    let state = State { config: config("", "", json!({})), ..settled() };
    assert_snapshot!(told(&desired(), &state), @"write Vault auth/kubernetes/config: kubernetes_host (https://api.demo.example.com:6443), kubernetes_ca_cert (from ConfigMap default/kube-root-ca.crt), token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)");
}

#[test]
fn a_token_that_may_not_read_writes_and_says_what_was_not_checked() {
    let state =
        State { config: ConfigLookup::Denied, capabilities: Some(vec!["update".to_owned()]), ..settled() };
    assert_snapshot!(told(&fresh(), &state), @r#"
        write Vault auth/kubernetes/config: kubernetes_host (https://api.demo.example.com:6443), kubernetes_ca_cert (from ConfigMap default/kube-root-ca.crt), token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)
        warning: the Vault token may not read auth/kubernetes/config: whose mount it is could not be checked, and what else it holds is reset by a write; add to a policy of the token: path "auth/kubernetes/config" { capabilities = ["read", "update"] }
    "#);
}

#[test]
fn a_token_that_may_not_read_goes_by_the_fingerprint() {
    let state =
        State { config: ConfigLookup::Denied, capabilities: Some(vec!["update".to_owned()]), ..settled() };
    assert!(plan(&desired(), &state).unwrap().is_empty());
}

#[test]
fn a_token_that_may_not_write_is_refused_with_the_line_of_policy() {
    let state = State { capabilities: Some(vec!["read".to_owned()]), ..empty() };
    assert_snapshot!(told(&fresh(), &state), @r#"
        refused: the Vault token may not update auth/kubernetes/config, only read
        => add to a policy of the token: path "auth/kubernetes/config" { capabilities = ["read", "update"] }
    "#);
}

#[test]
fn a_token_that_may_not_write_is_enough_where_nothing_is_to_be_written() {
    let state = State { capabilities: Some(vec!["read".to_owned()]), ..settled() };
    assert_snapshot!(told(&desired(), &state), @"unchanged");
}

#[test]
fn a_token_that_may_not_ask_what_it_may_tries() {
    assert!(plan(&fresh(), &State { capabilities: None, ..empty() }).is_ok());
}

#[test]
fn a_root_token_may_write() {
    assert!(plan(&fresh(), &State { capabilities: Some(vec!["root".to_owned()]), ..empty() }).is_ok());
}

#[test]
fn a_mount_that_is_not_there_is_refused_with_the_command_that_enables_it() {
    assert_snapshot!(told(&fresh(), &State { mount: MountLookup::Absent, config: ConfigLookup::NoMount, ..empty() }), @"
        refused: Vault has no auth mount kubernetes
        => vault auth enable -path=kubernetes kubernetes
    ");
}

#[test]
fn a_mount_of_another_type_is_refused() {
    let mount = MountLookup::Found { kind: "userpass".to_owned(), accessor: None };
    assert_snapshot!(told(&fresh(), &State { mount, config: ConfigLookup::OtherType, ..empty() }), @"
        refused: Vault's auth mount kubernetes is of type userpass, not kubernetes
        => use a mount of its own, named in the GitOps repository too (charts/argocd-apps/values.yaml, the cluster's environment: vaultRuntimeKubernetesMount: kubernetes-demo and vaultConfigMountPath: kubernetes-demo):
        vault auth enable -path=kubernetes-demo kubernetes
        export VAULT_K8S_AUTH_MOUNT=kubernetes-demo
    ");
}

#[test]
fn a_mount_whose_type_can_not_be_seen_shows_it_by_its_paths() {
    let state = State { mount: MountLookup::Unknown, config: ConfigLookup::OtherType, ..empty() };
    assert_snapshot!(told(&fresh(), &state).lines().next().unwrap(), @"refused: Vault's auth mount kubernetes is not of type kubernetes");
}

#[test]
fn a_mount_that_the_token_can_not_see_at_all_names_both_causes() {
    let state = State {
        mount: MountLookup::Unknown,
        config: ConfigLookup::Denied,
        capabilities: Some(vec!["deny".to_owned()]),
        ..empty()
    };
    assert_snapshot!(told(&fresh(), &state), @r#"
        refused: Vault has no auth mount kubernetes, or the token has no right at auth/kubernetes/config
        => add to a policy of the token: path "auth/kubernetes/config" { capabilities = ["read", "update"] }; or, where there is no such mount yet:
        vault auth enable -path=kubernetes kubernetes
    "#);
}

#[test]
fn an_authority_that_has_to_be_awaited_is_named() {
    assert_snapshot!(told(&fresh(), &State { authority: None, ..empty() }), @"
        create Namespace openshift-gitops
        create ServiceAccount openshift-gitops/vault-token-reviewer
        create Secret openshift-gitops/vault-token-reviewer
        create ClusterRoleBinding vault-token-reviewer-auth-delegator
        write Vault auth/kubernetes/config: kubernetes_host (https://api.demo.example.com:6443), kubernetes_ca_cert (from ConfigMap openshift-gitops/kube-root-ca.crt), token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)
    ");
}

#[test]
fn a_given_authority_is_named_by_its_variable() {
    let origin = "VAULT_KUBERNETES_CA_CERT".to_owned();
    let authority = Some(Authority { pem: OTHER_CA.to_owned(), origin });
    let given = vault_auth::Desired { ca_override: authority.clone(), ..desired() };
    let state = State { authority, ..settled() };
    assert_snapshot!(told(&given, &state), @"
        write Vault auth/kubernetes/config: kubernetes_ca_cert (from VAULT_KUBERNETES_CA_CERT), token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer)
        note: auth/kubernetes points at this API server, but its CA has no certificate in common with that of VAULT_KUBERNETES_CA_CERT: the cluster was recreated, or its CA was replaced
    ");
}

#[test]
fn what_was_given_and_can_not_be_is_refused_all_at_once() {
    let given = vault_auth::Desired {
        host: "api.demo".to_owned(),
        ca_override: Some(Authority {
            pem: "no certificate".to_owned(),
            origin: "VAULT_KUBERNETES_CA_CERT".to_owned(),
        }),
        ..fresh()
    };
    let state = State { mount: MountLookup::Absent, ..empty() };
    assert_snapshot!(told(&given, &state), @r#"
        refused: VAULT_KUBERNETES_HOST "api.demo" is not an https:// address
        => export VAULT_KUBERNETES_HOST=https://api.example.com:6443
        refused: VAULT_KUBERNETES_CA_CERT holds no certificate (PEM)
        => give a file with -----BEGIN CERTIFICATE----- in it, or unset it
        refused: Vault has no auth mount kubernetes
        => vault auth enable -path=kubernetes kubernetes
    "#);
}

#[test]
fn a_fingerprint_changes_with_each_of_its_parts_and_shows_none() {
    let (wanted, base) = (fresh(), settled());
    let other_authority = Some(Authority { pem: OTHER_CA.to_owned(), origin: "a test".to_owned() });
    let prints = [
        base.fingerprint(&wanted),
        State { vault_address: "https://b".to_owned(), ..base.clone() }.fingerprint(&wanted),
        State { vault_namespace: Some("team".to_owned()), ..base.clone() }.fingerprint(&wanted),
        State { mount: MountLookup::Unknown, ..base.clone() }.fingerprint(&wanted),
        State { authority: other_authority, ..base.clone() }.fingerprint(&wanted),
        base.fingerprint(&vault_auth::Desired { host: ELSEWHERE.to_owned(), ..fresh() }),
        base.fingerprint(&vault_auth::Desired { mount: "other".to_owned(), ..fresh() }),
    ];
    let texts: std::collections::BTreeSet<_> =
        prints.iter().flatten().map(|print| print.to_string()).collect();
    assert_eq!(texts.len(), prints.len());
    assert!(prints.iter().flatten().all(|print| print.as_str() == print.to_string()));
    assert!(
        texts.iter().all(|text| text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit())),
        "{texts:?}"
    );
}

#[test]
fn an_authority_that_can_not_be_read_is_no_recreate() {
    let others = json!({"issuer": "https://ours", "pem_keys": ["k"]});
    let garbage = Some(Authority { pem: "garbage".to_owned(), origin: "a test".to_owned() });
    for authority in [None, garbage] {
        let state = State { authority, config: config(HOST, CA, others.clone()), ..empty() };
        let told = told(&fresh(), &state);
        assert!(!told.contains("recreated") && told.contains("issuer (kept), pem_keys (kept)"), "{told}");
    }
}

#[test]
fn a_bundle_that_shares_a_certificate_was_renewed_and_clears_nothing() {
    let renewed = format!("{CA}{OTHER_CA}");
    let others = json!({"issuer": "https://ours", "pem_keys": ["k"]});
    let authority = Some(Authority { pem: renewed, origin: "ConfigMap a/kube-root-ca.crt".to_owned() });
    let state = State { config: config(HOST, CA, others), authority, ..settled() };
    assert_snapshot!(told(&desired(), &state), @"write Vault auth/kubernetes/config: kubernetes_ca_cert (from ConfigMap a/kube-root-ca.crt), token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer), issuer (kept), pem_keys (kept)");
    assert!(!plan(&desired(), &state).unwrap().mount_is_of_another_cluster());
}

/// A mount that checks the issuer `old`, taken over from another host under the same CA.
fn taken_over(issuer: Option<&str>) -> String {
    let others = json!({"issuer": "https://old", "pem_keys": ["k"], "disable_iss_validation": false});
    let issuer = issuer.map(str::to_owned);
    let state = State { config: config(ELSEWHERE, CA, others), issuer, ..settled() };
    told(&vault_auth::Desired { replace_host: true, ..desired() }, &state)
}

#[test]
fn a_mount_that_checks_the_issuer_gets_the_live_one() {
    assert_snapshot!(taken_over(Some("https://live")), @"
    write Vault auth/kubernetes/config: kubernetes_host (https://api.demo.example.com:6443, was https://api.old.example.com:6443), token_reviewer_jwt (from Secret openshift-gitops/vault-token-reviewer), issuer (https://live, was https://old), pem_keys (cleared: it was the old cluster's)
    warning: auth/kubernetes is taken over from the API server https://api.old.example.com:6443, as asked for
    ");
    let same = taken_over(Some("https://old"));
    assert!(same.contains("issuer (kept)") && !same.contains("issuer (cleared"), "{same}");
}

#[test]
fn an_issuer_stays_with_a_warning_while_the_live_one_is_not_known() {
    let told = taken_over(None);
    assert!(told.contains("issuer (kept), pem_keys (cleared"), "{told}");
    assert!(
        told.contains("warning: auth/kubernetes accepts tokens of the issuer \"https://old\" alone"),
        "{told}"
    );
}

#[test]
fn a_mount_that_was_given_back_and_checks_the_issuer_gets_the_live_one() {
    let others = json!({"issuer": "", "disable_iss_validation": false});
    let released = config(vault_auth::release::RELEASED_HOST, CA, others);
    let state = State { config: released, issuer: Some("https://live".to_owned()), ..settled() };
    let told = told(&fresh(), &state);
    assert!(told.contains("issuer (https://live)"), "{told}");
}

#[test]
fn a_token_that_may_not_read_writes_another_host_and_another_authority() {
    let blind =
        State { config: ConfigLookup::Denied, capabilities: Some(vec!["update".to_owned()]), ..settled() };
    let unchanged = |desired: &vault_auth::Desired, state: &State| plan(desired, state).unwrap().is_empty();
    assert!(unchanged(&desired(), &blind));
    let same_host = vault_auth::Desired { host: format!("{}/", HOST.to_uppercase()), ..desired() };
    assert!(unchanged(&same_host, &blind));
    let other_host = vault_auth::Desired { host: ELSEWHERE.to_owned(), ..desired() };
    assert!(!unchanged(&other_host, &blind));
    let authority = |pem: &str| Some(Authority { pem: pem.to_owned(), origin: "a test".to_owned() });
    let again = State { authority: authority(&format!("# a comment\n{CA}{CA}")), ..blind.clone() };
    assert!(unchanged(&desired(), &again));
    let renewed = State { authority: authority(&format!("{CA}{OTHER_CA}")), ..blind.clone() };
    assert!(!unchanged(&desired(), &renewed));
}
