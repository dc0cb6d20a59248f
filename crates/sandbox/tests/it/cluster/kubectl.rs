//! `kubectl`, where it is on PATH.

use std::io::Write as _;
use std::process::{Command, Stdio};

use sandbox::cluster::User;
use tempfile::TempDir;

use super::{Ask, cluster, namespace};

struct Kubectl {
    folder: TempDir,
    namespace: String,
}

/// kubectl with a namespace of its own; nothing, and a line that says so, where there is none.
async fn kubectl(test: &str) -> Option<Kubectl> {
    let cluster = cluster().await;
    let namespace = namespace(&Ask::admin(&cluster)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let config = cluster.kubeconfig(&User::Admin).expect("a kubeconfig");
    fs_err::write(folder.path().join("kubeconfig"), config).expect("written");
    let kubectl = Kubectl { folder, namespace };
    if kubectl.run(&["version", "--client"], "").is_none() {
        println!("left out without kubectl: {test}");
        return None;
    }
    Some(kubectl)
}

impl Kubectl {
    /// Success and both outputs together; nothing where the program is not there.
    #[expect(clippy::disallowed_methods, reason = "a test that runs the real program")]
    fn run(&self, args: &[&str], input: &str) -> Option<(bool, String)> {
        let mut child = Command::new("kubectl")
            .arg(format!("--kubeconfig={}", self.folder.path().join("kubeconfig").display()))
            .arg(format!("--namespace={}", self.namespace))
            .args(args)
            .env("HOME", self.folder.path())
            .env_remove("HTTPS_PROXY")
            .env_remove("https_proxy")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(input.as_bytes()).ok()?;
        let output = child.wait_with_output().ok()?;
        let text = [output.stdout, output.stderr].concat();
        Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
    }

    fn does(&self, args: &[&str], input: &str) -> String {
        let (success, said) = self.run(args, input).expect("kubectl is there");
        assert!(success, "kubectl {args:?}: {said}");
        said
    }
}

const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: x}\n";

#[tokio::test]
async fn kubectl_applies_twice_and_reads() {
    let Some(kubectl) = kubectl("kubectl_applies_twice_and_reads").await else { return };
    assert_eq!(kubectl.does(&["apply", "-f", "-"], SECRET), "secret/s created\n");
    kubectl.does(&["apply", "-f", "-"], &SECRET.replace("a: x", "a: z"));
    assert_eq!(kubectl.does(&["get", "secret", "s", "-o", "jsonpath={.data.a}"], ""), "eg==");
    assert!(kubectl.does(&["get", "secrets"], "").contains('s'));
}

#[tokio::test]
async fn kubectl_applies_on_the_server() {
    let Some(kubectl) = kubectl("kubectl_applies_on_the_server").await else { return };
    let apply = ["apply", "--server-side", "-f", "-"];
    assert_eq!(kubectl.does(&apply, SECRET), "secret/s serverside-applied\n");
    let other = ["apply", "--server-side", "--field-manager=other", "-f", "-"];
    let (success, said) = kubectl.run(&other, &SECRET.replace("a: x", "a: z")).expect("kubectl is there");
    assert_eq!((success, said.contains("Apply failed with 1 conflict")), (false, true), "{said}");
}

#[tokio::test]
async fn kubectl_goes_over_to_applying_on_the_server() {
    let Some(kubectl) = kubectl("kubectl_goes_over_to_applying_on_the_server").await else { return };
    kubectl.does(&["apply", "-f", "-"], SECRET);
    kubectl.does(&["apply", "--server-side", "-f", "-"], SECRET);
    let managers =
        kubectl.does(&["get", "secret", "s", "-o", "jsonpath={.metadata.managedFields[*].manager}"], "");
    let mut managers: Vec<_> = managers.split_whitespace().collect();
    managers.sort_unstable();
    assert_eq!(managers, ["kubectl", "kubectl-last-applied"]);
}

#[tokio::test]
async fn kubectl_patches_labels_and_deletes() {
    let Some(kubectl) = kubectl("kubectl_patches_labels_and_deletes").await else { return };
    kubectl.does(&["create", "-f", "-"], SECRET);
    kubectl.does(&["patch", "secret", "s", "--type=merge", "-p", r#"{"data":{"b":"eA=="}}"#], "");
    kubectl.does(&["patch", "secret", "s", "-p", r#"{"data":{"c":"eA=="}}"#], "");
    kubectl.does(&["label", "secret", "s", "app=x"], "");
    assert!(kubectl.does(&["get", "secret", "-l", "app=x", "-o", "name"], "").contains("secret/s"));
    kubectl.does(&["delete", "secret", "s"], "");
    assert!(!kubectl.run(&["get", "secret", "s"], "").expect("kubectl is there").0);
}

#[tokio::test]
async fn kubectl_waits_for_a_definition_and_uses_it() {
    let Some(kubectl) = kubectl("kubectl_waits_for_a_definition_and_uses_it").await else { return };
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: gadgets.kubectl.test}\n\
        spec:\n  group: kubectl.test\n  scope: Namespaced\n  names: {plural: gadgets, singular: gadget, kind: Gadget, shortNames: [ga]}\n  \
        versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]\n";
    kubectl.does(&["apply", "-f", "-"], definition);
    kubectl.does(&["wait", "--for=condition=Established", "crd/gadgets.kubectl.test", "--timeout=20s"], "");
    let gadget = "apiVersion: kubectl.test/v1\nkind: Gadget\nmetadata: {name: g}\nspec: {size: 1}\n";
    kubectl.does(&["apply", "-f", "-"], gadget);
    kubectl.does(&["apply", "-f", "-"], &gadget.replace("size: 1", "size: 2"));
    assert_eq!(kubectl.does(&["get", "ga", "g", "-o", "jsonpath={.spec.size}"], ""), "2");
    kubectl.does(&["wait", "--for=jsonpath={.spec.size}=2", "gadget/g", "--timeout=20s"], "");
    kubectl.does(&["delete", "gadget", "g"], "");
}

#[tokio::test]
async fn kubectl_applies_a_deployment_twice() {
    let Some(kubectl) = kubectl("kubectl_applies_a_deployment_twice").await else { return };
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  selector: {matchLabels: {app: d}}\n  \
        template:\n    metadata: {labels: {app: d}}\n    spec:\n      containers:\n      - {name: a, image: one}\n      - {name: b, image: two}\n";
    kubectl.does(&["apply", "-f", "-"], deployment);
    kubectl.does(&["apply", "-f", "-"], &deployment.replace("image: two", "image: three"));
    let images = ["get", "deploy", "d", "-o", "jsonpath={.spec.template.spec.containers[*].image}"];
    assert_eq!(kubectl.does(&images, ""), "one three");
}

#[tokio::test]
async fn kubectl_deletes_a_namespace_and_waits() {
    let Some(kubectl) = kubectl("kubectl_deletes_a_namespace_and_waits").await else { return };
    let name = kubectl.namespace.clone();
    kubectl.does(&["delete", "namespace", &name, "--timeout=60s"], "");
}
