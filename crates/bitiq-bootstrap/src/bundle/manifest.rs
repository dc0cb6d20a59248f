//! The list of what a bundle holds, as `sha256sum -c MANIFEST` takes it; sizes and what is missing are comments to that.

use super::file::Bundle;

/// Of all members there are so far.
pub fn manifest(bundle: &Bundle) -> String {
    let mut text = String::from("# sha256sum -c MANIFEST\n");
    for member in &bundle.members {
        text.push_str(&format!("# {} bytes\n{}  {}\n", member.bytes.len(), member.sha256(), member.name));
    }
    for missing in &bundle.missing {
        let why = missing.why.replace('\n', " ");
        text.push_str(&format!("# missing: {}: {why}\n", missing.name));
    }
    text
}
