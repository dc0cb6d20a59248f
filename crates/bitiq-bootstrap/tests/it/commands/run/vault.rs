//! A Vault that can't be used, each reason told apart, and nothing written.

use sandbox::faults::Fault;
use serde_json::json;

use crate::support::assert::{refused, writes};
use crate::support::other_host::Elsewhere;
use crate::support::sandbox::{World, vault};

/// `run demo` with these variables is refused, and says this.
async fn check(world: &World, env: &[(&str, &str)], says: &[&str]) {
    let mut run = world.command(&["run", "demo"]);
    for (name, value) in env {
        run = run.env(name, value);
    }
    refused(world, run, says).await.never_says(&["failed to Vault", "failed to the"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_vault_is_told_with_the_command_that_opens_it() {
    let Some(world) = World::with_vault("a_sealed_vault_is_told_with_the_command_that_opens_it").await else {
        return;
    };
    vault(&world).seal().await.unwrap();
    let address = vault(&world).tls_address();
    check(&world, &[], &["is sealed", &format!("vault operator unseal -address={address}")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_vault_does_not_know_is_told_with_the_command_for_a_new_one() {
    let Some(world) =
        World::with_vault("a_token_that_vault_does_not_know_is_told_with_the_command_for_a_new_one").await
    else {
        return;
    };
    let wrong = "s.nobodyKnowsThisToken00";
    let run = world.command(&["run", "demo"]).env("VAULT_TOKEN", wrong).secret(wrong);
    refused(&world, run, &["token", "unset VAULT_TOKEN; vault login -address=", "&& export VAULT_TOKEN="])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_the_right_to_write_the_mount_is_told_the_policy_it_lacks() {
    let Some(world) =
        World::with_vault("a_token_without_the_right_to_write_the_mount_is_told_the_policy_it_lacks").await
    else {
        return;
    };
    let policy = "path \"gitops/data/*\" { capabilities = [\"read\"] }\n\
                  path \"auth/kubernetes/config\" { capabilities = [\"read\"] }";
    let token = vault(&world).create_token(policy).await.unwrap();
    let says = [
        "may not update auth/kubernetes/config, only read",
        "add to a policy of the token: path \"auth/kubernetes/config\" { capabilities = [\"read\", \"update\"] }",
    ];
    check(&world, &[("VAULT_TOKEN", &token)], &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mount_that_is_not_there_is_told_with_the_command_that_enables_it() {
    let Some(world) =
        World::with_vault("a_mount_that_is_not_there_is_told_with_the_command_that_enables_it").await
    else {
        return;
    };
    let says = ["Vault has no auth mount nowhere", "vault auth enable -path=nowhere kubernetes"];
    check(&world, &[("VAULT_K8S_AUTH_MOUNT", "nowhere")], &says).await;
    // A token that may not look can't tell a missing mount from one that is kept from it: both are named.
    let token =
        vault(&world).create_token("path \"gitops/data/*\" { capabilities = [\"read\"] }").await.unwrap();
    let says = ["nowhere", "vault auth enable -path=nowhere kubernetes", "policy of the token"];
    check(&world, &[("VAULT_K8S_AUTH_MOUNT", "nowhere"), ("VAULT_TOKEN", &token)], &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mount_of_another_type_is_told_with_the_command_for_one_of_its_own() {
    let Some(world) =
        World::with_vault("a_mount_of_another_type_is_told_with_the_command_for_one_of_its_own").await
    else {
        return;
    };
    vault(&world).api("POST", "sys/auth/people", Some(json!({"type": "userpass"}))).await.unwrap();
    let says = [
        "auth mount people is of type userpass, not kubernetes",
        "vault auth enable -path=kubernetes-demo kubernetes",
        "export VAULT_K8S_AUTH_MOUNT=kubernetes-demo",
    ];
    check(&world, &[("VAULT_K8S_AUTH_MOUNT", "people")], &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_clusters_mount_is_refused_and_taken_over_only_when_told_to() {
    let Some(world) =
        World::with_vault("another_clusters_mount_is_refused_and_taken_over_only_when_told_to").await
    else {
        return;
    };
    let theirs = json!({"kubernetes_host": "https://127.0.0.1:1", "kubernetes_ca_cert": world.sandbox.cluster.ca_pem()});
    vault(&world).api("POST", "auth/kubernetes/config", Some(theirs)).await.unwrap();
    let says = [
        "belongs to another API server, https://127.0.0.1:1 (which does not answer from here)",
        "vault auth enable -path=kubernetes-demo kubernetes",
        "vaultRuntimeKubernetesMount: kubernetes-demo",
        "VAULT_REPLACE_HOST=1",
    ];
    check(&world, &[], &says).await;
    let run = world.command(&["run", "demo"]).env("VAULT_REPLACE_HOST", "1");
    run.ran().await.exits(0).says(&["taken over from the API server https://127.0.0.1:1"]);
    let config = vault(&world).api("GET", "auth/kubernetes/config", None).await.unwrap();
    assert_eq!(config["data"]["kubernetes_host"], json!(world.sandbox.cluster.server()));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_cluster_that_still_answers_is_said_to() {
    let Some(world) = World::with_vault("another_cluster_that_still_answers_is_said_to").await else {
        return;
    };
    let other = World::without_vault().await;
    let theirs = json!({"kubernetes_host": other.sandbox.cluster.server(), "kubernetes_ca_cert": other.sandbox.cluster.ca_pem()});
    vault(&world).api("POST", "auth/kubernetes/config", Some(theirs)).await.unwrap();
    check(&world, &[], &["VAULT-038"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_went_wrong_on_their_way_are_named_before_anything_is_sent() {
    let Some(world) =
        World::with_vault("settings_that_went_wrong_on_their_way_are_named_before_anything_is_sent").await
    else {
        return;
    };
    let broken = "s.aTokenWithA\nlineBreak";
    check(&world, &[("VAULT_TOKEN", broken)], &["VAULT-002", "VAULT_TOKEN"]).await;
    check(&world, &[("VAULT_NAMESPACE", "team\nproject")], &["VAULT-003", "VAULT_NAMESPACE"]).await;
    for none in ["vault.example.com:8200", "https://", "ftp://vault", "https://vault example"] {
        check(&world, &[("VAULT_ADDR", none)], &["VAULT_ADDR", "export VAULT_ADDR=https://"]).await;
    }
    assert_eq!(vault(&world).requests(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_out_of_reach_is_told_with_a_way_to_try_it() {
    let Some(world) = World::with_vault("a_vault_out_of_reach_is_told_with_a_way_to_try_it").await else {
        return;
    };
    let says =
        ["Vault at https://127.0.0.1:1 can't be reached", "curl -sSk https://127.0.0.1:1/v1/sys/health"];
    check(&world, &[("VAULT_ADDR", "https://127.0.0.1:1")], &says).await;
    vault(&world).faults().add(Fault::status(200, "<html>a portal</html>"));
    check(&world, &[], &["VAULT-024", "VAULT_ADDR"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_redirects_is_not_followed_with_the_token() {
    let Some(world) = World::with_vault("a_vault_that_redirects_is_not_followed_with_the_token").await else {
        return;
    };
    let elsewhere = Elsewhere::listen().await;
    // at once; where the token first goes; where the login is; where the mount is
    for part in ["/v1/", "lookup-self", "/v1/gitops/", "auth/kubernetes/config"] {
        vault(&world).faults().clear();
        vault(&world).faults().add(Fault::redirect(&elsewhere.url).contains(part));
        check(&world, &[], &[&format!("redirects to {}", elsewhere.url), "export VAULT_ADDR="]).await;
    }
    assert_eq!(elsewhere.visitors(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_of_several_systems_are_told_at_once() {
    let Some(world) = World::with_vault("failures_of_several_systems_are_told_at_once").await else {
        return;
    };
    vault(&world).seal().await.unwrap();
    fs_err::write(world.sandbox.kubeconfig(), "").unwrap();
    let run = world.command(&["run", "demo"]).env("BITIQ_BOOTSTRAP_REQUIRE_TOOL", "no-such-tool");
    run.ran().await.exits(3).says(&["is sealed", "no-such-tool", "kubeconfig"]);
    assert_eq!(writes(&world), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_of_an_unknown_authority_is_told_with_the_setting_that_names_it() {
    let test = "a_vault_of_an_unknown_authority_is_told_with_the_setting_that_names_it";
    let Some(world) = World::with_vault(test).await else { return };
    let run = world.command(&["run", "demo"]).without("VAULT_CACERT");
    let says = ["signed by an unknown authority", "export VAULT_CACERT=FILE"];
    refused(&world, run, &says).await;
    assert_eq!(vault(&world).requests(), [], "no token was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_redirects_the_write_gets_no_reviewers_token_sent_elsewhere() {
    let test = "a_vault_that_redirects_the_write_gets_no_reviewers_token_sent_elsewhere";
    let Some(world) = World::with_vault(test).await else { return };
    let elsewhere = Elsewhere::listen().await;
    let fault = Fault::redirect(&elsewhere.url).method("POST").contains("auth/kubernetes/config");
    vault(&world).faults().add(fault);
    let says = ["error vault-auth: failed to", &format!("redirects to {}", elsewhere.url)];
    world.run(&["run", "demo"]).await.exits(1).says(&says);
    assert_eq!(world.trace()["status"], "failed");
    assert_eq!(elsewhere.visitors(), 0);
    // What the step wrote before that is told.
    let steps = world.trace()["steps"].clone();
    let step = steps.as_array().unwrap().iter().find(|step| step["name"] == "vault-auth").unwrap();
    let changes = step["changes"].to_string();
    assert!(changes.contains("ServiceAccount openshift-gitops/vault-token-reviewer"), "{changes}");
    assert!(!changes.contains("auth/kubernetes/config"), "{changes}");
}
