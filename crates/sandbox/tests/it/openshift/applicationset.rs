//! The ApplicationSet controller.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::Sandbox;
use sandbox::git_host::PRIVATE;
use serde_json::{Value, json};

use super::await_for::{condition, object, there};
use super::{GITOPS, deployment_path, path, start, subscription};

async fn with_argocd() -> Sandbox {
    let sandbox = start(|_| ()).await;
    sandbox.cluster.put(&subscription("latest", "Automatic", &[])).await.unwrap();
    there(&sandbox, &deployment_path(GITOPS, "openshift-gitops-applicationset-controller")).await;
    sandbox
}

fn set(sandbox: &Sandbox, generators: Value, name: &str) -> Value {
    let lists = generators[0]["list"].is_object();
    let infra_id = "{{ index .metadata.annotations \"bitiq.io/infra-id\" | default \"none\" }}";
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet",
        "metadata": {"name": "umbrella", "namespace": GITOPS},
        "spec": {
            "goTemplate": true, "generators": generators,
            "template": {
                "metadata": {"name": name, "labels": {"bitiq.io/env": "{{ .env | default \"none\" }}"}},
                "spec": {
                    "project": "default",
                    "source": {
                        "repoURL": sandbox.git.url(PRIVATE), "targetRevision": "main", "path": "charts/bitiq-umbrella",
                        "helm": {"parameters": [{
                            "name": "infraID",
                             "value": if lists { "none" } else { infra_id },
                        }]},
                    },
                    "destination": {"server": "https://kubernetes.default.svc", "namespace": "a"},
                },
            },
        },
    })
}

fn set_path() -> String {
    path("argoproj.io/v1alpha1", GITOPS, "applicationsets", "umbrella")
}

fn application_path(name: &str) -> String {
    path("argoproj.io/v1alpha1", GITOPS, "applications", name)
}

fn good(set: &Value) -> bool {
    condition(set, "ResourcesUpToDate")["status"] == "True"
        && condition(set, "ErrorOccurred")["status"] == "False"
}

#[tokio::test]
async fn a_list_becomes_applications_which_argo_cd_judges() {
    let sandbox = with_argocd().await;
    let generators = json!([{"list": {"elements": [{"env": "sno"}, {"env": "prod"}]}}]);
    sandbox.cluster.put(&set(&sandbox, generators, "umbrella-{{ .env }}")).await.unwrap();
    object(&sandbox, &set_path(), good).await;
    for env in ["sno", "prod"] {
        let judged = |found: &Value| condition(found, "ComparisonError")["type"] == "ComparisonError";
        let found = object(&sandbox, &application_path(&format!("umbrella-{env}")), judged).await;
        assert_eq!(found["metadata"]["labels"]["bitiq.io/env"], env);
        assert_eq!(found["metadata"]["ownerReferences"][0]["kind"], "ApplicationSet");
    }
    let generators = json!([{"list": {"elements": [{"env": "sno"}]}}]);
    sandbox.cluster.put(&set(&sandbox, generators, "umbrella-{{ .env }}")).await.unwrap();
    object(&sandbox, &application_path("umbrella-prod"), Value::is_null).await;
    there(&sandbox, &application_path("umbrella-sno")).await;
}

#[tokio::test]
async fn the_cluster_secrets_annotations_can_be_templated() {
    let sandbox = with_argocd().await;
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {
            "name": "in-cluster", "namespace": GITOPS, "annotations": {"bitiq.io/infra-id": "demo-nkqd9"},
            "labels": {"argocd.argoproj.io/secret-type": "cluster"},
        },
        "data": {
            "name": STANDARD.encode("in-cluster"), "server": STANDARD.encode("https://kubernetes.default.svc"),
            "config": STANDARD.encode("{}"),
        },
    });
    sandbox.cluster.put(&secret).await.unwrap();
    sandbox.cluster.put(&set(&sandbox, json!([{"clusters": {}}]), "umbrella-{{ .name }}")).await.unwrap();
    let made = there(&sandbox, &application_path("umbrella-in-cluster")).await;
    let parameter = |made: &Value| made["spec"]["source"]["helm"]["parameters"][0]["value"].clone();
    assert_eq!(parameter(&made), "demo-nkqd9");
    let mut renewed = secret.clone();
    renewed["metadata"]["annotations"]["bitiq.io/infra-id"] = json!("demo-zzzzz");
    sandbox.cluster.put(&renewed).await.unwrap();
    object(&sandbox, &application_path("umbrella-in-cluster"), |made| parameter(made) == "demo-zzzzz").await;
}

#[tokio::test]
async fn what_can_not_be_generated_is_said() {
    let sandbox = with_argocd().await;
    let generators = json!([{"list": {"elements": [{"env": "sno"}]}}]);
    let mut wrong = set(&sandbox, generators, "umbrella-{{ .nope }}");
    wrong["spec"]["goTemplateOptions"] = json!(["missingkey=error"]);
    sandbox.cluster.put(&wrong).await.unwrap();
    let failed = |found: &Value| condition(found, "ErrorOccurred")["status"] == "True";
    let found = object(&sandbox, &set_path(), failed).await;
    assert_eq!(condition(&found, "ErrorOccurred")["reason"], "RenderTemplateParamsError");
    let said = condition(&found, "ErrorOccurred")["message"].as_str().unwrap().to_owned();
    assert!(said.contains("map has no entry for key \"nope\""), "{said}");
}
