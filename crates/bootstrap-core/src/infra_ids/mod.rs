//! The infraID of a cluster as each place knows it, side by side, and those that an earlier cluster left in the
//! repository.

pub(crate) mod on_disk;
mod repository;

pub use on_disk::infra_id_on_disk;

use argocd::record;
use cluster_access::{Cluster, Identity, ObjectRef};
use infra_id::{Finding, Whose};
use schemars::JsonSchema;
use serde::Serialize;

use crate::failure::Failure;
use crate::look::cluster::connect;
use crate::look::{Rows, identity};
use crate::request::{Context, Request};
use crate::warnings::Warnings;
use crate::workdir;

const SILENT: &str = "the cluster does not answer";

/// A place that may know the infraID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// Which one.
    pub place: String,
    /// What it says.
    pub id: Option<String>,
    /// Whether that is the live one; none where either is not known.
    pub agrees: Option<bool>,
    /// Why it says nothing, or since when.
    pub detail: String,
}

impl Place {
    fn knows(place: &str, id: &str, detail: impl Into<String>) -> Self {
        Self { place: place.into(), id: Some(id.into()), agrees: None, detail: detail.into() }
    }

    fn silent(place: &str, detail: impl Into<String>) -> Self {
        Self { place: place.into(), id: None, agrees: None, detail: detail.into() }
    }
}

/// What the commit holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Searched {
    /// The commit.
    pub git_sha: String,
    /// This cluster's, not the live one. Where the live one is not known: all of this cluster's.
    pub stale: Vec<Finding>,
    /// Words that look like infraIDs of this cluster, without anything that shows it. They may be names.
    pub possible: Vec<Finding>,
    /// Other clusters'.
    pub others: Vec<Finding>,
    /// The diff that mends the stale ones; empty where the live one is not known.
    #[serde(skip)]
    pub patch: Vec<u8>,
}

impl Searched {
    pub(crate) fn new(git_sha: String, found: Vec<Finding>, patch: Vec<u8>) -> Self {
        let of = |whose| found.iter().filter(|finding| finding.whose == whose).cloned().collect();
        let (stale, possible) = (of(Whose::ThisCluster), of(Whose::Possible));
        Self { git_sha, stale, possible, others: of(Whose::AnotherCluster), patch }
    }
}

/// What `infra-id` shows.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InfraIds {
    /// `name` of cluster.yaml.
    pub cluster: String,
    /// What `Infrastructure/cluster` says.
    pub live: Option<String>,
    /// Every place, the cluster first.
    pub places: Vec<Place>,
    /// What the ref's commit holds; none where it could not be read.
    pub commit: Option<Searched>,
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
pub async fn infra_ids(request: &Request, context: &Context) -> Result<InfraIds, Vec<Failure>> {
    let warnings = Warnings::new(&context.mask);
    context.events.add(Box::new(warnings.clone()));
    workdir::check(&request.folder).map_err(one)?;
    crate::run::said_before(request, context);
    let (live, mut places, access) = in_cluster(request, context).await;
    context.stop.check("infra-id").map_err(one)?;
    places.extend(on_disk::places(&request.folder));
    for place in &mut places {
        place.agrees = place.id.as_ref().and_then(|id| Some(*id == *live.as_ref()?));
    }
    let earlier: Vec<&str> = places.iter().filter_map(|place| place.id.as_deref()).collect();
    let search = infra_id::Search::new(&request.spec.name, live.as_deref(), earlier);
    let commit = match repository::search(request, context, access.as_ref(), search).await {
        Ok(searched) => Some(searched),
        Err(failure) => {
            context.stop.check("infra-id").map_err(one)?;
            context.events.warn(format!("the repository was not searched: {}", told(&failure)));
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
async fn in_cluster(request: &Request, context: &Context) -> (Option<String>, Vec<Place>, Option<Cluster>) {
    let live = "Infrastructure/cluster";
    let record_name = format!("ConfigMap {}", record::NAME);
    let not_read = |why: &Failure, detail: &str| {
        context.events.warn(format!("the cluster was not asked: {}", told(why)));
        let silent = |place: &str| Place::silent(place, detail);
        (None, vec![silent(live), silent(&record_name)], None)
    };
    let access = match connect(request, context).await {
        Ok((_, access)) => access,
        Err(failures) => {
            return failures.first().map_or((None, Vec::new(), None), |why| not_read(why, SILENT));
        }
    };
    let identity = tokio::select! {
        identity = cluster_access::identify(&access) => identity,
        () = context.stop.token.cancelled() => return (None, Vec::new(), None),
    };
    let identity = match identity {
        Ok(identity) => identity,
        Err(error) => return not_read(&crate::look::cluster::refused(&error), SILENT),
    };
    // Another cluster's infraID must not come into this one's files.
    let rows = Rows::of(context, "cluster");
    if let Err(failures) = identity::check(request, context, &access, &identity, rows).await {
        let detail = "it is another cluster";
        return failures.first().map_or((None, Vec::new(), None), |why| not_read(why, detail));
    }
    let record = record_place(request, context, &access, &record_name).await;
    let place = of_cluster(live, &identity);
    (identity.infra_id, vec![place, record], Some(access))
}

fn of_cluster(name: &str, identity: &Identity) -> Place {
    match &identity.infra_id {
        Some(id) => Place::knows(name, id, "live"),
        None if identity.is_openshift => Place::silent(name, "it names none"),
        None => Place::silent(name, "the cluster is no OpenShift"),
    }
}

async fn record_place(request: &Request, context: &Context, access: &Cluster, name: &str) -> Place {
    let namespace = &request.settings.cluster.argocd_namespace;
    let read = tokio::select! {
        read = record::observe(access, namespace) => read,
        () = context.stop.token.cancelled() => return Place::silent(name, "not asked"),
    };
    match read.map(|state| state.record()) {
        Ok(None) => Place::silent(name, "not there"),
        Ok(Some(record)) => match record.owner.infra_id {
            Some(id) => Place::knows(name, &id, format!("in {namespace}")),
            None => Place::silent(name, "it names none"),
        },
        Err(error) => {
            let object = ObjectRef::config_map(namespace, record::NAME);
            context.events.warn(format!("{object} was not read: {error}"));
            Place::silent(name, "it can't be read")
        }
    }
}

fn told(failure: &Failure) -> String {
    std::iter::once(failure.message.clone())
        .chain(failure.causes.iter().map(ToString::to_string))
        .collect::<Vec<_>>()
        .join(": ")
}

fn one(failure: Failure) -> Vec<Failure> {
    vec![failure]
}
