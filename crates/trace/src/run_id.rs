//! The name of one run: when it began, and six digits that tell runs of one second apart.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use advice::Diagnostic;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The name of one run, as `20261123T193300Z-0a1b2c`: the start in UTC, then 6 hexadecimal digits.
///
/// Sorts by time, and is safe as the name of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

/// A text that is not the name of a run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Diagnostic)]
#[error("`{0}` is not a run id (expected one like 20261123T193300Z-0a1b2c)")]
#[code("TRACE-010")]
#[hint("take a name from ", inline("bitiq-bootstrap trace <cluster> --list"))]
pub struct BadRunId(pub String);

const TIME: &str = "%Y%m%dT%H%M%SZ";

impl RunId {
    /// The id of a run that begins `now`; the lower 24 bits of `entropy` become its six digits.
    pub fn new(now: Timestamp, entropy: u32) -> Self {
        let time = now.to_zoned(TimeZone::UTC).strftime(TIME).to_string();
        Self(format!("{time}-{:06x}", entropy & 0x00ff_ffff))
    }

    /// Reads an id as it was written.
    ///
    /// # Errors
    /// [`BadRunId`] when the text is of another form, or names a time that does not exist.
    pub fn parse(text: &str) -> Result<Self, BadRunId> {
        let bad = || BadRunId(text.to_owned());
        let (time, digits) = text.split_once('-').ok_or_else(bad)?;
        let hex = digits.len() == 6 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if time.len() != 16 || !hex || parse_time(time).is_none() {
            return Err(bad());
        }
        Ok(Self(text.to_owned()))
    }

    /// When the run began, to the second.
    pub fn timestamp(&self) -> Timestamp {
        parse_time(&self.0[..16]).expect("an id is only made of a time that exists")
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn parse_time(time: &str) -> Option<Timestamp> {
    let civil = jiff::civil::DateTime::strptime(TIME, time).ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RunId {
    type Err = BadRunId;

    fn from_str(text: &str) -> Result<Self, BadRunId> {
        Self::parse(text)
    }
}

impl TryFrom<String> for RunId {
    type Error = BadRunId;

    fn try_from(text: String) -> Result<Self, BadRunId> {
        Self::parse(&text)
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.0
    }
}

impl JsonSchema for RunId {
    fn schema_name() -> Cow<'static, str> {
        "RunId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}$" })
    }
}
