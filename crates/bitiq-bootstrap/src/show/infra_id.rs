//! Result of `infra-id`.

use advice::shell;
use healthcheck::InfraIds;
use preflight::{InfraIdSource, StaleInfraIds};
use schemars::JsonSchema;
use serde::Serialize;

use super::document::{Document, TextView, VERSION};
use super::style::{BOLD, DIM, SUCCESS, WARNING, paint};

/// Of `infra-id`.
#[derive(Serialize, JsonSchema)]
pub struct InfraIdDocument<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// What each place knows.
    #[serde(flatten)]
    found: &'a InfraIds,
    /// The diff that mends the repository, with `--patch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<String>,
    /// The same, byte by byte.
    #[serde(skip)]
    diff: Option<&'a [u8]>,
}

impl<'a> InfraIdDocument<'a> {
    /// Of what was found; `diff` is that of `--patch`.
    pub fn new(found: &'a InfraIds, diff: Option<&'a [u8]>) -> Self {
        let patch = diff.map(|diff| String::from_utf8_lossy(diff).into_owned());
        Self { schema_version: VERSION, found, patch, diff }
    }
}

impl Document for InfraIdDocument<'_> {
    fn text(&self, view: &TextView<'_>) -> String {
        let fix = shell!("bitiq-bootstrap infra-id <cluster> --patch | git -C CLONE apply");
        infra_ids(self.found, &fix.filled(view.commands).to_string())
    }

    fn raw(&self) -> Option<&[u8]> {
        self.diff
    }
}

/// The places side by side, then what the commit holds; `mend` is the command that mends it.
fn infra_ids(found: &InfraIds, mend: &str) -> String {
    let mut text = format!("{} {}\n", paint(BOLD, "infraID of"), found.cluster);
    let id = |place: &InfraIdSource| place.id.as_deref().unwrap_or("-").len();
    let widest = found.places.iter().map(id).max().unwrap_or_default();
    text.extend(found.places.iter().map(|place| row(place, widest)));
    if let Some(searched) = &found.commit {
        text.push_str(&commit(searched, found.live.is_some(), mend));
    }
    text
}

fn row(place: &InfraIdSource, widest: usize) -> String {
    let word = match place.agrees {
        Some(true) => paint(SUCCESS, "agrees"),
        Some(false) => paint(WARNING, "differs"),
        None => String::new(),
    };
    let detail = match (word.is_empty(), place.detail.is_empty()) {
        (_, true) => word,
        (true, false) => paint(DIM, &place.detail),
        (false, false) => format!("{word} ({})", place.detail),
    };
    let id = place.id.as_deref().unwrap_or("-");
    format!("  {:<26} {id:<widest$}  {detail}", place.place).trim_end().to_owned() + "\n"
}

fn commit(searched: &StaleInfraIds, live: bool, mend: &str) -> String {
    let at = searched.git_sha.get(..10).unwrap_or_default();
    let title = match (live, searched.stale.is_empty()) {
        (true, true) => format!("no infraID of an earlier cluster in commit {at}\n"),
        (false, true) => format!("no infraID of this cluster in commit {at}\n"),
        (true, false) => format!("{} in commit {at}\n", paint(WARNING, "infraIDs of an earlier cluster")),
        (false, false) => {
            format!("infraIDs of this cluster in commit {at} (which one is live is not known)\n")
        }
    };
    let line = |found: &_| {
        let infra_id::Finding { file, line, column, id, .. } = found;
        format!("  {file}:{line}:{column} {id}\n")
    };
    let mut text = title;
    text.extend(searched.stale.iter().map(line));
    if !searched.possible.is_empty() {
        text.push_str(&format!(
            "possible infraIDs in commit {at} (they may be names, --patch leaves them alone)\n"
        ));
        text.extend(searched.possible.iter().map(line));
    }
    if !searched.others.is_empty() {
        text.push_str(&format!("infraIDs of other clusters in commit {at}\n"));
        text.extend(searched.others.iter().map(line));
    }
    if live && !searched.stale.is_empty() {
        text.push_str(&format!("mend them in a clone of the repository:\n    {mend}\n"));
    }
    text
}
