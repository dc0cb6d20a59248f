//! `check` and permissions: each missing one is a row, and the manifest or policy that it prints grants it.

use crate::support::objects::apply;
use crate::support::permissions::{rights, world_of};
use crate::support::report::{check, row};
use crate::support::sandbox::{World, vault};

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_rights_passes_once_the_manifest_that_was_printed_is_applied() {
    let test = "a_user_without_rights_passes_once_the_manifest_that_was_printed_is_applied";
    let Some(world) = World::with_vault(test).await else { return };
    let world = world_of(world, &[]).await;
    let ran = check(&world).ran().await.exits(3);
    let told = row(&ran, "api-server");
    let manifest = told["command"].as_str().unwrap();
    assert!(manifest.contains("kind: ClusterRole\n") && manifest.contains("kind: Role\n"), "{manifest}");
    // The rest is looked at once the cluster lets us: what is pasted then holds all of it.
    apply(&world, manifest).await;
    check(&world).ran().await.exits(0);
    let run = world.command(&["run", "demo", "--skip-script"]).env("GITOPS_REPO_ACCESS_TIMEOUT", "0");
    run.ran().await.exits(0).says(&["as dev"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_one_row_with_the_manifest_that_grants_it() {
    let world = world_of(World::without_vault().await, &rights("configmaps")).await;
    let ran = check(&world).ran().await.exits(3);
    let told = row(&ran, "permissions");
    assert!(told["details"][0].as_str().unwrap().contains("configmaps"), "{told:#}");
    let manifest = told["command"].as_str().unwrap();
    assert!(manifest.contains("kind: Namespace\n"), "it is not there yet: {manifest}");
    apply(&world, manifest).await;
    check(&world).ran().await.exits(0);
    let ran = world.run(&["run", "demo", "--argocd-namespace", "elsewhere"]).await.exits(3);
    ran.says(&["PREFLIGHT-010", "--argocd-namespace"]);
}

/// What the command, pasted as it stands on the terminal, writes as this policy.
#[expect(clippy::disallowed_methods, reason = "it is pasted as a person does")]
fn policy_of(command: &str, name: &str) -> String {
    let indented = command.replace('\n', "\n             ");
    let vault = format!("vault() {{ [ \"$*\" = 'policy write {name} -' ] && cat; }}\n{indented}");
    let ran = std::process::Command::new("sh").args(["-c", &vault]).output().unwrap();
    assert!(ran.status.success(), "{command}");
    String::from_utf8(ran.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_rights_passes_once_it_has_the_policy_that_was_printed() {
    let test = "a_token_without_rights_passes_once_it_has_the_policy_that_was_printed";
    let Some(world) = World::with_vault(test).await else { return };
    let vault = vault(&world);
    let other = "path \"sys/internal/ui/mounts/*\" { capabilities = [\"read\"] }";
    let poor = vault.create_token(other).await.unwrap();
    let login = ("GITOPS_REPO_USERNAME", world.sandbox.git.login());
    let with = |token: &str| {
        let check = check(&world).env("VAULT_TOKEN", token).secret(token);
        check.env(login.0, &login.1.0).env("GITOPS_REPO_PASSWORD", &login.1.1)
    };
    let told = row(&with(&poor).ran().await.exits(3), "auth-mount-type");
    let policy = &policy_of(told["command"].as_str().unwrap(), "bitiq-bootstrap");
    assert!(
        policy.contains("path \"auth/kubernetes/config\" {")
            && policy.contains("capabilities = [\"read\", \"update\"]"),
        "{policy}"
    );
    let rich = vault.create_token(policy).await.unwrap();
    let ran = with(&rich).ran().await.exits(0);
    assert_eq!(row(&ran, "auth-mount-write")["status"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_for_the_login_s_path_is_printed_where_vault_did_not_let_it_be_read() {
    let test = "the_policy_for_the_login_s_path_is_printed_where_vault_did_not_let_it_be_read";
    let Some(world) = World::with_vault(test).await else { return };
    let vault = vault(&world);
    let config = "path \"auth/kubernetes/config\" { capabilities = [\"read\", \"update\"] }\n";
    let poor = vault.create_token(config).await.unwrap();
    let check = |token: &str| check(&world).env("VAULT_TOKEN", token).secret(token);
    let told = row(&check(&poor).ran().await.exits(3), "repository-login");
    // Not under the name of the mount's policy, which it would replace.
    let policy = policy_of(told["command"].as_str().unwrap(), "bitiq-bootstrap-login");
    assert!(policy.contains("path \"gitops/data/github/gitops-repo\""), "{policy}");
    let rich = vault.create_token(&format!("{config}{policy}")).await.unwrap();
    check(&rich).ran().await.exits(0);
}
