//! Vault and its auth mount.

use preflight::Scope;
use sandbox::Options;
use sandbox::faults::Fault;
use serde_json::json;

use crate::world::{World, amiss, lines, on_a_large_stack, one};

async fn world() -> World {
    World::new(Options { vault: true, argocd: false, ..Options::bare() }).await
}

/// The checks of Vault that did not pass.
async fn of_vault(world: &World) -> Vec<String> {
    let others = ["workers", "default-storage-class", "apps-dns", "git-host"];
    let mut amiss = amiss(&world.check().await);
    amiss.retain(|it| !others.iter().any(|other| it.starts_with(other)));
    amiss
}

#[test]
fn a_token_that_is_none_and_a_vault_that_is_silent_block_what_needs_them() {
    if sandbox::vault_left_out("a_token_that_is_none_and_a_vault_that_is_silent_block_what_needs_them") {
        return;
    }
    on_a_large_stack(async {
        let mut world = world().await;
        assert_eq!(of_vault(&world).await, Vec::<String>::new());
        world.set("VAULT_TOKEN", "not-a-token-of-it");
        let checks = world.check().await;
        assert_eq!(amiss(&checks)[0], "vault-token failed");
        assert_eq!(
            [one(&checks, "auth-mount"), one(&checks, "git-host")].map(|it| it.status().as_str()),
            ["skipped"; 2]
        );
        world.set("VAULT_CLIENT_TIMEOUT", "1s");
        world.sandbox.vault.as_ref().unwrap().faults().add(Fault::drop());
        assert_eq!(of_vault(&world).await, ["vault-answers failed"]);
        world.set("SKIP_VAULT_K8S_AUTH_CONFIG", "true");
        assert_eq!(of_vault(&world).await, ["vault-answers warning", "repository-login failed"]);
        world.scope = Scope::VaultAuth;
        assert_eq!(of_vault(&world).await, ["vault-answers failed"]);
        world.unset("VAULT_TOKEN");
        assert_eq!(of_vault(&world).await, ["settings warning", "vault-answers failed"]);
        world.scope = Scope::Run;
        assert_eq!(one(&world.check().await, "vault-answers").status().as_str(), "skipped");
        world.set("VAULT_TOKEN", "not-a-token-of-it");
        world.set("VAULT_CACERT", "/no/such/file");
        assert_eq!(of_vault(&world).await, ["vault-settings failed"]);
    });
}

#[test]
fn a_mount_that_is_not_there_of_another_type_or_another_clusters_fails() {
    if sandbox::vault_left_out("a_mount_that_is_not_there_of_another_type_or_another_clusters_fails") {
        return;
    }
    on_a_large_stack(async {
        let mut world = world().await;
        world.set("VAULT_K8S_AUTH_MOUNT", "none");
        assert_eq!(of_vault(&world).await, ["auth-mount-type failed"]);
        world.set("VAULT_K8S_AUTH_MOUNT", "token");
        assert_eq!(of_vault(&world).await, ["auth-mount-type failed"]);
        world.unset("VAULT_K8S_AUTH_MOUNT");
        let theirs = json!({"kubernetes_host": "https://127.0.0.1:1", "kubernetes_ca_cert": world.sandbox.cluster.ca_pem()});
        let vault = world.sandbox.vault.as_ref().unwrap();
        vault.api("POST", "auth/kubernetes/config", Some(theirs)).await.unwrap();
        assert_eq!(of_vault(&world).await, ["auth-mount-target failed"]);
        vault.faults().add(Fault::status(500, "{}").contains("/auth/kubernetes/config"));
        assert_eq!(of_vault(&world).await, ["auth-mount failed"]);
        vault.faults().clear();
        world.set("VAULT_REPLACE_HOST", "true");
        let found = of_vault(&world).await;
        assert!(!found.iter().any(|it| it.ends_with("failed")), "{found:?}");
        world.set("VAULT_KUBERNETES_CA_CERT", "/no/such/file");
        assert_eq!(of_vault(&world).await, ["auth-mount-authority failed"]);
        let empty = world.sandbox.root().join("ca.pem");
        fs_err::write(&empty, "no certificate").unwrap();
        world.set("VAULT_KUBERNETES_CA_CERT", empty.to_str().unwrap());
        assert_eq!(of_vault(&world).await, ["auth-mount-authority failed"]);
    });
}

#[test]
fn a_token_that_may_little_or_ends_soon_is_told() {
    if sandbox::vault_left_out("a_token_that_may_little_or_ends_soon_is_told") {
        return;
    }
    on_a_large_stack(async {
        let mut world = world().await;
        let vault = world.sandbox.vault.as_ref().unwrap();
        let login = "path \"gitops/*\" { capabilities = [\"read\"] }\npath \"auth/kubernetes/config\" { capabilities = [\"read\"] }\n";
        let token = vault.create_token(login).await.unwrap();
        world.set("VAULT_TOKEN", &token);
        let found = of_vault(&world).await;
        assert_eq!(found, ["auth-mount-write failed"]);
        let vault = world.sandbox.vault.as_ref().unwrap();
        let writes = "path \"auth/kubernetes/config\" { capabilities = [\"read\", \"update\"] }\n";
        let token = vault.create_token(writes).await.unwrap();
        world.set("VAULT_TOKEN", &token);
        let (username, password) = world.sandbox.git.login();
        world.set("GITOPS_REPO_USERNAME", &username);
        world.set("GITOPS_REPO_PASSWORD", &password);
        let checks = world.check().await;
        for id in ["auth-mount-target", "auth-mount-write"] {
            assert_eq!(one(&checks, id).status().as_str(), "ok", "{checks:?}");
        }
        let vault = world.sandbox.vault.as_ref().unwrap();
        let made = vault
            .api("POST", "auth/token/create", Some(json!({"policies": ["root"], "ttl": "2m"})))
            .await
            .unwrap();
        world.set("VAULT_TOKEN", made["auth"]["client_token"].as_str().unwrap());
        assert_eq!(of_vault(&world).await, ["auth-mount-token failed"]);
    });
}

#[test]
fn another_writer_of_the_mount_is_a_warning() {
    if sandbox::vault_left_out("another_writer_of_the_mount_is_a_warning") {
        return;
    }
    on_a_large_stack(async {
        let world = World::new(Options { argocd: false, ..Options::openshift() }).await;
        let openshift = world.sandbox.openshift.as_ref().unwrap();
        openshift.install_kinds("vault-config-operator").await.unwrap();
        let warns = async || lines(&world.check().await).contains(&"auth-mount-writers warning".to_owned());
        assert!(!warns().await);
        let metadata = json!({"name": "kubernetes", "namespace": "default"});
        let writer = json!({"apiVersion": "redhatcop.redhat.io/v1alpha1", "kind": "KubernetesAuthEngineConfig",
            "metadata": metadata, "spec": {"path": ""}});
        world.put(writer).await;
        assert!(warns().await);
        let cluster = world.sandbox.cluster.clone();
        cluster
            .faults()
            .unwrap()
            .add(Fault::status(500, "{}").prefix("/apis/redhatcop.redhat.io/v1alpha1/kubernetes"));
        let checks = world.check().await;
        assert!(one(&checks, "auth-mount-writers").details()[0].contains("could not be checked"));
    });
}
