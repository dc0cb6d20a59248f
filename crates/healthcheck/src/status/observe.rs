//! What is known of one cluster: its files on this machine, and the record in the cluster, under one short time limit.

use std::error::Error as _;
use std::io::ErrorKind;
use std::time::Duration;

use advice::{Advice, CommandLine, Diagnostic as _};
use argocd::record::{self, Record};
use cluster_access::KubeconfigError;
use cluster_spec::{ClusterFolder, LoadError, Repository};
use trace::History;

use super::later_runs::{LaterRuns, later};
use super::{ClusterStatus, Known};
use settings::ClusterSettings;
use settings::variables;

/// The answer of the cluster.
#[derive(Debug)]
pub enum ClusterAnswer {
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
        Err(error) => return unreadable(cluster, error.to_string().into()),
    };
    if let Err(why) = check_folder(&folder) {
        return unreadable(cluster, why);
    }
    let mut known = read_files(repository, &folder);
    known.record = ask_cluster(&folder, settings, limit).await;
    ClusterStatus::from_known(known)
}

/// The same from the files alone: the cluster is not asked.
pub fn on_this_machine(repository: &Repository, cluster: &str) -> ClusterStatus {
    match repository.folder(cluster) {
        Ok(folder) => ClusterStatus::from_known(read_files(repository, &folder)),
        Err(error) => unreadable(cluster, error.to_string().into()),
    }
}

/// Whether the cluster's folder is there, else why it can't be said.
fn check_folder(folder: &ClusterFolder) -> Result<(), Advice> {
    let dir = folder.dir();
    match fs_err::metadata(dir) {
        Ok(found) if found.is_dir() => Ok(()),
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            let explained = disk::explain(&error, dir);
            Err(with_hint(&explained.to_string(), explained.hint()))
        }
        _ => Err(format!("{} is not there", dir.display()).into()),
    }
}

/// What went wrong and what to do about it.
fn with_hint(text: &str, hint: Option<Advice>) -> Advice {
    match hint {
        Some(hint) => Advice::say(format!("{text}; ")).then(hint),
        None => text.into(),
    }
}

fn unreadable(cluster: &str, why: Advice) -> ClusterStatus {
    ClusterStatus::from_known(Known { cluster: cluster.into(), notes: vec![why], ..Known::default() })
}

fn read_files(repository: &Repository, folder: &ClusterFolder) -> Known {
    let mut known = Known { cluster: folder.cluster().into(), ..Known::default() };
    match trace::read_optional(&folder.trace()) {
        Ok(trace) => {
            known.trace = trace;
            known.notes.extend(unlisted(folder));
        }
        Err(error) => {
            let why = with_hint(&format!("the trace can't be read: {error}"), error.hint());
            known.is_unreadable = true;
            known.notes.push(why);
        }
    }
    known.at_work = run_lock::run_at_work(&folder.lock());
    let latest = known.trace.as_ref();
    // Where the latest run can't be told, nobody knows what came after it.
    if !known.is_unreadable {
        known.since = LaterRuns::after(latest, &later(folder, latest, known.at_work.as_deref()));
    }
    match cluster_spec::load(repository, folder.cluster()) {
        Ok(loaded) => (known.name, known.env) = (Some(loaded.spec.name), Some(loaded.spec.env)),
        Err(error @ LoadError::Unreadable { .. }) => {
            known.is_broken = true;
            known.notes.push(with_hint(&error.to_string(), error.hint()));
        }
        Err(_) => {
            known.is_broken = true;
            let validate = CommandLine::own("validate");
            known.notes.push(Advice::say("cluster.yaml is broken:").run(validate));
        }
    }
    known
}

/// Why the runs that are remembered can't be listed.
fn unlisted(folder: &ClusterFolder) -> Option<Advice> {
    let error = History::new(folder.runs()).list().err()?;
    Some(with_hint(&format!("the runs can't be read: {error}"), error.hint()))
}

/// An error with its cause, in words; what to do about a file is of the file system.
fn describe_error(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::Unreadable { source, .. } => {
            let explained = disk::explain_io(source);
            let hint = disk::explain_named(source).and_then(|explained| explained.hint());
            with_hint(&format!("{error}: {explained}"), hint).to_string().replace('\n', " ")
        }
        _ => match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}

/// Not asked where there is no kubeconfig.
async fn ask_cluster(
    folder: &ClusterFolder,
    settings: &ClusterSettings,
    limit: Duration,
) -> Option<ClusterAnswer> {
    let chosen = match cluster_access::choose(None, &folder.kubeconfig(), &folder.installer_kubeconfig()) {
        Ok(chosen) => chosen,
        Err(KubeconfigError::Missing { .. }) => return None,
        Err(error) => return Some(silent(&describe_error(&error))),
    };
    let asked = async {
        let access = cluster_access::connect(
            &chosen.kubeconfig,
            &settings.network,
            limit,
            &variables::withheld_names(),
        )
        .await
        .map_err(|error| error.to_string())?;
        let state = record::observe(&access, &settings.argocd_namespace).await;
        state.map(|state| state.record()).map_err(|error| error.to_string())
    };
    Some(match tokio::time::timeout(limit, asked).await {
        Ok(Ok(record)) => ClusterAnswer::Answered(record.map(Box::new)),
        Ok(Err(why)) => silent(&why),
        Err(_) => ClusterAnswer::Silent(format!("the cluster did not answer within {} s", limit.as_secs())),
    })
}

fn silent(why: &str) -> ClusterAnswer {
    ClusterAnswer::Silent(format!("failed to {}", secret::one_line(why)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Links to themselves are refused as closed folders are; root may pass every folder.
    #[test]
    fn what_can_not_be_looked_at_is_not_told_as_missing() {
        let root = tempfile::tempdir().unwrap();
        let repository = Repository::at(root.path());
        let folder = repository.folder("demo").unwrap();
        fs_err::create_dir_all(folder.work()).unwrap();
        symlink(folder.runs(), folder.runs()).unwrap();
        symlink(folder.yaml(), folder.yaml()).unwrap();
        let notes = read_files(&repository, &folder).notes;
        let notes = notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(notes.contains("the runs can't be read: the file system"), "{notes}");
        assert!(notes.contains("failed to read the cluster demo: the file system"), "{notes}");
        let looped = repository.folder("looped").unwrap();
        symlink(looped.dir(), looped.dir()).unwrap();
        let why = check_folder(&looped).unwrap_err().to_string();
        assert!(why.starts_with("the file system") && why.contains("; "), "{why}");
        let file = repository.folder("file").unwrap();
        fs_err::write(file.dir(), "").unwrap();
        assert!(check_folder(&file).unwrap_err().to_string().ends_with("file is not there"));
        let none = repository.folder("none").unwrap();
        assert!(check_folder(&none).unwrap_err().to_string().ends_with("none is not there"));
    }

    #[test]
    fn a_kubeconfig_that_can_not_be_looked_at_is_told_in_words() {
        let root = tempfile::tempdir().unwrap();
        let folder = Repository::at(root.path()).folder("demo").unwrap();
        fs_err::create_dir_all(folder.work()).unwrap();
        symlink(folder.installer(), folder.installer()).unwrap();
        let error = cluster_access::choose(None, &folder.kubeconfig(), &folder.installer_kubeconfig());
        let text = describe_error(&error.unwrap_err());
        assert!(text.starts_with("read the kubeconfig: the file system"), "{text}");
        assert!(text.contains("; ") && !text.contains('\n'), "{text}");
    }
}
