//! The infraID of a cluster as each place knows it, side by side, and those that an earlier cluster left in the
//! repository.

mod repository;

pub use repository::NoAnswer;

use argocd::record;
use cluster_access::{Cluster, Identity, ObjectRef};
use diagnostics::{Blocked, Checks, Failure, Failures, Subject, failures};
use schemars::JsonSchema;
use serde::Serialize;

use preflight::Reporter;
use preflight::Session;
use preflight::Warnings;
use preflight::check_inputs;
use preflight::infra_id_sources::{self, InfraIdSource};
use preflight::observe::cluster::connect::{kubeconfig, reach};
use preflight::observe::cluster::identity;
use preflight::stale_infra_ids::StaleInfraIds;
use preflight::work_dir;
use preflight::{Context, Request};

/// What `infra-id` shows.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InfraIds {
    /// `name` of cluster.yaml.
    pub cluster: String,
    /// What `Infrastructure/cluster` says.
    pub live: Option<String>,
    /// Every place, the cluster first.
    pub places: Vec<InfraIdSource>,
    /// What the ref's commit holds; none where it could not be read.
    pub commit: Option<StaleInfraIds>,
    /// What to look at.
    pub warnings: Vec<String>,
    /// The same as a failure, under `--strict`.
    #[serde(skip)]
    pub strict: Option<Failure>,
}

/// Looks everywhere, and writes nothing but fetched Git objects into `.work/cache/`. What can't be read is a warning.
///
/// # Errors
/// A signal.
pub async fn infra_ids(request: &Request, context: &Context) -> Result<InfraIds, Failures> {
    let warnings = Warnings::of(context);
    work_dir::check(&request.folder)?;
    let (session, reporter) = (context.session(), Reporter::new(context));
    reporter.checks(&check_inputs(request, &context.mask));
    let (live, mut places, access) = in_cluster(request, context, &session, &reporter).await;
    context.stop.check(Subject::Command("infra-id"))?;
    places.extend(infra_id_sources::observe(&request.folder));
    for place in &mut places {
        place.agrees = place.id.as_ref().and_then(|id| Some(*id == *live.as_ref()?));
    }
    let earlier: Vec<&str> = places.iter().filter_map(|place| place.id.as_deref()).collect();
    let search = infra_id::Search::new(&request.spec.name, live.as_deref(), earlier);
    let commit = match repository::search(request, &session, &reporter, access.as_ref(), search).await {
        Ok(searched) => Some(searched),
        Err(failure) => {
            context.stop.check(Subject::Command("infra-id"))?;
            context.events.warn(format!("the repository was not searched: {}", with_causes(&failure)));
            None
        }
    };
    let stale = commit.as_ref().map_or(0, |searched| searched.stale.len());
    if live.is_some() && stale > 0 {
        context
            .events
            .warn(format!("the repository holds an infraID of an earlier cluster in {stale} places"));
    }
    let strict = warnings.refuse_if_strict(request.settings.strict).err();
    let cluster = request.spec.name.clone();
    Ok(InfraIds { cluster, live, places, commit, warnings: warnings.heard(), strict })
}

/// The live infraID, what the cluster and the record in it say, and the way there.
async fn in_cluster(
    request: &Request,
    context: &Context,
    session: &Session,
    reporter: &Reporter<'_>,
) -> (Option<String>, Vec<InfraIdSource>, Option<Cluster>) {
    let live = "Infrastructure/cluster";
    let record_name = format!("ConfigMap {}", record::NAME);
    let mut checks = Checks::default();
    let found = identify(request, session, &mut checks).await;
    let checks = checks.into_vec();
    let (access, identity) = match found {
        Ok(found) => {
            reporter.checks(&checks);
            found
        }
        Err(detail) => {
            let Some(why) = failures(&checks).first().cloned() else { return (None, Vec::new(), None) };
            context.events.warn(format!("the cluster was not asked: {}", with_causes(&why)));
            let places = [live, &record_name].map(|place| InfraIdSource::silent(place, detail));
            return (None, places.into(), None);
        }
    };
    let record = record_source(request, context, &access, &record_name).await;
    let place = cluster_source(live, &identity);
    (identity.infra_id, vec![place, record], Some(access))
}

/// The cluster, and who it is. Else why its infraID is not known; a check says more.
async fn identify(
    request: &Request,
    session: &Session,
    checks: &mut Checks,
) -> Result<(Cluster, Identity), &'static str> {
    let inputs = request.inputs().cluster;
    let silent = |Blocked| "the cluster does not answer";
    let kubeconfig = kubeconfig(&inputs, session, checks).map_err(silent)?;
    let reached = reach(&inputs, session, kubeconfig).await;
    let reached = checks.failure_of(diagnostics::CheckId::ApiServer, "", reached).map_err(silent)?;
    // Another cluster's infraID must not come into this one's files.
    identity::observe(&inputs, session, &reached.access, &reached.identity, checks)
        .await
        .map_err(|Blocked| "it is another cluster")?;
    Ok((reached.access, reached.identity))
}

fn cluster_source(name: &str, identity: &Identity) -> InfraIdSource {
    match &identity.infra_id {
        Some(id) => InfraIdSource::knows(name, id, "live"),
        None if identity.is_openshift => InfraIdSource::silent(name, "it names none"),
        None => InfraIdSource::silent(name, "the cluster is no OpenShift"),
    }
}

async fn record_source(request: &Request, context: &Context, access: &Cluster, name: &str) -> InfraIdSource {
    let namespace = &request.settings.cluster.argocd_namespace;
    let read = tokio::select! {
        read = record::observe(access, namespace) => read,
        () = context.stop.token.cancelled() => return InfraIdSource::silent(name, "not asked"),
    };
    match read.map(|state| state.record()) {
        Ok(None) => InfraIdSource::silent(name, "not there"),
        Ok(Some(record)) => match record.owner.infra_id {
            Some(id) => InfraIdSource::knows(name, &id, format!("in {namespace}")),
            None => InfraIdSource::silent(name, "it names none"),
        },
        Err(error) => {
            let object = ObjectRef::config_map(namespace, record::NAME);
            context.events.warn(format!("{object} was not read: {error}"));
            InfraIdSource::silent(name, "it can't be read")
        }
    }
}

/// The message with its causes, in one line.
fn with_causes(failure: &Failure) -> String {
    std::iter::once(failure.message.clone())
        .chain(failure.causes.iter().map(ToString::to_string))
        .collect::<Vec<_>>()
        .join(": ")
}
