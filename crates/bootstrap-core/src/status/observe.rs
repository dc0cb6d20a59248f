//! What is known of one cluster: its files on this machine, and the record in the cluster, under one short time limit.

use std::error::Error;
use std::time::Duration;

use argocd::record::{self, Record};
use cluster_spec::{ClusterFolder, Repository};

use super::since::{Since, later};
use super::{ClusterStatus, Known};
use crate::settings::ClusterSettings;

/// What the cluster said.
#[derive(Debug)]
pub enum Asked {
    /// It answered: the record, where there is one.
    Answered(Option<Box<Record>>),
    /// It did not, for this reason.
    Silent(String),
}

/// One cluster. Nothing that goes wrong with it is an error: it is told in its row.
pub async fn observe(
    repository: &Repository,
    cluster: &str,
    settings: &ClusterSettings,
    limit: Duration,
) -> ClusterStatus {
    let folder = match repository.folder(cluster) {
        Ok(folder) => folder,
        Err(error) => return nameless(cluster, error.to_string()),
    };
    if !folder.dir().is_dir() {
        return nameless(cluster, format!("{} is not there", folder.dir().display()));
    }
    let mut known = known(repository, &folder);
    known.record = ask(&folder, settings, limit).await;
    ClusterStatus::of(known)
}

/// The same from the files alone: the cluster is not asked.
pub fn on_this_machine(repository: &Repository, cluster: &str) -> ClusterStatus {
    match repository.folder(cluster) {
        Ok(folder) => ClusterStatus::of(known(repository, &folder)),
        Err(error) => nameless(cluster, error.to_string()),
    }
}

fn nameless(cluster: &str, why: String) -> ClusterStatus {
    ClusterStatus::of(Known { cluster: cluster.into(), notes: vec![why], ..Known::default() })
}

fn known(repository: &Repository, folder: &ClusterFolder) -> Known {
    let mut known = Known { cluster: folder.cluster().into(), ..Known::default() };
    match trace::read_optional(&folder.trace()) {
        Ok(trace) => known.trace = trace,
        Err(error) => {
            let hint = error.hint().map(|hint| format!("; {}", hint.replace('\n', " "))).unwrap_or_default();
            known.notes.push(format!("the trace can't be read: {error}{hint}"));
        }
    }
    known.at_work = crate::run_at_work(&folder.lock());
    known.since = Since::of(&later(folder, known.trace.as_ref(), known.at_work.as_deref()));
    match cluster_spec::load(repository, folder.cluster()) {
        Ok(loaded) => (known.name, known.env) = (Some(loaded.spec.name), Some(loaded.spec.env)),
        Err(_) => {
            known.is_broken = true;
            known.notes.push("cluster.yaml is broken: bitiq-bootstrap validate <cluster>".into());
        }
    }
    known
}

/// An error with its cause.
fn whole(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// Not asked where there is no kubeconfig.
async fn ask(folder: &ClusterFolder, settings: &ClusterSettings, limit: Duration) -> Option<Asked> {
    let (existing, installer) = (folder.kubeconfig(), folder.installer_kubeconfig());
    if !existing.exists() && !installer.exists() {
        return None;
    }
    let asked = async {
        let chosen = cluster_access::choose(None, &existing, &installer).map_err(|error| whole(&error))?;
        let access = cluster_access::connect(&chosen.kubeconfig, &settings.network, limit)
            .await
            .map_err(|error| error.to_string())?;
        let state = record::observe(&access, &settings.argocd_namespace).await;
        state.map(|state| state.record()).map_err(|error| error.to_string())
    };
    Some(match tokio::time::timeout(limit, asked).await {
        Ok(Ok(record)) => Asked::Answered(record.map(Box::new)),
        Ok(Err(why)) => Asked::Silent(format!("failed to {}", secret::one_line(&why))),
        Err(_) => Asked::Silent(format!("the cluster did not answer within {} s", limit.as_secs())),
    })
}
