//! A run as OpenTelemetry spans: OTLP in its JSON form (`ExportTraceServiceRequest` of opentelemetry-proto), as any
//! collector takes it at `/v1/traces`. Ids are lower-case hexadecimal, times nanoseconds as texts.

use serde_json::{Value, json};

use crate::{ErrorRecord, RunStatus, Step, StepStatus, Timestamp, Trace};

/// `SPAN_KIND_INTERNAL`
const INTERNAL: u32 = 1;
/// `STATUS_CODE_UNSET`, `STATUS_CODE_OK`, `STATUS_CODE_ERROR`
const UNSET: u32 = 0;
const OK: u32 = 1;
const ERROR: u32 = 2;

impl Trace {
    /// The run's span, with one for each step that began below it. `now` ends those at work.
    pub fn otlp_json(&self, now: Timestamp) -> Value {
        let mut spans = vec![self.run_as_span(now)];
        spans.extend(self.steps.iter().filter_map(|step| self.step_as_span(step, now)));
        let resource = attributes([
            ("service.name", Some(self.tool.name.clone())),
            ("service.version", Some(self.tool.version.clone())),
            ("host.name", Some(self.started_by.host.clone())),
            ("process.pid", Some(self.started_by.pid.to_string())),
        ]);
        json!({ "resourceSpans": [{
            "resource": { "attributes": resource },
            "scopeSpans": [{
                "scope": { "name": self.tool.name, "version": self.tool.version },
                "spans": spans,
            }],
        }] })
    }

    fn run_as_span(&self, now: Timestamp) -> Value {
        let kubernetes = self.kubernetes.as_ref();
        let attributes = attributes([
            ("bitiq.run_id", Some(self.run_id.to_string())),
            ("bitiq.exit_code", self.exit_code.map(|code| code.to_string())),
            ("k8s.cluster.name", Some(self.cluster.clone())),
            ("k8s.cluster.uid", kubernetes.map(|it| it.cluster_id.clone())),
            ("bitiq.infra_id", kubernetes.and_then(|it| it.infra_id.clone())),
            ("server.address", kubernetes.map(|it| it.server.clone())),
            ("deployment.environment.name", Some(self.env.clone())),
            ("vcs.repository.url.full", Some(self.repo_url.clone())),
            ("vcs.ref.head.name", Some(self.repo_ref.clone())),
            ("vcs.ref.head.revision", Some(self.git_sha.clone())),
            ("bitiq.login.source", self.credentials.as_ref().map(|it| it.source.clone())),
            ("bitiq.vault.mount", self.vault.as_ref().map(|it| it.mount.clone())),
        ]);
        let end = self.finished_at.unwrap_or_else(|| self.last_known(now));
        let warning = |text: &String| {
            json!({ "timeUnixNano": nanoseconds(end), "name": "warning",
                    "attributes": attributes_of("message", text) })
        };
        let mut span = json!({
            "traceId": self.trace_id(),
            "spanId": self.run_span(),
            "name": format!("{} {}", self.tool.command, self.cluster),
            "kind": INTERNAL,
            "startTimeUnixNano": nanoseconds(self.began()),
            "endTimeUnixNano": nanoseconds(end),
            "attributes": attributes,
            "events": self.warnings.iter().map(warning).collect::<Vec<_>>(),
            "status": self.run_status(),
        });
        if let Some(context) = &self.trace_context {
            span["parentSpanId"] = context.parent_id.clone().into();
            span["traceState"] = context.state.clone().unwrap_or_default().into();
        }
        span
    }

    fn run_status(&self) -> Value {
        match (self.status, &self.error) {
            (RunStatus::Succeeded, _) => json!({ "code": OK }),
            (RunStatus::Running, _) => json!({ "code": UNSET }),
            (_, Some(error)) => json!({ "code": ERROR, "message": said(error) }),
            (status, None) => json!({ "code": ERROR, "message": status.as_str() }),
        }
    }

    fn step_as_span(&self, step: &Step, now: Timestamp) -> Option<Value> {
        let time_span = self.time_span(step, now)?;
        let began = step.started_at?;
        let end =
            began.checked_add(jiff::SignedDuration::from_millis(time_span.length.try_into().ok()?)).ok()?;
        let error = self.error.as_ref().filter(|error| error.step == step.name);
        let status = match step.status {
            StepStatus::Failed => json!({ "code": ERROR, "message": error.map(said).unwrap_or_default() }),
            StepStatus::Pending | StepStatus::Running => json!({ "code": UNSET }),
            StepStatus::Changed | StepStatus::Unchanged | StepStatus::Skipped => json!({ "code": OK }),
        };
        let change = |change: &crate::Change| {
            json!({ "timeUnixNano": nanoseconds(end), "name": "change",
                    "attributes": attributes_of("object", &format!("{} {}", change.action, change.object)) })
        };
        Some(json!({
            "traceId": self.trace_id(),
            "spanId": self.step_span(&step.name),
            "parentSpanId": self.run_span(),
            "name": step.name,
            "kind": INTERNAL,
            "startTimeUnixNano": nanoseconds(began),
            "endTimeUnixNano": nanoseconds(end),
            "attributes": attributes([
                ("bitiq.step.status", Some(step.status.as_str().to_owned())),
                ("bitiq.step.detail", Some(step.detail.join("\n"))),
            ]),
            "events": step.changes.iter().map(change).collect::<Vec<_>>(),
            "status": status,
        }))
    }

    /// Of a run that left no end: now where it is at work, else the end of its last step.
    fn last_known(&self, now: Timestamp) -> Timestamp {
        let length = i64::try_from(self.length(now)).unwrap_or(i64::MAX);
        self.began().checked_add(jiff::SignedDuration::from_millis(length)).unwrap_or(now)
    }
}

fn said(error: &ErrorRecord) -> String {
    std::iter::once(error.message.clone())
        .chain(error.causes.iter().map(ToString::to_string))
        .collect::<Vec<_>>()
        .join(": ")
}

fn nanoseconds(time: Timestamp) -> String {
    time.as_nanosecond().to_string()
}

/// Returns the attributes that have a value.
fn attributes<const N: usize>(all: [(&str, Option<String>); N]) -> Vec<Value> {
    let known = all.into_iter().filter_map(|(key, value)| Some((key, value.filter(|it| !it.is_empty())?)));
    known.map(|(key, value)| json!({ "key": key, "value": { "stringValue": value } })).collect()
}

fn attributes_of(key: &str, value: &str) -> Vec<Value> {
    attributes([(key, Some(value.to_owned()))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TraceContext;
    use crate::time::tests::at;

    fn trace() -> Trace {
        let mut trace = crate::time::tests::trace();
        trace.cluster = "demo".into();
        trace.tool.command = "run".into();
        trace.warnings.push("look at this".into());
        trace.error =
            Some(ErrorRecord { step: "script".into(), message: "it broke".into(), ..Default::default() });
        trace.finish(RunStatus::Failed, 1, at(900));
        trace
    }

    fn spans(document: &Value) -> &Vec<Value> {
        document["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap()
    }

    #[test]
    fn a_run_is_a_span_with_one_below_it_for_each_step_that_began() {
        let document = trace().otlp_json(at(9_000));
        let spans = spans(&document);
        assert_eq!(spans.len(), 3, "{document:#}");
        assert_eq!((&spans[0]["name"], spans[0].get("parentSpanId")), (&json!("run demo"), None));
        assert_eq!(spans[0]["startTimeUnixNano"], "250000000");
        assert_eq!(spans[0]["endTimeUnixNano"], "900000000");
        assert_eq!(spans[0]["events"][0]["name"], "warning");
        assert_eq!(spans[2]["status"], json!({"code": 2, "message": "it broke"}));
        assert_eq!(spans[1]["status"], json!({"code": 1}));
        for span in &spans[1..] {
            assert_eq!(
                (&span["parentSpanId"], &span["traceId"]),
                (&spans[0]["spanId"], &spans[0]["traceId"])
            );
        }
    }

    #[test]
    fn one_that_was_started_in_a_trace_hangs_below_it() {
        let mut trace = trace();
        let incoming = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        trace.trace_context = Some(TraceContext::parse(incoming, Some("vendor=x")).unwrap());
        let document = trace.otlp_json(at(9_000));
        let run = &spans(&document)[0];
        assert_eq!(run["traceId"], "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(
            (&run["parentSpanId"], &run["traceState"]),
            (&json!("b7ad6b7169203331"), &json!("vendor=x"))
        );
    }

    #[test]
    fn the_same_run_gives_the_same_document_whenever_it_is_asked() {
        assert_eq!(trace().otlp_json(at(1)), trace().otlp_json(at(2)));
    }
}
