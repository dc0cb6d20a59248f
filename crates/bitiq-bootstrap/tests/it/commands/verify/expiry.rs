//! Certificates, logins and tokens that expire soon.

use sandbox::cluster::User;
use serde_json::json;

use super::{exits, node, openshift, row_is};
use crate::support::sandbox::{World, vault};

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_an_operator_should_have_renewed_is_a_warning() {
    let world = openshift().await;
    let labels = json!({"auth.openshift.io/managed-certificate-type": "target"});
    let annotations = json!({"auth.openshift.io/certificate-not-after": "2020-01-02T03:04:05Z"});
    let metadata =
        json!({"name": "peer", "namespace": "default", "labels": labels, "annotations": annotations});
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata});
    world.sandbox.cluster.put(&secret).await.unwrap();
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(
        &ran,
        "operator-certificates",
        "warning",
        "Secret default/peer has expired (2020-01-02T03:04:05Z)",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kubeconfig_that_ends_soon_is_a_warning_of_run_and_verify() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    let kubeconfig = world.sandbox.cluster.kubeconfig(&User::Expiring).unwrap();
    fs_err::write(world.sandbox.work().join("kubeconfig"), kubeconfig).unwrap();
    let warning = "the kubeconfig's client certificate expires in 9 days";
    world.run(&["run", "demo"]).await.exits(0).says(&["warning:", warning]);
    let warnings = world.trace()["warnings"].to_string();
    assert!(warnings.contains(warning), "{warnings}");
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "client-certificate", "warning", warning);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_login_that_ends_soon_is_a_warning_of_run_and_verify() {
    let world = World::without_vault().await;
    node(&world, "True").await;
    world.sandbox.git.tell_login_end("2020-01-02 03:04:05 UTC").unwrap();
    let warning = "the repository login (from environment GITOPS_REPO_USERNAME/GITOPS_REPO_PASSWORD) has expired \
                   (2020-01-02T03:04:05Z)";
    world.run(&["run", "demo"]).await.exits(0).says(&["warning:", warning]);
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "login-expiry", "warning", warning);
    world.sandbox.git.tell_login_end("2099-01-02 03:04:05 UTC").unwrap();
    let ran = exits(world.command(&["verify", "demo", "-o", "json"]), 0).await;
    row_is(&ran, "login-expiry", "ok", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_token_that_ends_before_the_writes_is_refused_before_the_first() {
    let Some(world) =
        World::with_vault("a_vault_token_that_ends_before_the_writes_is_refused_before_the_first").await
    else {
        return;
    };
    for (renewable, hint) in [(false, "export VAULT_TOKEN="), (true, "vault token renew")] {
        let wanted =
            json!({"policies": ["root"], "ttl": "2m", "explicit_max_ttl": "2h", "renewable": renewable});
        let made = vault(&world).api("POST", "auth/token/create", Some(wanted)).await.unwrap();
        let token = made["auth"]["client_token"].as_str().unwrap();
        let run = world.command(&["run", "demo"]).env("VAULT_TOKEN", token).secret(token);
        let ran =
            run.ran().await.exits(3).says(&["the Vault token expires in", "has to outlive the writes", hint]);
        drop(ran);
        assert!(!world.has_trace());
        // Where Vault is asked for the login alone, nothing is written to it.
        let skip = world.command(&["plan", "demo", "--skip-vault-auth"]).env("VAULT_TOKEN", token);
        skip.ran().await.exits(0);
    }
}
