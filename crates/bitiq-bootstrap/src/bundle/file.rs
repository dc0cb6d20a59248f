//! Files of a bundle.

use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Of a longer file its end is packed: there is what went wrong.
pub const LONGEST: u64 = 16 * 1024 * 1024;

/// A file of a bundle.
pub struct Member {
    /// Its name there.
    pub name: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
    /// The file on this machine that it was read from.
    pub from: Option<PathBuf>,
}

impl Member {
    /// Of something that was made here.
    pub fn made(name: &'static str, text: String) -> Self {
        Self { name, bytes: text.into_bytes(), from: None }
    }

    /// Of a document.
    pub fn json(name: &'static str, document: &impl Serialize) -> Self {
        let text = serde_json::to_string_pretty(document).unwrap_or_default();
        Self::made(name, text + "\n")
    }

    /// Of a file, and what is left out of it where that is too long.
    ///
    /// # Errors
    /// It can't be read, or is no file of its own: where a link leads is not packed.
    pub fn read(name: &'static str, file: &Path) -> io::Result<(Self, Option<Missing>)> {
        let found = fs_err::symlink_metadata(file)?;
        if !found.is_file() {
            return Err(io::Error::other(format!("{} is no regular file", file.display())));
        }
        let left_out = found.len().saturating_sub(LONGEST);
        let mut open = fs_err::File::open(file)?;
        open.seek(SeekFrom::Start(left_out))?;
        let mut bytes = Vec::new();
        open.take(LONGEST).read_to_end(&mut bytes)?;
        let cut =
            (left_out > 0).then(|| Missing::new(name, format!("its first {left_out} bytes: it is too long")));
        Ok((Self { name, bytes, from: Some(file.to_owned()) }, cut))
    }

    /// The SHA-256 of what it holds, in hex.
    pub fn sha256(&self) -> String {
        Sha256::digest(&self.bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What a bundle could not be given.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Missing {
    /// The file that would hold it.
    pub name: &'static str,
    /// Why it does not.
    pub why: String,
}

impl Missing {
    /// Names a file that is missing, and the reason.
    pub fn new(name: &'static str, why: impl Into<String>) -> Self {
        Self { name, why: why.into() }
    }
}

/// All that is packed.
#[derive(Default)]
pub struct Bundle {
    /// The run it tells of, where there is one.
    pub run_id: Option<String>,
    /// Its files.
    pub members: Vec<Member>,
    /// Files that could not be packed.
    pub missing: Vec<Missing>,
}

impl Bundle {
    /// Adds a file as it lies there; one that can't be read is missing.
    pub fn add_file(&mut self, name: &'static str, file: &Path) {
        match Member::read(name, file) {
            Ok((member, cut)) => {
                self.members.push(member);
                self.missing.extend(cut);
            }
            Err(error) => self.missing.push(Missing::new(name, disk::explain_io(&error).to_string())),
        }
    }
}
