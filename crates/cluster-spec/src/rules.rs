//! The rules for single values.

use crate::ValueError;

const LABEL: usize = 63;
const DNS_NAME: usize = 253;

/// `name`: `^[a-z0-9-]+$`, and a DNS label.
pub(crate) fn name(text: &str) -> Result<(), ValueError> {
    if text.is_empty() || !text.bytes().all(is_label_byte) {
        return Err(ValueError::Name);
    }
    label(text)
}

/// `dns.base_domain`: `^[a-z0-9.-]+$`, and a DNS name.
pub(crate) fn base_domain(text: &str) -> Result<(), ValueError> {
    if text.is_empty() || !text.bytes().all(|b| is_label_byte(b) || b == b'.') {
        return Err(ValueError::Domain);
    } else if text.split('.').any(str::is_empty) {
        return Err(ValueError::EmptyLabel);
    } else if text.len() > DNS_NAME {
        return Err(ValueError::LongDomain);
    }
    text.split('.').try_for_each(label)
}

/// `gitops.env`: `^[a-z0-9-]+$`. The GitOps repository owns the list of values.
pub(crate) fn env(text: &str) -> Result<(), ValueError> {
    match !text.is_empty() && text.bytes().all(is_label_byte) {
        true => Ok(()),
        false => Err(ValueError::Env),
    }
}

/// Whether `apps.<name>.<base_domain>` is a DNS name too.
pub(crate) fn has_apps_domain(name: &str, base_domain: &str) -> bool {
    "apps..".len() + name.len() + base_domain.len() <= DNS_NAME
}

fn label(text: &str) -> Result<(), ValueError> {
    if text.len() > LABEL {
        return Err(ValueError::LongLabel);
    } else if text.starts_with('-') || text.ends_with('-') {
        return Err(ValueError::DashAtEnd);
    }
    Ok(())
}

fn is_label_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')
}
