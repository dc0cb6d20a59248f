use std::collections::BTreeSet;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Whether two PEM texts hold the same certificates: order, line breaks and comments make no difference.
pub fn same(one: &str, other: &str) -> bool {
    let (first, second) = (certificates(one), certificates(other));
    if first.is_empty() || second.is_empty() { one.trim() == other.trim() } else { first == second }
}

/// Whether there is any certificate in the text.
pub(crate) fn is_any(pem: &str) -> bool {
    !certificates(pem).is_empty()
}

/// The certificates' base64, each without whitespace.
fn certificates(pem: &str) -> BTreeSet<String> {
    let bodies = pem.split(BEGIN).skip(1).filter_map(|rest| rest.split_once(END));
    bodies.map(|(body, _)| body.split_whitespace().collect()).collect()
}
