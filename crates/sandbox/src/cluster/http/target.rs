//! What a request's path is about.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// A resource path, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Target {
    pub group: String,
    pub version: String,
    /// Empty where the path names none.
    pub namespace: String,
    pub plural: String,
    /// Empty for a whole collection.
    pub name: String,
    /// `status`, `token`, …; empty for the object itself.
    pub subresource: String,
}

impl Target {
    /// Takes `/api/v1/…` and `/apis/<group>/<version>/…` apart. Other paths are no resource.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let decoded: Vec<Cow<'_, str>> = path
            .split('/')
            .filter(|part| !part.is_empty())
            .map(|part| percent_decode_str(part).decode_utf8_lossy())
            .collect();
        let parts: Vec<&str> = decoded.iter().map(AsRef::as_ref).collect();
        let (group, version, rest) = match parts.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => return None,
        };
        let (namespace, rest) = match rest {
            ["namespaces", _] | ["namespaces", _, "status" | "finalize"] => ("", rest),
            ["namespaces", namespace, rest @ ..] => (*namespace, rest),
            rest => ("", rest),
        };
        let (plural, name, subresource) = match rest {
            [plural] => (*plural, "", ""),
            [plural, name] => (*plural, *name, ""),
            [plural, name, subresource] => (*plural, *name, *subresource),
            _ => return None,
        };
        Some(Self {
            group: group.to_owned(),
            version: version.to_owned(),
            namespace: namespace.to_owned(),
            plural: plural.to_owned(),
            name: name.to_owned(),
            subresource: subresource.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    fn check(path: &str, expect: &str) {
        let said = Target::parse(path).map(|target| {
            [target.group, target.version, target.namespace, target.plural, target.name, target.subresource]
                .join("|")
        });
        assert_eq!(said.as_deref().unwrap_or("none"), expect);
    }

    #[test]
    fn the_core_group_has_no_name() {
        check("/api/v1/namespaces/a/secrets/b", "|v1|a|secrets|b|");
    }

    #[test]
    fn a_namespace_is_an_object_of_no_namespace() {
        check("/api/v1/namespaces/a", "|v1||namespaces|a|");
    }

    #[test]
    fn a_namespace_has_a_status() {
        check("/api/v1/namespaces/a/status", "|v1||namespaces|a|status");
    }

    #[test]
    fn names_are_percent_decoded() {
        check("/apis/rbac/v1/clusterroles/system%3Aadmin", "rbac|v1||clusterroles|system:admin|");
    }

    #[test]
    fn a_group_alone_is_no_resource() {
        check("/apis/apps/v1", "none");
    }
}
