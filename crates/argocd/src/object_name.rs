//! Names of objects in commands.

use secret::quoted;

/// Namespace and name of `Kind ns/name`, for a shell: a name may come from a chart's values.
pub(crate) fn place(object: &str) -> (String, String) {
    let path = object.split_once(' ').map_or(object, |(_, path)| path);
    let (namespace, name) = path.split_once('/').unwrap_or_default();
    (quoted(namespace), quoted(name))
}
