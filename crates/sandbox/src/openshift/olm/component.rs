//! The label by which OLM finds the objects of a package.

/// The beginning of each label.
pub(super) const COMPONENT: &str = "operators.coreos.com/";

/// The label of a package in a namespace.
pub(super) fn component(package: &str, namespace: &str) -> String {
    format!("{COMPONENT}{package}.{namespace}")
}
