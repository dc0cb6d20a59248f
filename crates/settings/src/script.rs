//! The settings of the script.

use std::time::Duration;

use crate::reader::Reader;
use crate::variables;

/// Settings of the script.
pub struct ScriptSettings {
    /// Leave it out.
    pub skip: bool,
    /// Its time limit; `None`: no limit.
    pub limit: Option<Duration>,
    /// After so much silence it is said what it may be waiting for; `None`: never.
    pub watch_after: Option<Duration>,
    /// Logins it may see.
    pub pass_env: Vec<String>,
    /// Tools it needs on PATH.
    pub tools: Vec<String>,
}

impl ScriptSettings {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let tools = reader.list(variables::BITIQ_BOOTSTRAP_REQUIRE_TOOL);
        let limit = reader.duration(variables::BITIQ_BOOTSTRAP_SCRIPT_TIMEOUT);
        let watch_after = reader.duration(variables::BITIQ_BOOTSTRAP_WATCH_AFTER);
        Self {
            skip: reader.switch(variables::BITIQ_BOOTSTRAP_SKIP_SCRIPT),
            limit: (!limit.is_zero()).then_some(limit),
            watch_after: (!watch_after.is_zero()).then_some(watch_after),
            pass_env: reader.list(variables::BITIQ_BOOTSTRAP_PASS_ENV),
            tools: if tools.is_empty() { vec!["oc".into(), "helm".into()] } else { tools },
        }
    }
}
