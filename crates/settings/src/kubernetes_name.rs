//! The names that Kubernetes takes, after <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>.

/// What an object's name may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// A DNS label (RFC 1123), as of a Namespace.
    Label,
    /// A DNS subdomain (RFC 1123): most objects, such as a Secret or a ServiceAccount.
    Subdomain,
    /// A segment of a path: the objects of RBAC.
    Segment,
}

impl Name {
    pub(crate) fn takes(self, text: &str) -> bool {
        match self {
            Self::Label => text.len() <= 63 && is_label(text),
            Self::Subdomain => text.len() <= 253 && text.split('.').all(is_label),
            Self::Segment => !matches!(text, "" | "." | "..") && !text.contains(['/', '%']),
        }
    }
}

fn is_label(text: &str) -> bool {
    let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.iter().all(|byte| alphanumeric(byte) || *byte == b'-')
        && bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: Name, takes: &[&str], refuses: &[&str]) {
        takes.iter().for_each(|text| assert!(kind.takes(text), "{kind:?} takes {text}"));
        refuses.iter().for_each(|text| assert!(!kind.takes(text), "{kind:?} refuses {text}"));
    }

    #[test]
    fn names_are_taken_and_refused_as_kubernetes_does() {
        let (long, longer) = ("a".repeat(63), "a".repeat(64));
        check(
            Name::Label,
            &["openshift-gitops", "1", &long],
            &["", "Foo", "a_b", "-a", "a-", "a.b", "a b", &longer],
        );
        check(
            Name::Subdomain,
            &["gitops-repo", "a.b-c.d", &longer],
            &["", "a b", "a..b", "a.-b", "A", "a/b"],
        );
        check(Name::Segment, &["system:x", "A_b c"], &["", ".", "..", "a/b", "a%2fb"]);
    }
}
