use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Whether two PEM texts hold the same certificates: order, duplicates, line breaks and comments make no difference.
pub fn same(one: &str, other: &str) -> bool {
    let (first, second) = (certificates(one), certificates(other));
    if first.is_empty() || second.is_empty() { one.trim() == other.trim() } else { first == second }
}

/// Whether both texts hold certificates, and none of them is in both. Where they share one, the bundle was renewed;
/// where a text holds none, nothing is known.
pub(crate) fn disjoint(one: &str, other: &str) -> bool {
    let (first, second) = (certificates(one), certificates(other));
    !first.is_empty() && !second.is_empty() && first.is_disjoint(&second)
}

/// Whether a certificate is in both texts.
pub fn shares_one(one: &str, other: &str) -> bool {
    !certificates(one).is_disjoint(&certificates(other))
}

/// Whether there is any certificate in the text.
pub(crate) fn is_any(pem: &str) -> bool {
    !certificates(pem).is_empty()
}

/// The digests of the certificates in the text, in an order of their own.
pub(crate) fn digests(pem: &str) -> Vec<Vec<u8>> {
    certificates(pem).iter().map(|der| Sha256::digest(der).to_vec()).collect()
}

/// The certificates' DER bytes. A block that is no base64 is no certificate.
fn certificates(pem: &str) -> BTreeSet<Vec<u8>> {
    let bodies = pem.split(BEGIN).skip(1).filter_map(|rest| rest.split_once(END));
    bodies.filter_map(|(body, _)| der(body)).collect()
}

fn der(body: &str) -> Option<Vec<u8>> {
    let packed: String = body.split_whitespace().collect();
    STANDARD.decode(packed).ok().filter(|der| !der.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pem(bodies: &[&str]) -> String {
        bodies.iter().map(|body| format!("{BEGIN}\n{body}\n{END}\n")).collect()
    }

    #[track_caller]
    fn check(one: &str, other: &str, expect: (bool, bool)) {
        assert_eq!((same(one, other), disjoint(one, other)), expect);
        assert_eq!((same(other, one), disjoint(other, one)), expect);
    }

    #[test]
    fn order_duplicates_comments_and_line_breaks_make_no_difference() {
        let odd =
            format!("# the signer\r\n{}\r\n subject=/CN=x\n{}", pem(&["Yg=="]), pem(&["Y\r\nQ==", "Yg=="]));
        check(&pem(&["YQ==", "Yg=="]), &odd, (true, false));
    }

    #[test]
    fn bundles_that_share_a_certificate_are_neither_the_same_nor_disjoint() {
        check(&pem(&["YQ==", "Yg=="]), &pem(&["YQ==", "Yw=="]), (false, false));
        check(&pem(&["YQ=="]), &pem(&["Yw==", "YQ=="]), (false, false));
    }

    #[test]
    fn bundles_without_a_certificate_in_common_are_disjoint() {
        check(&pem(&["YQ==", "Yg=="]), &pem(&["Yw=="]), (false, true));
    }

    #[test]
    fn what_holds_no_certificate_is_disjoint_from_nothing() {
        for nothing in ["", "garbage", &format!("{BEGIN}\n***\n{END}\n"), &format!("{BEGIN}\nYQ==")] {
            check(&pem(&["YQ=="]), nothing, (false, false));
        }
    }

    #[test]
    fn a_certificate_that_is_in_both_is_shared() {
        for (one, other, expect) in [
            (pem(&["YQ==", "Yg=="]), pem(&["Yw==", "Yg=="]), true),
            (pem(&["YQ=="]), pem(&["Yw=="]), false),
            (pem(&["YQ=="]), String::new(), false),
        ] {
            assert_eq!(
                (shares_one(&one, &other), shares_one(&other, &one)),
                (expect, expect),
                "{one}{other}"
            );
        }
    }
}
