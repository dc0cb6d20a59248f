//! Names of objects in commands.

/// The parts of `Kind ns/name`.
pub(crate) struct Place<'a> {
    /// `Secret`
    pub kind: &'a str,
    pub namespace: &'a str,
    pub name: &'a str,
}

/// Splits `Kind ns/name`.
pub(crate) fn place(object: &str) -> Place<'_> {
    let (kind, path) = object.split_once(' ').unwrap_or(("", object));
    let (namespace, name) = path.split_once('/').unwrap_or_default();
    Place { kind, namespace, name }
}
