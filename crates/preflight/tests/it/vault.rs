//! Vault and its auth mount.

use diagnostics::CheckStatus;
use preflight::Scope;
use sandbox::Options;
use sandbox::cluster::{Rule, User};
use sandbox::faults::Fault;
use sandbox::git_host::File;
use serde_json::json;

use crate::world::{World, advice, amiss, lines, on_a_large_stack, one};

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
        world.set("SKIP_VAULT_K8S_AUTH_CONFIG", "true");
        assert_eq!(of_vault(&world).await, ["vault-token failed"]);
        world.unset("SKIP_VAULT_K8S_AUTH_CONFIG");
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
        let shown = advice(one(&world.check().await, "auth-mount-type"));
        assert!(shown.contains("vault auth enable -path=none kubernetes"), "{shown}");
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
        let shown = advice(one(&world.check().await, "auth-mount-write"));
        assert!(shown.contains("vault policy write"), "{shown}");
        let vault = world.sandbox.vault.as_ref().unwrap();
        let writes = "path \"auth/kubernetes/config\" { capabilities = [\"read\", \"update\"] }\n";
        let token = vault.create_token(writes).await.unwrap();
        world.set("VAULT_TOKEN", &token);
        let checks = world.check().await;
        let check = one(&checks, "repository-login");
        let shown = advice(check);
        assert!(check.status().as_str() == "failed" && shown.contains("bitiq-bootstrap-login"), "{shown}");
        let (username, password) = world.sandbox.git.login();
        world.set("GITOPS_REPO_USERNAME", &username);
        world.set("GITOPS_REPO_PASSWORD", &password);
        let checks = world.check().await;
        for id in ["auth-mount-type", "auth-mount-target", "auth-mount-write"] {
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
fn a_login_that_vault_does_not_give_is_taken_from_the_cluster_with_a_warning() {
    if sandbox::vault_left_out("a_login_that_vault_does_not_give_is_taken_from_the_cluster_with_a_warning") {
        return;
    }
    on_a_large_stack(async {
        let mut world = world().await;
        world.make_namespace().await;
        let (username, password) = world.sandbox.git.login();
        let metadata = json!({"name": "gitops-repo", "namespace": "openshift-gitops",
            "labels": {"argocd.argoproj.io/secret-type": "repository"}});
        let data = json!({"url": world.sandbox.repo_url(), "username": username, "password": password});
        world
            .put(json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}))
            .await;
        let other = "path \"other/*\" { capabilities = [\"read\"] }\n";
        let token = world.sandbox.vault.as_ref().unwrap().create_token(other).await.unwrap();
        world.set("VAULT_TOKEN", &token);
        world.set("SKIP_VAULT_K8S_AUTH_CONFIG", "true");
        assert_eq!(of_vault(&world).await, ["repository-login-vault warning"]);
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
        let checks = world.check().await;
        let [why] = one(&checks, "auth-mount-writers").details() else { panic!("{checks:?}") };
        assert!(
            why.starts_with("KubernetesAuthEngineConfig default/kubernetes writes auth/kubernetes too"),
            "{why}"
        );
        let cluster = world.sandbox.cluster.clone();
        cluster
            .faults()
            .unwrap()
            .add(Fault::status(500, "{}").prefix("/apis/redhatcop.redhat.io/v1alpha1/kubernetes"));
        let checks = world.check().await;
        assert!(one(&checks, "auth-mount-writers").details()[0].contains("could not be checked"));
    });
}

#[test]
fn the_charts_of_the_environment_tell_who_else_writes_the_mount() {
    if sandbox::vault_left_out("the_charts_of_the_environment_tell_who_else_writes_the_mount") {
        return;
    }
    on_a_large_stack(async {
        let world = world().await;
        let address = world.sandbox.vault.as_ref().unwrap().tls_address();
        let envs = |env: &str| {
            let other = if env == "sno" { "prod" } else { "sno" };
            let text = format!(
                "envs:\n  - name: {other}\n  - name: {env}\n    vaultConfigEnabled: true\n    vaultConfigAddress: {address}\n"
            );
            File::new("charts/argocd-apps/values.yaml", text)
        };
        world.commit(&[envs("prod")]).await;
        assert_eq!(of_vault(&world).await, Vec::<String>::new());
        world.commit(&[envs("sno")]).await;
        assert_eq!(of_vault(&world).await, ["auth-mount-writers warning"]);
    });
}

#[test]
fn a_token_that_may_end_while_operators_are_awaited_is_a_warning_on_openshift_alone() {
    if sandbox::vault_left_out(
        "a_token_that_may_end_while_operators_are_awaited_is_a_warning_on_openshift_alone",
    ) {
        return;
    }
    on_a_large_stack(async {
        for (options, expect) in [
            (Options { vault: true, ..Options::bare() }, "ok"),
            (Options { argocd: false, ..Options::openshift() }, "warning"),
        ] {
            let mut world = World::new(options).await;
            let vault = world.sandbox.vault.as_ref().unwrap();
            let made = vault
                .api("POST", "auth/token/create", Some(json!({"policies": ["root"], "ttl": "20m"})))
                .await
                .unwrap();
            world.set("VAULT_TOKEN", made["auth"]["client_token"].as_str().unwrap());
            assert_eq!(one(&world.check().await, "auth-mount-token").status().as_str(), expect);
            world.scope = Scope::VaultAuth;
            assert_eq!(one(&world.check().await, "auth-mount-token").status().as_str(), "ok");
        }
    });
}

#[test]
fn a_user_who_may_not_bind_the_role_is_told_before_anything_is_written() {
    if sandbox::vault_left_out("a_user_who_may_not_bind_the_role_is_told_before_anything_is_written") {
        return;
    }
    on_a_large_stack(async {
        let world = world().await;
        // Not those of the role itself: who has them may bind it.
        let groups = ["", "argoproj.io", "coordination.k8s.io", "rbac.authorization.k8s.io"];
        let rules = groups.map(|group| Rule::new("get,list,watch,create,update,patch", group, "*"));
        world.sandbox.cluster.allow("dev", &rules).await.unwrap();
        world.use_kubeconfig(&User::Named("dev".into()));
        let checks = world.check().await;
        let why = one(&checks, "reviewer-objects").details().join("\n");
        assert!(why.contains("bind clusterroles"), "{why}");
        world.sandbox.cluster.allow("half", &rules[..1]).await.unwrap();
        world.use_kubeconfig(&User::Named("half".into()));
        let checks = world.check().await;
        let failed = checks.iter().find(|check| check.status() == CheckStatus::Failed).unwrap();
        let why = failed.details().join("\n");
        assert!(why.contains("bind clusterroles") && why.contains("leases"), "{why}");
        world.use_kubeconfig(&User::Named("nobody".into()));
        let checks = world.check().await;
        let check = one(&checks, "api-server");
        let check = check.details().join("\n") + &advice(check);
        for right in ["bind clusterroles", "watch configmaps kube-root-ca.crt", "kubernetesauthengineconfigs"]
        {
            assert!(check.contains(right), "{right}: {check}");
        }
    });
}
