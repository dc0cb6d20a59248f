//! The ApplicationSet controller.

use sandbox::git_host::PRIVATE;
use serde_json::{Value, json};

use super::await_for::{condition, object, there};
use super::{GITOPS, deployment_path, path, start, subscription};

#[tokio::test]
async fn a_list_becomes_applications_which_argo_cd_judges() {
    let sandbox = start(|_| ()).await;
    sandbox.cluster.put(&subscription("latest", "Automatic", &[])).await.unwrap();
    there(&sandbox, &deployment_path(GITOPS, "openshift-gitops-applicationset-controller")).await;
    let source =
        json!({"repoURL": sandbox.git.url(PRIVATE), "targetRevision": "main", "path": "charts/{{ .env }}"});
    let destination = json!({"server": "https://kubernetes.default.svc", "namespace": "a"});
    let mut set = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "ApplicationSet",
        "metadata": {"name": "umbrella", "namespace": GITOPS},
        "spec": {
            "goTemplate": true, "generators": [{"list": {"elements": [{"env": "sno"}, {"env": "prod"}]}}],
            "template": {
                "metadata": {"name": "umbrella-{{ .env }}", "labels": {"bitiq.io/env": "{{ .env }}"}},
                "spec": {"project": "default", "source": source, "destination": destination},
            },
        },
    });
    sandbox.cluster.put(&set).await.unwrap();
    let application =
        |env: &str| path("argoproj.io/v1alpha1", GITOPS, "applications", &format!("umbrella-{env}"));
    let judged = |found: &Value| condition(found, "ComparisonError")["type"] == "ComparisonError";
    for env in ["sno", "prod"] {
        let found = object(&sandbox, &application(env), judged).await;
        assert_eq!(found["metadata"]["labels"]["bitiq.io/env"], env);
        assert_eq!(found["metadata"]["ownerReferences"][0]["kind"], "ApplicationSet");
    }
    set["spec"]["template"]["spec"]["destination"]["namespace"] = json!("b");
    sandbox.cluster.put(&set).await.unwrap();
    object(&sandbox, &application("sno"), |found| found["spec"]["destination"]["namespace"] == "b").await;
}
