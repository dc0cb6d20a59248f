use base64::Engine as _;
use secret::{Added, ExposeSecret as _, Mask, RepoLogin, SecretString};

const TOKEN: &str = "ghp_0123456789abcdef";

fn mask() -> Mask {
    let mask = Mask::new();
    assert_eq!(mask.add(&SecretString::from(TOKEN)), Added::Hidden);
    mask
}

#[test]
fn a_known_secret_is_hidden_and_the_rest_stays() {
    assert_eq!(mask().text(&format!("a {TOKEN} b")), "a *** b");
}

#[test]
fn a_secret_split_anywhere_is_hidden() {
    let text = format!("before {TOKEN} after {TOKEN}");
    for cut in 0..text.len() {
        let mut stream = mask().stream();
        let mut out = stream.push(&text.as_bytes()[..cut]);
        out.extend(stream.push(&text.as_bytes()[cut..]));
        out.extend(stream.finish());
        assert_eq!(String::from_utf8(out).unwrap(), "before *** after ***", "cut at {cut}");
    }
}

#[test]
fn one_byte_at_a_time_is_hidden_too() {
    let mut stream = mask().stream();
    let mut out = Vec::new();
    for byte in format!("x{TOKEN}y").bytes() {
        out.extend(stream.push(&[byte]));
    }
    out.extend(stream.finish());
    assert_eq!(out, b"x***y");
}

#[test]
fn base64_of_the_secret_within_other_text_is_hidden() {
    for user in ["", "u:", "us:", "use:", "user:"] {
        for tail in ["", "\n", "\nx"] {
            let encoded = base64::engine::general_purpose::STANDARD.encode(format!("{user}{TOKEN}{tail}"));
            let shown = mask().text(&encoded);
            assert!(shown.contains("***"), "{user:?} {tail:?}: {shown}");
        }
    }
}

#[test]
fn url_encoded_and_escaped_forms_are_hidden() {
    let mask = Mask::new();
    mask.add(&SecretString::from("p@ss/w\"rd\nline"));
    for form in ["p%40ss%2Fw%22rd%0Aline", "p@ss/w\\\"rd\\nline"] {
        assert_eq!(mask.text(form), "***", "{form}");
    }
}

/// However a program encodes it for a URL or writes it as JSON.
#[test]
fn the_forms_that_programs_really_write_are_hidden() {
    let mask = Mask::new();
    mask.add(&SecretString::from("pä-ss/w\"or'd&1@x"));
    for form in [
        "p%C3%A4-ss%2Fw%22or%27d%261%40x", // RFC 3986
        "p%c3%a4-ss%2fw%22or%27d%261%40x", // the same in lower case
        "p%C3%A4-ss/w%22or%27d%261%40x",   // Python's quote
        "p%C3%A4-ss%2Fw%22or'd%261%40x",   // JavaScript's encodeURIComponent
        "p%C3%A4-ss%2Fw%22or%27d&1%40x",   // Go's user part
        "pä-ss/w\\\"or'd&1@x",             // JSON
        "p\\u00e4-ss/w\\\"or'd&1@x",       // Python's JSON
        "pä-ss/w\\\"or'd\\u00261@x",       // Go's JSON
        "pä-ss/w\"or'\\''d&1@x",           // a shell's `set -x`
    ] {
        assert_eq!(mask.text(&format!("a {form} b")), "a *** b", "{form}");
    }
}

#[test]
fn each_line_of_a_key_is_hidden() {
    let mask = Mask::new();
    mask.add(&SecretString::from(
        "-----BEGIN KEY-----\nAAAABBBBCCCCDDDDEEEE\nFFFFGGGGHHHHIIIIJJJJ\n-----END KEY-----\n",
    ));
    assert_eq!(mask.text("got FFFFGGGGHHHHIIIIJJJJ\n-----BEGIN KEY-----"), "got ***\n-----BEGIN KEY-----");
}

#[test]
fn a_short_value_is_refused_not_half_masked() {
    let mask = Mask::new();
    assert_eq!(mask.add(&SecretString::from("hunter2")), Added::TooShort);
    assert_eq!(mask.text("hunter2"), "hunter2");
}

#[test]
fn clones_learn_later_secrets() {
    let mask = Mask::new();
    let clone = mask.clone();
    mask.add(&SecretString::from(TOKEN));
    assert!(clone.finds(TOKEN.as_bytes()));
}

#[test]
fn debug_shows_no_secret() {
    let login = RepoLogin::Basic { username: "ci".into(), password: TOKEN.into() };
    assert_eq!(login.secret().expose_secret(), TOKEN);
    for shown in [format!("{login:?}"), format!("{:?}", mask()), format!("{:?}", login.secret())] {
        assert!(!shown.contains(TOKEN), "{shown}");
    }
}
