//! What is not well, in sentences: the worst first. Pure.

use secret::one_line;
use serde_json::Value;

use super::observe::State;
use cluster_access::conditions::with_words;

/// Others' words are cut after so many characters.
const LONGEST: usize = 160;

/// A Pod that is not well.
struct Trouble<'a> {
    pod: &'a Value,
    /// `ImagePullBackOff`, `Unschedulable`.
    reason: String,
    message: String,
    told: std::cell::Cell<bool>,
}

/// A sentence for each thing that is not well.
pub(crate) fn describe(state: &State) -> Vec<String> {
    let troubles: Vec<Trouble<'_>> = state.pods.iter().filter_map(trouble).collect();
    let mut said: Vec<(u8, String)> =
        state.applications.iter().filter_map(|it| application(it, &troubles)).collect();
    said.extend(state.csvs.iter().filter_map(operator).map(|text| (2, text)));
    let untold = troubles.iter().filter(|trouble| !trouble.told.get());
    said.extend(untold.map(|trouble| (3, format!("Pod {}", trouble.words()))));
    said.sort();
    said.into_iter().map(|(_, text)| text).collect()
}

/// `toy-web-prod Degraded: ImagePullBackOff (Pod toy/web-7c9: …)`, with how bad that is.
fn application(application: &Value, troubles: &[Trouble<'_>]) -> Option<(u8, String)> {
    let name = text(application, "/metadata/name");
    let health = text(application, "/status/health/status");
    let sync = text(application, "/status/sync/status");
    let (rank, state) = match (health, sync) {
        ("Degraded" | "Missing", _) => (0, health),
        ("Healthy" | "Suspended", "Synced") => return None,
        ("Healthy" | "Suspended" | "", "") => (1, "not synced yet"),
        ("Healthy" | "Suspended" | "", sync) => (1, sync),
        (health, _) => (1, health),
    };
    let namespace = text(application, "/spec/destination/namespace");
    let ours = troubles.iter().find(|it| it.is_of(name)).or_else(|| {
        // A Pod that carries no mark of its Application: the one in trouble where the Application lives.
        troubles.iter().find(|it| text(it.pod, "/metadata/namespace") == namespace && !it.is_marked())
    });
    let said = match ours {
        Some(trouble) => {
            trouble.told.set(true);
            format!("{} (Pod {})", trouble.reason, trouble.place_and_message())
        }
        None => {
            let places =
                ["/status/conditions/0/message", "/status/operationState/message", "/status/health/message"];
            let words = places.into_iter().map(|place| text(application, place)).find(|it| !it.is_empty());
            short(words.unwrap_or_default())
        }
    };
    Some((rank, with_words(format!("{name} {state}"), &said)))
}

/// `ClusterServiceVersion gitops.v1 Installing: waiting for deployment …`
fn operator(csv: &Value) -> Option<String> {
    let phase = text(csv, "/status/phase");
    if phase == "Succeeded" {
        return None;
    }
    let phase = if phase.is_empty() { "new" } else { phase };
    let name = text(csv, "/metadata/name");
    let words = [text(csv, "/status/reason"), text(csv, "/status/message")];
    let words: Vec<&str> = words.into_iter().filter(|it| !it.is_empty()).collect();
    Some(with_words(format!("ClusterServiceVersion {name} {phase}"), &short(&words.join(": "))))
}

fn trouble(pod: &Value) -> Option<Trouble<'_>> {
    let (reason, message) = container_trouble(pod).or_else(|| unscheduled(pod))?;
    Some(Trouble { pod, reason, message, told: std::cell::Cell::new(false) })
}

/// A container that waits for more than its turn, or that fails.
fn container_trouble(pod: &Value) -> Option<(String, String)> {
    let of = |key: &str| pod["status"][key].as_array().into_iter().flatten().collect::<Vec<_>>();
    let containers = [of("initContainerStatuses"), of("containerStatuses")].concat();
    containers.into_iter().find_map(|container| {
        let waiting = &container["state"]["waiting"];
        let reason =
            waiting["reason"].as_str().filter(|it| !matches!(*it, "ContainerCreating" | "PodInitializing"));
        if let Some(reason) = reason {
            let container = text(container, "/name");
            return Some((
                reason.to_owned(),
                format!("container {container}: {}", text(waiting, "/message")),
            ));
        }
        let ended = &container["state"]["terminated"];
        let failed = ended["exitCode"].as_i64().filter(|code| *code != 0)?;
        let reason = ended["reason"].as_str().unwrap_or("Error");
        Some((reason.to_owned(), format!("container {}: exit code {failed}", text(container, "/name"))))
    })
}

fn unscheduled(pod: &Value) -> Option<(String, String)> {
    let conditions = pod["status"]["conditions"].as_array()?;
    let condition = conditions.iter().find(|it| it["type"] == "PodScheduled" && it["status"] == "False")?;
    Some((
        condition["reason"].as_str().unwrap_or("Unscheduled").to_owned(),
        text(condition, "/message").to_owned(),
    ))
}

impl Trouble<'_> {
    /// Argo CD's mark of its Application, as label or as annotation.
    fn is_of(&self, application: &str) -> bool {
        let label = self.pod["metadata"]["labels"]["app.kubernetes.io/instance"].as_str();
        let tracked = self.pod["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"].as_str();
        label == Some(application)
            || tracked.and_then(|id| id.split(':').next()).is_some_and(|name| name == application)
    }

    fn is_marked(&self) -> bool {
        self.pod["metadata"]["labels"]["app.kubernetes.io/instance"].is_string()
            || self.pod["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"].is_string()
    }

    fn place(&self) -> String {
        format!("{}/{}", text(self.pod, "/metadata/namespace"), text(self.pod, "/metadata/name"))
    }

    fn place_and_message(&self) -> String {
        let message = short(&self.message);
        if message.is_empty() { self.place() } else { format!("{}, {message}", self.place()) }
    }

    fn words(&self) -> String {
        with_words(format!("{} {}", self.place(), self.reason), &short(&self.message))
    }
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Others' words on one line, cut to a length that can be read.
fn short(text: &str) -> String {
    let one_line = one_line(text);
    let one_line = one_line.trim_end_matches([':', ' ']);
    match one_line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &one_line[..at]),
        None => one_line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn app(name: &str, sync: &str, health: &str) -> Value {
        json!({"metadata": {"name": name}, "spec": {"destination": {"namespace": "toy"}},
               "status": {"sync": {"status": sync}, "health": {"status": health, "message": "its words"}}})
    }

    fn pod(name: &str, instance: Option<&str>, status: Value) -> Value {
        let labels = instance.map(|it| json!({"app.kubernetes.io/instance": it})).unwrap_or(json!({}));
        json!({"metadata": {"name": name, "namespace": "toy", "labels": labels}, "status": status})
    }

    fn pulling() -> Value {
        json!({"containerStatuses": [{"name": "web", "state": {"waiting":
            {"reason": "ImagePullBackOff", "message": "Back-off pulling image \"quay.io/x\""}}}]})
    }

    fn check(applications: &[Value], csvs: &[Value], pods: &[Value], expect: &[&str]) {
        let state =
            State { applications: applications.into(), csvs: csvs.into(), pods: pods.into(), known: true };
        assert_eq!(describe(&state), expect);
    }

    #[test]
    fn an_application_is_told_with_the_reason_of_its_pod() {
        check(
            &[app("toy-web-prod", "Synced", "Degraded")],
            &[],
            &[pod("web-7c9", Some("toy-web-prod"), pulling())],
            &[
                "toy-web-prod Degraded: ImagePullBackOff (Pod toy/web-7c9, container web: Back-off pulling image \"quay.io/x\")",
            ],
        );
    }

    #[test]
    fn a_pod_without_a_mark_counts_for_the_application_of_its_namespace() {
        check(
            &[app("toy-web-prod", "Synced", "Progressing")],
            &[],
            &[pod("web-7c9", None, pulling())],
            &[
                "toy-web-prod Progressing: ImagePullBackOff (Pod toy/web-7c9, container web: Back-off pulling image \"quay.io/x\")",
            ],
        );
    }

    #[test]
    fn without_a_pod_argo_cds_own_words_are_told_and_the_worst_stands_first() {
        check(
            &[
                app("a", "OutOfSync", "Healthy"),
                app("b", "Synced", "Degraded"),
                app("c", "Synced", "Healthy"),
            ],
            &[],
            &[],
            &["b Degraded: its words", "a OutOfSync: its words"],
        );
    }

    #[test]
    fn an_operator_and_a_pod_of_nobody_are_told_too() {
        let csv = json!({"metadata": {"name": "gitops.v1"}, "status":
            {"phase": "Installing", "reason": "InstallWaiting", "message": "waiting for deployment x"}});
        let done = json!({"metadata": {"name": "other.v1"}, "status": {"phase": "Succeeded"}});
        let pending = json!({"conditions": [{"type": "PodScheduled", "status": "False",
            "reason": "Unschedulable", "message": "0/3 nodes are available"}]});
        let failed =
            json!({"containerStatuses": [{"name": "job", "state": {"terminated": {"exitCode": 3}}}]});
        check(
            &[],
            &[csv, done],
            &[pod("p", None, pending), pod("q", None, failed)],
            &[
                "ClusterServiceVersion gitops.v1 Installing: InstallWaiting: waiting for deployment x",
                "Pod toy/p Unschedulable: 0/3 nodes are available",
                "Pod toy/q Error: container job: exit code 3",
            ],
        );
    }

    #[test]
    fn a_pod_that_is_being_made_is_no_trouble() {
        let creating = json!({"containerStatuses": [{"name": "web", "state": {"waiting": {"reason": "ContainerCreating"}}}]});
        check(&[], &[], &[pod("p", None, creating)], &[]);
    }

    #[test]
    fn odd_answers_and_long_words_do_no_harm() {
        check(
            &[json!({}), json!({"status": []})],
            &[json!(1)],
            &[json!(null)],
            &[" not synced yet", " not synced yet", "ClusterServiceVersion  new"],
        );
        assert_eq!(short(&"é".repeat(400)).chars().count(), LONGEST + 1);
    }
}
