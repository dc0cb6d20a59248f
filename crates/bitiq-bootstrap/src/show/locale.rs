//! What letters a terminal has, as far as its locale says.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::flags::set_to;

/// Whether the locale is UTF-8; none where the environment names none.
pub fn locale_is_utf8(environment: &BTreeMap<OsString, OsString>) -> Option<bool> {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| set_to(environment, name))?;
    let locale = locale.to_ascii_lowercase();
    Some(locale.contains("utf-8") || locale.contains("utf8"))
}
