use base64::Engine as _;
use secret::{AddOutcome, ExposeSecret as _, Mask, RepoLogin, SecretString};

const TOKEN: &str = "ghp_0123456789abcdef";

fn mask() -> Mask {
    let mask = Mask::new();
    assert_eq!(mask.add(&SecretString::from(TOKEN)), AddOutcome::Hidden);
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

/// What the outputs take out later, and what nobody sees.
const INVISIBLE: [&str; 8] =
    ["\u{1b}[0m", "\u{1b}[1;31m", "\u{1b}]0;t\u{7}", "\u{1b}(B", "\u{9b}K", "\u{200b}", "\u{feff}", "\u{0}"];

#[test]
fn a_secret_with_colours_or_what_has_no_width_in_it_is_hidden() {
    for invisible in INVISIBLE {
        for at in 1..TOKEN.len() {
            let (left, right) = TOKEN.split_at(at);
            let text = format!("a \u{1b}[31m{left}{invisible}{right}\u{1b}[0m é");
            assert_eq!(mask().text(&text), "a \u{1b}[31m***\u{1b}[0m é", "{text:?}");
            assert!(mask().finds(text.as_bytes()), "{text:?}");
        }
        let letters: String = TOKEN.chars().map(|c| format!("{invisible}{c}")).collect();
        assert_eq!(mask().text(&format!("a{letters}b")), format!("a{invisible}***b"), "{invisible:?}");
    }
}

#[test]
fn it_is_hidden_however_it_is_split_over_writes() {
    let mask = mask();
    for invisible in INVISIBLE {
        let text = format!("é{}{invisible}{}\u{1b}[0m\nnext", &TOKEN[..7], &TOKEN[7..]);
        for cut in 0..text.len() {
            let mut stream = mask.stream();
            let mut out = stream.push(&text.as_bytes()[..cut]);
            out.extend(stream.push(&text.as_bytes()[cut..]));
            out.extend(stream.finish());
            assert_eq!(String::from_utf8(out).unwrap(), "é***\u{1b}[0m\nnext", "{invisible:?} cut at {cut}");
        }
        let mut stream = mask.stream();
        let mut out: Vec<u8> = text.bytes().flat_map(|byte| stream.push(&[byte])).collect();
        out.extend(stream.finish());
        assert_eq!(String::from_utf8(out).unwrap(), "é***\u{1b}[0m\nnext", "{invisible:?}");
    }
}

#[test]
fn a_flood_of_colours_within_what_may_be_a_secret_is_not_held_for_ever() {
    let mut stream = mask().stream();
    let out: usize =
        (0..40).map(|_| stream.push(format!("g{}", "\u{1b}[0m".repeat(1_000)).as_bytes()).len()).sum();
    assert!(out > 0, "nothing came");
    let mut still = mask().stream();
    still.push(b"g");
    let out: usize = (0..40).map(|_| still.push("\u{1b}[0m".repeat(1_000).as_bytes()).len()).sum();
    assert!(out > 80_000, "{out}");
}

#[test]
fn colours_without_a_secret_stay_and_wait_for_nothing() {
    let mut stream = mask().stream();
    assert_eq!(stream.push("\u{1b}[32m✓ done\u{1b}[0m".as_bytes()), "\u{1b}[32m✓ done\u{1b}[0m".as_bytes());
    assert!(stream.is_empty());
}

#[test]
fn a_password_in_a_url_is_hidden_through_colours() {
    let text = "see https://bob:hun\u{1b}[0mter2@h/x \u{1b}[31mred";
    assert_eq!(mask().text(text), "see https://bob:***@h/x red");
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
fn the_forms_of_html_of_a_form_and_of_rarer_writers_of_json_are_hidden() {
    let mask = Mask::new();
    mask.add(&SecretString::from("pä ss/w\"or'd<&1=x"));
    for form in [
        "pä ss/w&quot;or&#x27;d&lt;&amp;1=x",              // Python's html.escape
        "pä ss/w&#34;or&#39;d&lt;&amp;1=x",                // Go's html.EscapeString
        "p%C3%A4+ss%2Fw%22or%27d%3C%261%3Dx",              // a form's field
        "p\\u00e4 ss\\/w\\\"or'd<&1=x",                    // PHP's JSON
        "p\\u00E4 ss/w\\\"or'd<&1=x",                      // Jackson's JSON
        "pä ss/w\\\"or\\u0027d\\u003c\\u00261\\u003dx",    // Gson's JSON
        "p\\u00E4 ss/w\\u0022or\\u0027d\\u003C\\u00261=x", // .NET's JSON
        "70c3a42073732f77226f7227643c26313d78",            // hexadecimal
        "70C3A42073732F77226F7227643C26313D78",
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
    assert_eq!(mask.add(&SecretString::from("hunter2")), AddOutcome::TooShort);
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
