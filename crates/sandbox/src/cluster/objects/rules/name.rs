//! Which names an object may have.

use crate::cluster::http::failure::Cause;
use crate::cluster::objects::kinds::Kind;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
    and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
    start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

/// Refuses a name that objects of this kind can't have. Roles and bindings take nearly any.
pub(super) fn check(kind: &Kind, name: &str) -> Vec<Cause> {
    if name.is_empty() {
        return vec![Cause::required("metadata.name", "name or generateName is required")];
    }
    if kind.group == "rbac.authorization.k8s.io" {
        return Vec::new();
    }
    let part = |part: &str| {
        let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && part.chars().all(inside) && !part.starts_with('-') && !part.ends_with('-')
    };
    let label = kind.is("", "namespaces");
    let fits = if label { part(name) } else { name.split('.').all(part) };
    if fits {
        Vec::new()
    } else {
        vec![Cause::invalid_value(
            "metadata.name",
            &format!("{name:?}"),
            if label { LABEL } else { SUBDOMAIN },
        )]
    }
}
