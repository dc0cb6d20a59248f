//! The words for a connection that broke.

use std::io::{Error, ErrorKind};

use transport::{Fault, fault};

/// As the HTTP library's errors: a text, and nothing under it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Said(&'static str);

fn told(error: Error, encrypted: bool) -> String {
    match fault(&error, None, encrypted) {
        Fault::Broken { said } => said,
        other => panic!("{other:?}"),
    }
}

fn told_of(text: &'static str, encrypted: bool) -> String {
    told(Error::other(Said(text)), encrypted)
}

#[test]
fn an_answer_of_tls_on_a_plain_connection_is_known() {
    let error = Error::other(Said("invalid HTTP version parsed"));
    assert_eq!(fault(&error, None, false), Fault::WantsTls);
}

#[test]
fn an_answer_that_is_no_http_is_told_in_our_words() {
    for (text, encrypted) in [
        ("invalid HTTP version parsed", true),
        ("invalid HTTP header parsed", false),
        ("invalid HTTP status-code parsed", true),
    ] {
        assert_eq!(told_of(text, encrypted), format!("the answer is no HTTP ({text})"));
    }
}

#[test]
fn an_answer_that_breaks_off_is_told_in_our_words() {
    let of_kind = |text| Error::new(ErrorKind::UnexpectedEof, Said(text));
    for error in [
        Error::other(Said("connection closed before message completed")),
        of_kind("end of file before message length reached"),
        of_kind("unexpected EOF during chunk size line"),
        of_kind("peer closed connection without sending TLS close_notify"),
    ] {
        let said = told(error, true);
        assert!(
            said.starts_with("the server closed the connection before its answer was complete"),
            "{said}"
        );
        assert!(said.contains("load balancer"), "{said}");
    }
}

#[test]
fn another_cause_is_told_as_it_is() {
    assert_eq!(told_of("something else", true), "something else");
}
