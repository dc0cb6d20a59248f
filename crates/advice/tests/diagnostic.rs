//! `#[derive(Diagnostic)]`, as the errors of other crates use it.

use advice::{Advice, Catalogue, Diagnostic, shell};

/// It is too hot.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{place} is too hot")]
#[code("EXAMPLE-001")]
#[hint("wait")]
struct Hot {
    place: String,
}

#[derive(Debug, thiserror::Error, Diagnostic)]
enum Wrong {
    /// There is no mount.
    #[error("no mount {mount} within {} s", limit.as_secs())]
    #[code("EXAMPLE-002")]
    #[hint(
        "make \"{mount}\":",
        run("vault auth enable -path={} '{}' kubernetes", mount, "x"),
        change("MOUNT")
    )]
    NoMount { mount: String, limit: std::time::Duration },
    /// It depends.
    #[error("it is {0}")]
    #[code("EXAMPLE-003")]
    #[hint(by(depends(*_0)))]
    #[fix("wait")]
    #[fix("or do not")]
    Depends(bool),
    /// It depends on the number.
    #[error("it is {0}")]
    #[code("EXAMPLE-004")]
    #[hint(when(*_0 > 9), "wait long")]
    #[hint(when(*_0 > 1), "wait ", inline("sleep {}", _0.to_string()))]
    #[hint(by(depends(*_0 > 0)))]
    #[fix("wait a little")]
    Number(u8),
    /// The number is not even.
    #[error("expected an even number, not {0}")]
    #[code("EXAMPLE-005")]
    Odd(u8),
    #[error(transparent)]
    Hot(#[from] Box<Hot>),
    /// It is cold.
    #[error("cold")]
    #[code("EXAMPLE-006")]
    #[hint(say("see "), inline("bitiq-bootstrap check <cluster>"), say(" in {place}", place = 1))]
    Cold,
    /// It is off.
    #[error("off")]
    #[code("EXAMPLE-007")]
    #[hint("see it:", run("ls {}", 1.to_string()), "switch it on:", then(shell!("on"), "`on`"))]
    Off,
    /// It is wet.
    #[error("wet")]
    #[code("EXAMPLE-008")]
    #[fix("dry it where it lies")]
    Wet,
}

fn depends(is: bool) -> Option<Advice> {
    is.then(|| "wait".into())
}

fn check(error: &dyn Diagnostic, message: &str, cause: &str, hint: Option<&str>, fixes: &[&str]) {
    let entry = error.entry();
    assert_eq!((entry.message, entry.cause, entry.fixes), (message, cause, fixes));
    assert_eq!(error.hint().map(|it| it.to_string()).as_deref(), hint);
}

#[test]
fn all_that_is_known_of_an_error_stands_at_its_variant() {
    let mount = Wrong::NoMount { mount: "a b".into(), limit: std::time::Duration::ZERO };
    let fix = ["make \"<mount>\": `vault auth enable -path=<mount> '<…>' kubernetes`"];
    let hint = "make \"a b\":\nvault auth enable -path='a b' 'x' kubernetes";
    check(&mount, "no mount <mount> within <limit> s", "There is no mount.", Some(hint), &fix);
    assert_eq!(mount.hint().map(|it| it.settings()), Some(vec!["MOUNT"]));
    check(&Wrong::Depends(true), "it is <…>", "It depends.", Some("wait"), &["wait", "or do not"]);
    check(&Wrong::Depends(false), "it is <…>", "It depends.", None, &["wait", "or do not"]);
    let cold = "see `bitiq-bootstrap check <cluster>` in <place>";
    check(&Wrong::Cold, "cold", "It is cold.", Some("see bitiq-bootstrap check <cluster> in 1"), &[cold]);
    let off = "see it: `ls <…>` switch it on: `on`";
    check(&Wrong::Off, "off", "It is off.", Some("see it:\nls 1\nswitch it on:\non"), &[off]);
    check(&Wrong::Wet, "wet", "It is wet.", None, &["dry it where it lies"]);
}

#[test]
fn of_several_hints_the_first_one_that_fits_counts() {
    let fixes = ["wait long", "wait `sleep <…>`", "wait a little"];
    let cases = [(10, Some("wait long")), (2, Some("wait sleep 2")), (1, Some("wait")), (0, None)];
    for (number, hint) in cases {
        check(&Wrong::Number(number), "it is <…>", "It depends on the number.", hint, &fixes);
    }
}

#[test]
fn an_error_that_says_what_is_expected_needs_no_hint() {
    let text = "expected an even number, not <…>";
    check(&Wrong::Odd(1), text, "The number is not even.", None, &[text]);
}

#[test]
fn an_error_that_is_handed_on_keeps_its_entry_and_its_hint() {
    let hot = Wrong::from(Box::new(Hot { place: "here".into() }));
    check(&hot, "<place> is too hot", "It is too hot.", Some("wait"), &["wait"]);
    assert_eq!(Hot::ENTRIES[0].name, "Hot");
}

#[test]
fn the_catalogue_has_each_error_once() {
    let names: Vec<&str> = Wrong::ENTRIES.iter().map(|entry| entry.name).collect();
    assert_eq!(
        names,
        [
            "Wrong::NoMount",
            "Wrong::Depends",
            "Wrong::Number",
            "Wrong::Odd",
            "Wrong::Cold",
            "Wrong::Off",
            "Wrong::Wet"
        ]
    );
}
