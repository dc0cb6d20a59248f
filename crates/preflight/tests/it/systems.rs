//! The state of every system, once and once more.

use preflight::inputs::ScriptRole;
use preflight::systems::{observe, observe_again};
use preflight::{Context, Reporter, Request, Scope};
use sandbox::Options;
use sandbox::git_host::{MAIN, PRIVATE};
use serde_json::json;

use crate::world::{World, on_a_large_stack};

#[test]
fn each_command_looks_at_what_it_has_business_with() {
    if sandbox::vault_left_out("each_command_looks_at_what_it_has_business_with") {
        return;
    }
    on_a_large_stack(async {
        let mut world = World::new(Options { argocd: false, ..Options::openshift() }).await;
        for (scope, auth, repository, source, operator) in [
            (Scope::Run, true, true, true, true),
            (Scope::VaultAuth, true, false, false, false),
            (Scope::RepoCreds, false, true, false, false),
        ] {
            world.scope = scope;
            let state = world.observe().await.ok().unwrap();
            let found = (
                state.vault.as_ref().is_some_and(|vault| vault.auth.is_some()),
                state.repository.is_some(),
                state.repository.as_ref().is_some_and(|it| it.source.is_some()),
                state.operator.is_some(),
            );
            assert_eq!(found, (auth, repository, source, operator), "{scope:?}");
            let facts = state.facts(&world.request());
            assert_eq!((facts.vault.is_some(), facts.credentials.is_some()), (auth, repository), "{scope:?}");
            assert_eq!(
                (facts.git_sha.len(), facts.server),
                (if repository { 40 } else { 0 }, world.sandbox.cluster.server())
            );
            assert_eq!(state.cluster.region.as_deref(), Some("us-west-2"));
            let identity = &state.cluster.identity;
            assert_eq!((facts.version, facts.user.as_str()), (identity.version.clone(), "kubernetes-admin"));
            assert_eq!(
                (facts.cluster_id, facts.infra_id),
                (identity.cluster_id.clone(), identity.infra_id.clone())
            );
        }
    });
}

#[test]
fn a_second_look_sees_whether_the_plan_moved() {
    if sandbox::vault_left_out("a_second_look_sees_whether_the_plan_moved") {
        return;
    }
    on_a_large_stack(async {
        let world = World::new(Options { vault: true, ..Options::bare() }).await;
        world.make_namespace().await;
        let (request, context) = (world.request(), Context::default());
        let (inputs, session) = (request.inputs(), context.session());
        let mut state = Box::pin(observe(&inputs, &session, &Reporter::new(&context))).await.ok().unwrap();
        assert!(!Box::pin(observe_again(&inputs, &session, &mut state)).await.unwrap());
        let theirs = json!({"kubernetes_host": world.sandbox.cluster.server(), "kubernetes_ca_cert": world.sandbox.cluster.ca_pem()});
        world
            .sandbox
            .vault
            .as_ref()
            .unwrap()
            .api("POST", "auth/kubernetes/config", Some(theirs))
            .await
            .unwrap();
        assert!(Box::pin(observe_again(&inputs, &session, &mut state)).await.unwrap());
        let secret = json!({"name": "gitops-repo", "namespace": "openshift-gitops"});
        world.put(json!({"apiVersion": "v1", "kind": "Secret", "metadata": secret, "stringData": {"password": "another-one"}})).await;
        Box::pin(observe_again(&inputs, &session, &mut state)).await.unwrap_err();
        world
            .sandbox
            .cluster
            .delete("/api/v1/namespaces/openshift-gitops/secrets/gitops-repo")
            .await
            .unwrap();
        let record = json!({"name": "bitiq-bootstrap", "namespace": "openshift-gitops"});
        world.put(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": record, "data": {"cluster": "demo", "env": "x"}})).await;
        Box::pin(observe_again(&inputs, &session, &mut state)).await.unwrap_err();
        context.stop.by_signal(2);
        Box::pin(observe_again(&inputs, &session, &mut state)).await.unwrap_err();
        assert!(Box::pin(observe(&inputs, &session, &Reporter::silent())).await.is_err());
    });
}

#[test]
fn a_namespace_of_the_reviewers_own_is_made_with_its_objects() {
    if sandbox::vault_left_out("a_namespace_of_the_reviewers_own_is_made_with_its_objects") {
        return;
    }
    on_a_large_stack(async {
        let mut world = World::new(Options { vault: true, ..Options::bare() }).await;
        let makes = async |world: &World| {
            let vault = world.observe().await.ok().unwrap().vault.unwrap();
            vault
                .auth
                .unwrap()
                .changes
                .describe()
                .iter()
                .any(|change| change.object == "Namespace vault-reviewer")
        };
        assert!(!makes(&world).await);
        world.set("VAULT_REVIEWER_NAMESPACE", "vault-reviewer");
        assert!(makes(&world).await);
    });
}

#[test]
fn each_command_takes_its_part_of_what_is_asked_for() {
    on_a_large_stack(async {
        let mut world = World::plain().await;
        world.set("BITIQ_BOOTSTRAP_WAIT_READY", "1m");
        world.set("VAULT_ADDR", "https://127.0.0.1:1");
        world.set("VAULT_TOKEN", "not-a-token-of-it");
        let of = |world: &World, scope| {
            let request = Request { scope, ..world.request() };
            let inputs = request.inputs();
            (
                inputs.machine.script,
                inputs.machine.tools.len(),
                inputs.cluster.waits_until_ready,
                inputs.vault.is_required,
                inputs.mount.is_written,
                inputs.mount.awaits_operators,
            )
        };
        use ScriptRole::{NotPartOfCommand, Runs, Skipped};
        assert_eq!(of(&world, Scope::Run), (Runs, 1, true, false, true, true));
        assert_eq!(of(&world, Scope::VaultAuth), (NotPartOfCommand, 0, false, true, true, false));
        assert_eq!(of(&world, Scope::RepoCreds), (NotPartOfCommand, 0, false, false, false, false));
        world.set("BITIQ_BOOTSTRAP_SKIP_SCRIPT", "true");
        world.set("SKIP_VAULT_K8S_AUTH_CONFIG", "true");
        world.unset("BITIQ_BOOTSTRAP_WAIT_READY");
        assert_eq!(of(&world, Scope::Run), (Skipped, 0, false, false, false, true));
        assert_eq!(of(&world, Scope::VaultAuth), (NotPartOfCommand, 0, false, true, true, false));
        assert_eq!(
            [Scope::Run, Scope::VaultAuth, Scope::RepoCreds, Scope::Release].map(Scope::name),
            ["run", "vault-auth", "repo-creds", "release"]
        );
    });
}

#[test]
fn a_recreated_cluster_and_a_branch_that_is_a_tag_too_are_notes() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        world.sandbox.git.tag(PRIVATE, "main", MAIN).await.unwrap();
        world.write_trace("id-before", "https://127.0.0.1:1", |_| ());
        let state = world.observe().await.ok().unwrap();
        let facts = state.facts(&world.request());
        assert_eq!(facts.recreated_from.and_then(|it| it.cluster_id).as_deref(), Some("id-before"));
        let notes = facts.notes.join("\n");
        assert!(
            notes.contains("the cluster was recreated") && notes.contains("is a branch and a tag"),
            "{notes}"
        );
    });
}
