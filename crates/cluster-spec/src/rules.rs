//! The rules for single values: a check says what is expected where a value is not as it must be.

const LABEL: usize = 63;
const DNS_NAME: usize = 253;

/// `name`: `^[a-z0-9-]+$`, and a DNS label.
pub(crate) fn name(text: &str) -> Result<(), String> {
    if text.is_empty() || !text.bytes().all(is_label_byte) {
        return expected("lower-case letters, digits and `-` alone");
    }
    label(text)
}

/// `dns.base_domain`: `^[a-z0-9.-]+$`, and a DNS name.
pub(crate) fn base_domain(text: &str) -> Result<(), String> {
    if text.is_empty() || !text.bytes().all(|b| is_label_byte(b) || b == b'.') {
        return expected("a DNS name: lower-case letters, digits, `-` and `.` alone");
    } else if text.split('.').any(str::is_empty) {
        return expected("a DNS name without empty parts, such as example.com");
    } else if text.len() > DNS_NAME {
        return expected("a DNS name of at most 253 characters");
    }
    text.split('.').try_for_each(label)
}

/// `gitops.env`: `^[a-z0-9-]+$`. The GitOps repository owns the list of values.
pub(crate) fn env(text: &str) -> Result<(), String> {
    match !text.is_empty() && text.bytes().all(is_label_byte) {
        true => Ok(()),
        false => expected("lower-case letters, digits and `-` alone, such as prod"),
    }
}

/// `apps.<name>.<base_domain>` has to be a DNS name too.
pub(crate) fn apps_domain(name: &str, base_domain: &str) -> Result<(), String> {
    match "apps..".len() + name.len() + base_domain.len() > DNS_NAME {
        true => expected("apps.<name>.<dns.base_domain> of at most 253 characters"),
        false => Ok(()),
    }
}

fn label(text: &str) -> Result<(), String> {
    if text.len() > LABEL {
        return expected("at most 63 characters in one part of a DNS name");
    } else if text.starts_with('-') || text.ends_with('-') {
        return expected("no `-` at the beginning or end of a part of a DNS name");
    }
    Ok(())
}

fn is_label_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')
}

fn expected(what: &str) -> Result<(), String> {
    Err(format!("expected {what}"))
}
