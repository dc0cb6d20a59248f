//! Result of `support-bundle`.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::document::{Document, TextView, VERSION};
use super::style::{DIM, SUCCESS, WARNING, paint};
use super::wrap::hang;
use crate::bundle::{Bundle, Missing};

/// Of `support-bundle`.
#[derive(Serialize, JsonSchema)]
pub struct BundleDocument<'a> {
    /// The version of this document: 1.
    schema_version: u32,
    /// The archive.
    file: &'a Path,
    /// The cluster, as it is called on the command line.
    cluster: &'a str,
    /// The run that trace and log are of; null where none is remembered.
    run_id: Option<&'a str>,
    /// The files in it.
    members: Vec<MemberRow<'a>>,
    /// What it could not be given.
    missing: &'a [Missing],
}

/// One file in the archive.
#[derive(Serialize, JsonSchema)]
struct MemberRow<'a> {
    /// Its name there, below the archive's one folder.
    name: &'a str,
    /// Its bytes.
    size: usize,
    /// Their SHA-256, in hex.
    sha256: String,
}

impl<'a> BundleDocument<'a> {
    /// Of what was written to `file`.
    pub fn new(bundle: &'a Bundle, cluster: &'a str, file: &'a Path) -> Self {
        let row = |member: &'a crate::bundle::Member| MemberRow {
            name: member.name,
            size: member.bytes.len(),
            sha256: member.sha256(),
        };
        Self {
            schema_version: VERSION,
            file,
            cluster,
            run_id: bundle.run_id.as_deref(),
            members: bundle.members.iter().map(row).collect(),
            missing: &bundle.missing,
        }
    }
}

impl Document for BundleDocument<'_> {
    fn text(&self, view: &TextView<'_>) -> String {
        let mut text = format!("{} {} is written\n", paint(SUCCESS, "✓"), self.file.display());
        for member in &self.members {
            text.push_str(&format!("  {:<24}{:>9}\n", member.name, size(member.size)));
        }
        for missing in self.missing {
            let line = format!("  {} {}: {}", paint(WARNING, "without"), missing.name, missing.why);
            text.push_str(&format!("{}\n", hang(&line, view.columns, 4)));
        }
        let note =
            "  no secret was found in it; a scan knows none but the usual, so look before you send it:";
        text.push_str(&format!("{}\n", hang(note, view.columns, 2)));
        let file = secret::quoted_path(self.file);
        text.push_str(&format!("  {} tar -xzOf {file} | less\n", paint(DIM, "next")));
        text
    }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{} MiB", bytes.div_ceil(1_048_576)),
    }
}
