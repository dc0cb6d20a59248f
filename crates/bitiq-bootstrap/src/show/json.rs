//! The one JSON document of each command, and the schemas of all of them. Every document carries `schema_version`: a new
//! key does not raise it, a key that changes its meaning or goes does.

use crate::error::CommandError;
use diagnostics::{Check, CheckStatus, Facts, Failure, StepPlan, count};
use std::collections::BTreeMap;
use std::path::PathBuf;

use bootstrap_core::Planned;
use cluster_spec::{AppsDomain, Loaded, Problem, SpecProblems};
use healthcheck::InfraIds;
use healthcheck::status::ClusterStatus;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use trace::{ErrorRecord, Trace};

const VERSION: u32 = 1;

/// A published schema.
pub struct Published {
    /// Its name.
    pub name: &'static str,
    /// What prints such a document.
    pub of: &'static str,
    /// Makes it, apart from its `$id`.
    schema: fn() -> Value,
}

impl Published {
    /// The schema. Its `$id` is a name and no address: nobody has to fetch anything, and a copy in another repository is
    /// the same schema. The number goes up with `schema_version`.
    pub fn document(&self) -> Value {
        let mut schema = (self.schema)();
        if let Some(map) = schema.as_object_mut() {
            map.entry("$id").or_insert_with(|| format!("urn:bitiq-bootstrap:schema:{}:1", self.name).into());
        }
        schema
    }
}

/// All of them.
pub const SCHEMAS: &[Published] = &[
    published("cluster", "cluster.yaml itself", cluster_spec::json_schema),
    published(
        "trace",
        "run, vault-auth, repo-creds, release, trace; gitops-bootstrap.json",
        trace::json_schema,
    ),
    published("trace-list", "trace --list", of::<TraceList>),
    published("trace-diff", "trace --diff", of::<super::TraceDiff>),
    published("plan", "plan, release --dry-run", of::<Plan<'static>>),
    published("report", "check, verify", of::<Report<'static>>),
    published("status", "status", of::<Status<'static>>),
    published("validate", "validate", of::<Valid<'static>>),
    published("env", "env", of::<Env<'static>>),
    published("infra-id", "infra-id", of::<InfraIdDocument<'static>>),
    published("init", "init", of::<super::InitDocument>),
    published("support-bundle", "support-bundle", of::<super::BundleDocument<'static>>),
    published("explain", "explain", of::<super::ExplainDocument<'static>>),
    published("schema-list", "schema --list", of::<SchemaList>),
    published(
        "failure",
        "any command that failed before it had a document of its own",
        of::<Failed<'static>>,
    ),
    published("event", "one line of -o jsonl", of::<super::jsonl::Line<'static>>),
];

const fn published(name: &'static str, of: &'static str, schema: fn() -> Value) -> Published {
    Published { name, of, schema }
}

fn of<T: JsonSchema>() -> Value {
    schemars::schema_for!(T).to_value()
}

/// Of a command whose document is made elsewhere.
pub fn of_document(document: &impl Serialize) -> Value {
    value(document)
}

fn value(document: impl Serialize) -> Value {
    serde_json::to_value(document).unwrap_or_default()
}

/// Of `run`, `vault-auth`, `repo-creds`, `release` and `trace`: the trace itself.
pub fn trace(trace: &Trace) -> Value {
    value(trace)
}

/// Of `trace --list`.
#[derive(Serialize, JsonSchema)]
struct TraceList {
    /// The version of this document: 1.
    schema_version: u32,
    /// The trace of each remembered run, the newest first; one that the script before this program left has its seven keys alone.
    #[schemars(with = "Vec<BTreeMap<String, Value>>")]
    runs: Vec<Value>,
}

/// Of `trace --list`.
pub fn trace_list(runs: Vec<Value>) -> Value {
    value(TraceList { schema_version: VERSION, runs })
}

/// Of any command that failed before it had a document of its own.
#[derive(Serialize, JsonSchema)]
struct Failed<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// Always `failed`.
    status: &'a str,
    /// The exit code of the program.
    exit_code: u8,
    /// What failed; several were found at the same time.
    errors: Vec<FailedAt<'a>>,
}

/// One failure.
#[derive(Serialize, JsonSchema)]
struct FailedAt<'a> {
    /// What was being done, to what, and what went wrong.
    #[serde(flatten)]
    error: ErrorRecord,
    /// The cluster.yaml that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// What is wrong with it, each with its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<&'a [Problem]>,
}

/// Of any command that failed before there was a trace; `problems` are those of cluster.yaml, with their places.
pub fn failures(failures: &[Failure], exit_code: u8, problems: Option<&SpecProblems>) -> Value {
    let plain = |failure: &Failure| FailedAt { error: failure.record(), file: None, problems: None };
    let mut errors: Vec<FailedAt<'_>> = failures.iter().map(plain).collect();
    if let (Some(error), Some(problems)) = (errors.first_mut(), problems) {
        error.file = Some(&problems.file);
        error.problems = Some(&problems.problems);
    }
    value(Failed { schema_version: VERSION, status: "failed", exit_code, errors })
}

/// Of a command line that can't be understood.
pub fn usage(message: &str, exit_code: u8) -> Value {
    failures(&[usage_failure(message)], exit_code, None)
}

/// A command line that can't be understood.
pub fn usage_failure(message: &str) -> Failure {
    CommandError::CommandLine { message: message.into() }.usage(diagnostics::Subject::Arguments)
}

/// Of `plan` and `release --dry-run`.
#[derive(Serialize, JsonSchema)]
struct Plan<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// Who we are where, and what is handed over.
    facts: &'a Facts,
    /// What each step would do.
    steps: &'a [StepPlan],
    /// Whether something would be written; that the script would run does not count.
    pending: bool,
    /// What to look at.
    warnings: &'a [String],
}

/// Of `plan` and `release --dry-run`.
pub fn plan(planned: &Planned) -> Value {
    value(Plan {
        schema_version: VERSION,
        facts: &planned.facts,
        steps: &planned.plan.steps,
        pending: planned.plan.pending(),
        warnings: &planned.warnings,
    })
}

/// Of `check` and `verify`.
#[derive(Serialize, JsonSchema)]
struct Report<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// `check` or `verify`.
    command: &'a str,
    /// The cluster.
    cluster: &'a str,
    /// `ok` or `failed`.
    status: &'a str,
    /// The exit code of the program.
    exit_code: u8,
    /// How many rows came to what.
    counts: BTreeMap<&'a str, usize>,
    /// Every row, with all its details.
    rows: &'a [Check],
}

/// Of `check` and `verify`.
pub fn report(command: &str, cluster: &str, rows: &[Check], exit_code: u8) -> Value {
    let counts = CheckStatus::ALL.iter().map(|status| (status.as_str(), count(rows, *status))).collect();
    let status = if count(rows, CheckStatus::Failed) == 0 { "ok" } else { "failed" };
    value(Report { schema_version: VERSION, command, cluster, status, exit_code, counts, rows })
}

/// Of `status`.
#[derive(Serialize, JsonSchema)]
struct Status<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// A row for each cluster.
    clusters: &'a [ClusterStatus],
}

/// Of `status`.
pub fn status(clusters: &[ClusterStatus]) -> Value {
    value(Status { schema_version: VERSION, clusters })
}

/// Of `validate`.
#[derive(Serialize, JsonSchema)]
struct Valid<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// The cluster.yaml.
    file: PathBuf,
    /// `name`.
    cluster: &'a str,
    /// `gitops.env`.
    env: &'a str,
    /// `apps.<name>.<dns.base_domain>`.
    #[serde(rename = "base_domain")]
    #[schemars(with = "String")]
    apps_domain: AppsDomain,
    /// `gitops.repo_url`.
    repo_url: &'a str,
    /// `gitops.repo_ref`.
    repo_ref: &'a str,
    /// What to look at.
    warnings: &'a [String],
}

/// Of `validate`.
pub fn valid(loaded: &Loaded) -> Value {
    let spec = &loaded.spec;
    value(Valid {
        schema_version: VERSION,
        file: loaded.folder.yaml(),
        cluster: &spec.name,
        env: &spec.env,
        apps_domain: spec.apps_domain(),
        repo_url: spec.repo_url.as_str(),
        repo_ref: spec.repo_ref.as_str(),
        warnings: &loaded.warnings,
    })
}

/// Of `infra-id`.
#[derive(Serialize, JsonSchema)]
struct InfraIdDocument<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// What each place knows.
    #[serde(flatten)]
    found: &'a InfraIds,
    /// The diff that mends the repository, with `--patch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<String>,
}

/// Of `infra-id`; with the diff where it was asked for.
pub fn infra_ids(found: &InfraIds, patch: bool) -> Value {
    let searched = found.commit.as_ref().filter(|_| patch);
    let patch = searched.map(|searched| String::from_utf8_lossy(&searched.patch).into_owned());
    value(InfraIdDocument { schema_version: VERSION, found, patch })
}

/// Of `env`.
#[derive(Serialize, JsonSchema)]
struct Env<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// The values that the script gets.
    environment: BTreeMap<&'a str, &'a str>,
    /// The line that runs the script by hand.
    debugging: &'a str,
}

/// Of `env`.
pub fn env(values: &[(&str, String)], debugging: &str) -> Value {
    let environment = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    value(Env { schema_version: VERSION, environment, debugging })
}

/// Of `schema --list`.
#[derive(Serialize, JsonSchema)]
struct SchemaList {
    /// The version of this document: 1.
    schema_version: u32,
    /// The name of each schema, and what it describes.
    schemas: BTreeMap<&'static str, &'static str>,
}

/// Of `schema --list`.
pub fn schema_list() -> Value {
    let schemas = SCHEMAS.iter().map(|it| (it.name, it.of)).collect();
    value(SchemaList { schema_version: VERSION, schemas })
}
