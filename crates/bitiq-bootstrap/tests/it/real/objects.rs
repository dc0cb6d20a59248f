//! All objects of a cluster as a person compares them: what differs between any two clusters is taken out.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::sandbox::World;
use crate::support::sandbox::vault;

/// What the server itself writes to a ServiceAccount's token.
const SERVICE_ACCOUNT: &str = "kubernetes.io/service-account.uid";
const LAST_USED: &str = "kubernetes.io/legacy-token-last-used";

/// Each leaf of the mount in Vault, and of each object that a hand-over could have to do with: `Secret a/b data.url` and its value.
pub async fn leaves(world: &World) -> BTreeMap<String, String> {
    let objects = world.sandbox.cluster.objects().await.unwrap();
    let names = Names::of(world, &objects);
    let mut leaves = BTreeMap::new();
    for object in objects.into_iter().filter(counts) {
        let name = names.same_everywhere(&name(&object));
        leaves.insert(name.clone(), "is there".to_owned());
        names.walk(&without_chance(object), &name, &mut leaves);
    }
    let config = vault(world).api("GET", "auth/kubernetes/config", None).await.unwrap();
    names.walk(&config["data"], "Vault auth/kubernetes/config", &mut leaves);
    leaves
}

/// `Secret openshift-gitops/gitops-repo`
fn name(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (kind, metadata) = (text(&object["kind"]), &object["metadata"]);
    match metadata["namespace"].as_str() {
        Some(namespace) => format!("{kind} {namespace}/{}", text(&metadata["name"])),
        None => format!("{kind} {}", text(&metadata["name"])),
    }
}

/// Events tell a story, a release of Helm holds all that was rendered (what it made is compared itself), controllers name
/// what they make by chance, and what the control plane keeps for itself is no concern of a hand-over.
fn counts(object: &Value) -> bool {
    let made_by_controllers = ["Event", "Pod", "ReplicaSet", "InstallPlan"];
    let its_own =
        object["metadata"]["namespace"] == "kube-system" || name(object) == "Service default/kubernetes";
    let kind = object["kind"].as_str().unwrap_or_default();
    !made_by_controllers.contains(&kind) && object["type"] != "helm.sh/release.v1" && !its_own
}

/// Without what the cluster itself makes anew in each cluster.
fn without_chance(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    if let Some(metadata) = object["metadata"].as_object_mut() {
        let chance =
            ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "selfLink"];
        chance.iter().for_each(|field| drop(metadata.remove(*field)));
        metadata.remove("ownerReferences");
        for (map, key) in [("annotations", SERVICE_ACCOUNT), ("labels", LAST_USED)] {
            metadata.get_mut(map).and_then(Value::as_object_mut).map(|map| map.remove(key));
        }
    }
    object
}

/// What is called otherwise in every sandbox, and how it is called here.
struct Names {
    pairs: Vec<(String, &'static str)>,
    login: String,
}

impl Names {
    fn of(world: &World, objects: &[Value]) -> Self {
        let (_, login) = world.sandbox.git.login();
        let mut pairs = vec![
            (world.sandbox.cluster.server(), "SERVER"),
            (world.sandbox.repo_url(), "REPOSITORY"),
            (vault(world).tls_address(), "VAULT"),
            (login.clone(), "PASSWORD"),
        ];
        for object in objects {
            let id = match object["kind"].as_str() {
                Some("Infrastructure") => Some((&object["status"]["infrastructureName"], "INFRA-ID")),
                Some("ClusterVersion") => Some((&object["spec"]["clusterID"], "CLUSTER-ID")),
                _ => None,
            };
            pairs.extend(id.and_then(|(id, name)| Some((id.as_str()?.to_owned(), name))));
        }
        Self { pairs, login }
    }

    fn walk(&self, value: &Value, path: &str, leaves: &mut BTreeMap<String, String>) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                for (key, below) in fields {
                    self.walk(below, &format!("{path} {}", self.same_everywhere(key)), leaves);
                }
            }
            Value::Object(_) => {}
            Value::Array(items) if !items.is_empty() && items.iter().all(|item| item["name"].is_string()) => {
                for item in items {
                    let name = self.same_everywhere(item["name"].as_str().unwrap_or_default());
                    self.walk(item, &format!("{path} [{name}]"), leaves);
                }
            }
            // When somebody had a Deployment rolled out again.
            Value::String(_) if path.ends_with(" kubectl.kubernetes.io/restartedAt") => {}
            Value::String(text) if path.ends_with(" kubectl.kubernetes.io/last-applied-configuration") => {
                let login = if text.contains(&self.login) { "the login too" } else { "no login" };
                leaves.insert(path.to_owned(), format!("what was applied, {login}"));
            }
            Value::String(text) if path.starts_with("Secret ") && path.contains(" data ") => {
                leaves.insert(path.to_owned(), self.same_everywhere(&decoded(text)));
            }
            Value::String(text) => drop(leaves.insert(path.to_owned(), self.same_everywhere(text))),
            other => drop(leaves.insert(path.to_owned(), self.same_everywhere(&other.to_string()))),
        }
    }

    /// Addresses and ids of this sandbox by their names, and what is made of chance by what it is.
    fn same_everywhere(&self, text: &str) -> String {
        if text.starts_with("eyJ") && text.split('.').count() == 3 {
            return "a token".to_owned();
        }
        if text.contains("BEGIN CERTIFICATE") {
            return "a certificate".to_owned();
        }
        self.pairs.iter().fold(text.to_owned(), |text, (value, name)| text.replace(value, name))
    }
}

fn decoded(base64: &str) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(base64).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
