//! Result of `trace --diff`: differences of two runs.

use schemars::JsonSchema;
use serde::Serialize;
use trace::Trace;

use super::document::{Document, TextView, VERSION};
use super::style::{BOLD, DIM, ERROR, SUCCESS, WARNING, paint};
use super::trace::took;
use super::wrap::hang;

/// Times of steps are compared from here on, in milliseconds.
const TELLS_MS: u64 = 500;

/// What differs between two runs. `left` is the one named first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TraceDiff {
    /// The version of this document: 1.
    schema_version: u32,
    /// The cluster.
    cluster: String,
    /// The run named first.
    left: String,
    /// The other one.
    right: String,
    /// What is not the same of both: commit, versions, cluster, login, Vault, how they ended.
    facts: Vec<Pair>,
    /// Every step of either.
    steps: Vec<StepPair>,
    /// Changes that one alone made.
    changes: Sides,
    /// Warnings that one alone had.
    warnings: Sides,
    /// Errors that one alone had.
    errors: Sides,
}

/// One thing of which they differ.
#[derive(Debug, Serialize, JsonSchema)]
struct Pair {
    /// What.
    name: &'static str,
    /// Of the run named first; empty where it is not known.
    left: String,
    /// Of the other one.
    right: String,
}

/// One step of both.
#[derive(Debug, Serialize, JsonSchema)]
struct StepPair {
    /// The step.
    name: String,
    /// Its status in the run named first; none where that has no such step.
    left: Option<&'static str>,
    /// In the other one.
    right: Option<&'static str>,
    /// How long it took there, in milliseconds; none where it never ended.
    left_ms: Option<u64>,
    /// In the other one.
    right_ms: Option<u64>,
    /// How many times as long the other one took; none where either is not known, or took no time.
    ratio: Option<f64>,
}

/// What one run alone has.
#[derive(Debug, Serialize, JsonSchema)]
struct Sides {
    /// The run named first.
    left: Vec<String>,
    /// The other one.
    right: Vec<String>,
}

/// Compares two runs. Pure.
pub fn diff(left: &Trace, right: &Trace) -> TraceDiff {
    TraceDiff {
        schema_version: VERSION,
        cluster: left.cluster.clone(),
        left: left.run_id.to_string(),
        right: right.run_id.to_string(),
        facts: facts(left, right),
        steps: steps(left, right),
        changes: sides(&changes(left), &changes(right)),
        warnings: sides(&left.warnings, &right.warnings),
        errors: sides(&errors(left), &errors(right)),
    }
}

fn facts(left: &Trace, right: &Trace) -> Vec<Pair> {
    let of = |trace: &Trace| {
        let kubernetes = trace.kubernetes.clone().unwrap_or_default();
        let vault = trace.vault.clone().unwrap_or_default();
        let login = trace.credentials.clone().unwrap_or_default();
        [
            ("command", trace.tool.command.clone()),
            ("status", trace.status.to_string()),
            ("exit code", trace.exit_code.map(|code| code.to_string()).unwrap_or_default()),
            ("program", trace.tool.version.clone()),
            ("started by", format!("{}@{}", trace.started_by.user, trace.started_by.host)),
            ("repository", trace.repo_url.clone()),
            ("ref", trace.repo_ref.clone()),
            ("commit", trace.git_sha.clone()),
            ("ENV", trace.env.clone()),
            ("BASE_DOMAIN", trace.apps_domain.clone()),
            ("API server", kubernetes.server),
            ("Kubernetes", kubernetes.version),
            ("cluster id", kubernetes.cluster_id),
            ("infraID", kubernetes.infra_id.unwrap_or_default()),
            ("login", login.path.unwrap_or(login.source)),
            ("Vault", format!("{} {}", vault.address, vault.mount).trim().to_owned()),
        ]
    };
    let pairs = of(left).into_iter().zip(of(right));
    let pair =
        |((name, left), (_, right)): ((&'static str, String), (&str, String))| Pair { name, left, right };
    pairs.map(pair).filter(|pair| pair.left != pair.right).collect()
}

fn steps(left: &Trace, right: &Trace) -> Vec<StepPair> {
    let mut names: Vec<&String> = left.steps.iter().map(|step| &step.name).collect();
    let more: Vec<&String> =
        right.steps.iter().map(|step| &step.name).filter(|name| !names.contains(name)).collect();
    names.extend(more);
    names.into_iter().map(|name| pair(name, left, right)).collect()
}

fn pair(name: &str, left: &Trace, right: &Trace) -> StepPair {
    let status = |trace: &Trace| trace.step(name).map(|step| trace.display_status(step).as_str());
    let time = |trace: &Trace| trace.step(name).and_then(|step| step.duration_ms);
    let (left_ms, right_ms) = (time(left), time(right));
    #[expect(clippy::cast_precision_loss, reason = "no step takes 2^52 milliseconds")]
    let ratio = match (left_ms, right_ms) {
        (Some(left @ 1..), Some(right)) => Some((right as f64 / left as f64 * 100.0).round() / 100.0),
        _ => None,
    };
    StepPair { name: name.into(), left: status(left), right: status(right), left_ms, right_ms, ratio }
}

fn changes(trace: &Trace) -> Vec<String> {
    let of = trace.steps.iter().flat_map(|step| step.changes.iter().map(move |change| (step, change)));
    of.map(|(step, change)| format!("{}: {change}", step.name)).collect()
}

fn errors(trace: &Trace) -> Vec<String> {
    let all = trace.error.iter().flat_map(|first| std::iter::once(first).chain(&first.also));
    all.map(|error| format!("{}: {}", error.step, error.message)).collect()
}

fn sides(left: &[String], right: &[String]) -> Sides {
    let without = |these: &[String], those: &[String]| {
        these.iter().filter(|it| !those.contains(it)).cloned().collect::<Vec<_>>()
    };
    Sides { left: without(left, right), right: without(right, left) }
}

impl Document for TraceDiff {
    fn text(&self, view: &TextView<'_>) -> String {
        diff_as_text(self, view.columns)
    }
}

fn diff_as_text(diff: &TraceDiff, columns: Option<usize>) -> String {
    let mut text = format!("{} {}\n", paint(BOLD, "runs of"), diff.cluster);
    let mut line = |text_of: &str, indent: usize| {
        text.push_str(&format!("{}\n", hang(text_of, columns, indent)));
    };
    line(&format!("{} {}", paint(ERROR, "-"), diff.left), 2);
    line(&format!("{} {}", paint(SUCCESS, "+"), diff.right), 2);
    for pair in &diff.facts {
        let or_none = |text: &str| if text.is_empty() { "(none)".to_owned() } else { text.to_owned() };
        line(&format!("  {:<12} {} {}", pair.name, paint(ERROR, "-"), or_none(&pair.left)), 17);
        line(&format!("  {:<12} {} {}", "", paint(SUCCESS, "+"), or_none(&pair.right)), 17);
    }
    for step in &diff.steps {
        line(&step_as_text(step), 17);
    }
    for (name, sides) in [("change", &diff.changes), ("warning", &diff.warnings), ("error", &diff.errors)] {
        for (mark, all) in [(paint(ERROR, "-"), &sides.left), (paint(SUCCESS, "+"), &sides.right)] {
            all.iter().for_each(|it| line(&format!("  {name:<12} {mark} {it}"), 17));
        }
    }
    text
}

fn step_as_text(step: &StepPair) -> String {
    let side = |status: Option<&str>, ms: Option<u64>| {
        let time = ms.map(|ms| format!(" {}", took(ms))).unwrap_or_default();
        format!("{}{time}", status.unwrap_or("(none)"))
    };
    let (left, right) = (side(step.left, step.left_ms), side(step.right, step.right_ms));
    // Of less than that it says nothing.
    let tells = [step.left_ms, step.right_ms].into_iter().flatten().any(|ms| ms >= TELLS_MS);
    let ratio =
        step.ratio.filter(|_| tells).map(|ratio| paint(DIM, format!("  x{ratio:.2}"))).unwrap_or_default();
    let right = if step.left == step.right { right } else { paint(WARNING, right) };
    format!("  {:<12} {left} -> {right}{ratio}", step.name)
}

#[cfg(test)]
mod tests {
    use trace::{RunId, RunStatus, StepStatus, Timestamp};

    use super::*;

    fn trace(entropy: u32, sha: &str, script: i64, status: RunStatus) -> Trace {
        let at = |millisecond| Timestamp::from_millisecond(millisecond).unwrap();
        let mut trace = Trace::begin(RunId::new(at(0), entropy), at(0), &["script", "argocd"], None);
        trace.git_sha = sha.into();
        trace.step_mut("script").begin(at(100));
        trace.step_mut("script").end(StepStatus::Changed, at(100 + script));
        trace.finish(status, 0, at(1_000 + script));
        trace
    }

    #[test]
    fn what_is_the_same_is_not_told_and_steps_have_their_ratio() {
        let (left, right) =
            (trace(1, "a", 1_000, RunStatus::Succeeded), trace(2, "b", 2_500, RunStatus::Succeeded));
        let diff = diff(&left, &right);
        let facts: Vec<_> = diff.facts.iter().map(|pair| (pair.name, pair.left.as_str())).collect();
        assert_eq!(facts, [("commit", "a")]);
        assert_eq!((diff.steps[0].ratio, diff.steps[1].ratio), (Some(2.5), None));
        let text = diff_as_text(&diff, None);
        let text = anstream::adapter::strip_str(&text).to_string();
        assert!(text.contains("script       changed 1.0s -> changed 2.5s  x2.50"), "{text}");
    }

    #[test]
    fn a_warning_of_one_alone_is_on_its_side() {
        let (mut left, right) = (trace(1, "a", 1, RunStatus::Succeeded), trace(2, "a", 1, RunStatus::Failed));
        left.warnings.push("look".into());
        let diff = diff(&left, &right);
        assert_eq!((diff.warnings.left, diff.warnings.right), (vec!["look".to_owned()], vec![]));
        assert!(diff.facts.iter().any(|pair| (pair.name, pair.right.as_str()) == ("status", "failed")));
    }
}
