use vault_access::{MountLookup, RolesLookup, Vault, VaultError};

use crate::fixture::{client, limited, root, shared};

async fn kind(vault: &Vault, mount: &str) -> String {
    match vault.auth_mount(mount).await.unwrap() {
        MountLookup::Found { kind, .. } => kind,
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_mount_is_seen_with_its_type_and_accessor() {
    if sandbox::vault_left_out("a_mount_is_seen_with_its_type_and_accessor") {
        return;
    }
    let found = root(shared()).auth_mount("auth/kubernetes/").await.unwrap();
    let MountLookup::Found { kind, accessor } = found else { panic!("{found:?}") };
    assert_eq!(kind, "kubernetes");
    assert!(accessor.is_some_and(|accessor| accessor.starts_with("auth_kubernetes_")));
    assert_eq!(super::mount::kind(&root(shared()), "token").await, "token");
}

#[tokio::test]
async fn who_sees_all_mounts_knows_that_there_is_none() {
    if sandbox::vault_left_out("who_sees_all_mounts_knows_that_there_is_none") {
        return;
    }
    assert_eq!(kind(&root(shared()), "nowhere").await, "Absent");
    assert_eq!(kind(&root(shared()), "kubernetes/below").await, "Absent");
}

#[tokio::test]
async fn a_right_below_the_mount_is_enough_to_see_it() {
    if sandbox::vault_left_out("a_right_below_the_mount_is_enough_to_see_it") {
        return;
    }
    let vault = limited(shared(), "path \"auth/kubernetes/config\" { capabilities = [\"update\"] }").await;
    assert_eq!(kind(&vault, "kubernetes").await, "kubernetes");
}

#[tokio::test]
async fn without_any_right_nothing_is_known() {
    if sandbox::vault_left_out("without_any_right_nothing_is_known") {
        return;
    }
    assert_eq!(
        kind(&limited(shared(), "path \"none\" { capabilities = [\"deny\"] }").await, "kubernetes").await,
        "Unknown"
    );
    assert_eq!(
        kind(&limited(shared(), "path \"none\" { capabilities = [\"deny\"] }").await, "nowhere").await,
        "Unknown"
    );
}

#[tokio::test]
async fn a_mount_that_leads_elsewhere_is_refused() {
    let error = client("http://127.0.0.1:1", "t").auth_mount("../sys/mounts").await.unwrap_err();
    insta::assert_snapshot!(error, @r#"the auth mount "../sys/mounts" can't be used: it may not hold . or .. as a part"#);
}

#[tokio::test]
async fn a_mount_that_is_disabled_is_gone_with_its_roles_and_the_second_time_nothing_happens() {
    let test = "a_mount_that_is_disabled_is_gone_with_its_roles_and_the_second_time_nothing_happens";
    if sandbox::vault_left_out(test) {
        return;
    }
    shared().enable_kubernetes("own").await.unwrap();
    let vault = root(shared());
    let roles = async || vault.kubernetes_roles("own").await.unwrap();
    assert_eq!(roles().await, RolesLookup::Found(vec![]));
    shared().kubernetes_role("own", "gitops", ("openshift-gitops", "default"), &["default"]).await.unwrap();
    assert_eq!(roles().await, RolesLookup::Found(vec!["gitops".to_owned()]));
    let limited = limited(shared(), "path \"none\" { capabilities = [\"deny\"] }").await;
    assert_eq!(limited.kubernetes_roles("own").await.unwrap(), RolesLookup::Denied);
    let error = limited.disable_auth_mount("own").await.unwrap_err();
    assert!(matches!(&error, VaultError::Denied { path, .. } if path == "sys/auth/own"), "{error}");
    assert!(vault.disable_auth_mount("own").await.unwrap());
    assert_eq!(kind(&vault, "own").await, "Absent");
    assert_eq!(roles().await, RolesLookup::Found(vec![]));
    vault.disable_auth_mount("own").await.unwrap();
}
