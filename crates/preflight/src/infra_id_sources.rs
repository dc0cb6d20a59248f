//! The infraIDs that `.work/` knows: from the installer, and from earlier runs.

use cluster_spec::ClusterFolder;
use schemars::JsonSchema;
use serde::Serialize;
use trace::{History, Record};

/// What this machine knows of the cluster's infraID.
pub fn observe(folder: &ClusterFolder) -> Vec<InfraIdSource> {
    let mut places = vec![metadata(folder), file(folder)];
    places.extend(traces(folder));
    places
}

/// The cluster's infraID, as far as this machine knows it: the installer's word first, then the newest run's, then the
/// file of the old tools, which may be an earlier cluster's. No system is asked.
pub fn infra_id_on_disk(folder: &ClusterFolder) -> Option<String> {
    let known = |place: InfraIdSource| place.id;
    known(metadata(folder))
        .or_else(|| traces(folder).into_iter().find_map(known))
        .or_else(|| known(file(folder)))
}

/// The installer's metadata.json.
fn metadata(folder: &ClusterFolder) -> InfraIdSource {
    let name = "installer's metadata.json";
    let text = match disk::read_to_string(&folder.installer_metadata()) {
        Ok(text) => text,
        Err(error) => return missing(name, &error),
    };
    let parsed = serde_json::from_str::<serde_json::Value>(&text);
    match parsed.as_ref().map(|metadata| metadata["infraID"].as_str()) {
        Ok(Some(id)) if !id.trim().is_empty() => InfraIdSource::knows(name, id.trim(), ""),
        Ok(_) => InfraIdSource::silent(name, "it names no infraID"),
        Err(error) => InfraIdSource::silent(name, format!("it is no JSON: {error}")),
    }
}

/// `.work/infraID`, which the old tools wrote.
fn file(folder: &ClusterFolder) -> InfraIdSource {
    let name = ".work/infraID";
    match disk::read_to_string(&folder.infra_id_file()) {
        Ok(text) if text.trim().is_empty() => InfraIdSource::silent(name, "it is empty"),
        Ok(text) => InfraIdSource::knows(name, text.trim(), ""),
        Err(error) => missing(name, &error),
    }
}

fn missing(name: &'static str, error: &std::io::Error) -> InfraIdSource {
    match error.kind() {
        std::io::ErrorKind::NotFound => InfraIdSource::silent(name, "not there"),
        _ => InfraIdSource::silent(name, disk::explain_io(error).to_string()),
    }
}

/// One place for each infraID that the remembered runs met, the newest first.
fn traces(folder: &ClusterFolder) -> Vec<InfraIdSource> {
    let runs = History::new(folder.runs()).list().unwrap_or_default();
    let of_runs = runs.into_iter().filter_map(|run| trace::read(&run.trace()).ok());
    let latest = trace::read_optional(&folder.trace()).ok().flatten();
    let mut places: Vec<InfraIdSource> = Vec::new();
    for (id, at) in of_runs.chain(latest).filter_map(|record| met(&record)) {
        if !places.iter().any(|place| place.id.as_deref() == Some(id.as_str())) {
            places.push(InfraIdSource::knows("traces", &id, format!("run of {at}")));
        }
    }
    if places.is_empty() {
        places.push(InfraIdSource::silent("traces", "no run has met one"));
    }
    places
}

fn met(record: &Record) -> Option<(String, String)> {
    let Record::New(trace) = record else { return None };
    let id = trace.kubernetes.as_ref()?.infra_id.clone()?;
    Some((id, trace.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()))
}

/// A place that may know the infraID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Place")]
pub struct InfraIdSource {
    /// Which one.
    pub place: String,
    /// What it says.
    pub id: Option<String>,
    /// Whether that is the live one; none where either is not known.
    pub agrees: Option<bool>,
    /// Why it says nothing, or since when.
    pub detail: String,
}

impl InfraIdSource {
    /// A place that names an infraID.
    pub fn knows(place: &str, id: &str, detail: impl Into<String>) -> Self {
        Self { place: place.into(), id: Some(id.into()), agrees: None, detail: detail.into() }
    }

    /// A place that names none, and why.
    pub fn silent(place: &str, detail: impl Into<String>) -> Self {
        Self { place: place.into(), id: None, agrees: None, detail: detail.into() }
    }
}

#[cfg(test)]
mod tests {
    use cluster_spec::Repository;
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn a_pipe_in_the_place_of_a_file_holds_nobody_up() {
        let root = tempfile::tempdir().unwrap();
        let folder = Repository::at(root.path()).folder("demo").unwrap();
        for file in [folder.infra_id_file(), folder.installer_metadata()] {
            fs_err::create_dir_all(file.parent().unwrap()).unwrap();
            mknodat(CWD, &file, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        }
        assert!(observe(&folder).iter().all(|place| place.id.is_none()));
        assert_eq!(infra_id_on_disk(&folder), None);
    }

    fn folder(root: &tempfile::TempDir) -> ClusterFolder {
        let folder = Repository::at(root.path()).folder("demo").unwrap();
        fs_err::create_dir_all(folder.installer_metadata().parent().unwrap()).unwrap();
        folder
    }

    fn write_run(folder: &ClusterFolder, number: u8, infra_id: &str) {
        let id = trace::RunId::parse(&format!("19700101T000000Z-00000{number}")).unwrap();
        let mut trace = trace::Trace::begin(id, trace::Timestamp::UNIX_EPOCH, &[], None);
        trace.kubernetes =
            Some(trace::Kubernetes { infra_id: Some(infra_id.into()), ..trace::Kubernetes::default() });
        let place = folder.runs().join(trace.run_id.to_string());
        fs_err::create_dir_all(&place).unwrap();
        fs_err::write(place.join("trace.json"), serde_json::to_string(&trace).unwrap()).unwrap();
    }

    #[test]
    fn the_installer_is_believed_first_then_the_newest_run_then_the_file() {
        let root = tempfile::tempdir().unwrap();
        let folder = folder(&root);
        let known = || infra_id_on_disk(&folder);
        let all = || observe(&folder).into_iter().map(|it| (it.id, it.detail)).collect::<Vec<_>>();
        let silent = |detail: &str| (None, detail.to_owned());
        assert_eq!(all(), [silent("not there"), silent("not there"), silent("no run has met one")]);
        fs_err::write(folder.infra_id_file(), " \n").unwrap();
        fs_err::write(folder.installer_metadata(), r#"{"infraID": " "}"#).unwrap();
        assert_eq!(all()[..2], [silent("it names no infraID"), silent("it is empty")]);
        fs_err::write(folder.infra_id_file(), "demo-files\n").unwrap();
        assert_eq!(known().as_deref(), Some("demo-files"));
        for (number, id) in [(1, "demo-first"), (2, "demo-newer"), (3, "demo-newer")] {
            write_run(&folder, number, id);
        }
        assert_eq!(known().as_deref(), Some("demo-newer"));
        let at = "run of 1970-01-01T00:00:00Z".to_owned();
        let [_, _, newer, first] = all().try_into().unwrap();
        assert_eq!(
            [newer, first],
            [(Some("demo-newer".into()), at.clone()), (Some("demo-first".into()), at)]
        );
        fs_err::write(folder.installer_metadata(), r#"{"infraID": "demo-x7k2p"}"#).unwrap();
        assert_eq!(known().as_deref(), Some("demo-x7k2p"));
    }
}
