//! The forms that a secret is written in by the programs that hand it on.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::masked::SHORTEST_MASKED;
use crate::quoting::quotings;

/// The ways a secret is likely to be written down.
pub(crate) fn encodings(value: &str) -> Vec<Zeroizing<Vec<u8>>> {
    let mut all = Vec::new();
    if !value.contains('\n') {
        all.push(value.as_bytes().to_vec());
    }
    // Each line of a key stands alone in a log, and a shown line waits for no later one.
    all.extend(
        value
            .lines()
            .map(str::trim)
            .filter(|line| line.len() >= SHORTEST_MASKED && !line.starts_with("-----"))
            .map(Vec::from),
    );
    all.extend(percent_encoded(value));
    all.extend(json(value));
    // Of a value of many lines, its lines are known: quotes change none of them.
    if !value.contains('\n') {
        all.extend(quotings(value).into_iter().map(String::into_bytes));
    }
    all.extend(html(value));
    all.extend(hex(value));
    all.push(value.replace('\n', "\\n").into_bytes());
    for offset in 0..3 {
        all.extend(base64_core(value, offset));
    }
    all.retain(|encoding| encoding.len() >= SHORTEST_MASKED);
    // Most are the same for most secrets.
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(Zeroizing::new).collect()
}

/// Bytes that URL encoders keep as they are: none, the unreserved ones of RFC 3986, those and slashes (Python), those
/// and a few marks (JavaScript), or all that may stand in a user's part (Go).
const URL_KEEPS: [&[u8]; 5] = [b"", b"-_.~", b"-_.~/", b"-_.~!*'()", b"-_.~$&+,;="];

fn percent_encoded(value: &str) -> impl Iterator<Item = Vec<u8>> {
    URL_KEEPS.iter().flat_map(|keeps| {
        let stays = |byte: &u8| byte.is_ascii_alphanumeric() || keeps.contains(byte);
        let (mut upper, mut lower) = (String::new(), String::new());
        for byte in value.bytes() {
            let encoded = percent_encoding::percent_encode_byte(byte);
            if stays(&byte) {
                upper.push(char::from(byte));
                lower.push(char::from(byte));
            } else {
                upper.push_str(encoded);
                lower.push_str(&encoded.to_ascii_lowercase());
            }
        }
        // A form's field has a plus for a blank.
        let plus = [&upper, &lower].map(|text| text.replace("%20", "+").into_bytes());
        plus.into_iter().chain([upper.into_bytes(), lower.into_bytes()])
    })
}

/// Double and single quotes in HTML: as names, as numbers (Go), or one as a number (Python, JavaScript).
const HTML_QUOTES: [(&str, &str); 4] =
    [("&quot;", "&#39;"), ("&quot;", "&#x27;"), ("&quot;", "&apos;"), ("&#34;", "&#39;")];

fn html(value: &str) -> impl Iterator<Item = Vec<u8>> {
    let text = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = move |(double, single): (&str, &str)| text.replace('"', double).replace('\'', single);
    HTML_QUOTES.into_iter().map(move |quotes| quoted(quotes).into_bytes())
}

/// Bytes as numbers: in one word, one by one (`od -t x1`, `openssl`), in pairs (`xxd`), in the two cases. A pair may begin
/// at any byte, since what stands before the secret is not known.
fn hex(value: &str) -> Vec<Vec<u8>> {
    let bytes: Vec<String> = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let pairs = |skip: usize| {
        let (first, rest) = bytes.split_at(skip.min(bytes.len()));
        let rest = rest.chunks(2).map(|pair| pair.concat());
        first.iter().cloned().chain(rest).collect::<Vec<_>>().join(" ")
    };
    let lower = [bytes.concat(), bytes.join(" "), bytes.join(":"), pairs(0), pairs(1)];
    lower
        .iter()
        .flat_map(|text| [text.to_ascii_uppercase().into_bytes(), text.clone().into_bytes()])
        .collect()
}

/// As JSON, and as JSON that stands as a text in JSON. Of the latter, a value of many lines is known by its lines.
fn json(value: &str) -> Vec<Vec<u8>> {
    let once: Vec<String> = JSON.iter().map(|json| json.text(value)).collect();
    let twice = once.iter().filter(|_| !value.contains('\n'));
    let twice = twice.flat_map(|text| JSON.iter().map(|json| json.text(text)));
    let all: BTreeSet<String> = twice.chain(once.iter().cloned()).collect();
    // PHP escapes slashes too.
    let slashes =
        |text: &String| [text.replace('/', "\\/").into_bytes(), text.replace('/', "\\\\\\/").into_bytes()];
    all.iter().flat_map(slashes).chain(all.iter().cloned().map(String::into_bytes)).collect()
}

/// A program's way to write a text as JSON.
struct Json {
    /// Also these are written as numbers.
    also: &'static str,
    /// Characters outside ASCII are written as numbers too.
    ascii: bool,
    /// The numbers have capitals.
    capitals: bool,
}

const JSON: [Json; 6] = [
    Json { also: "", ascii: false, capitals: false },
    // Python, Jackson.
    Json { also: "", ascii: true, capitals: false },
    Json { also: "", ascii: true, capitals: true },
    // Go, Gson, .NET.
    Json { also: "<>&", ascii: false, capitals: false },
    Json { also: "<>&='", ascii: false, capitals: false },
    Json { also: "<>&'\"+`", ascii: true, capitals: true },
];

impl Json {
    fn text(&self, value: &str) -> String {
        let mut out = String::new();
        for char in value.chars() {
            match char {
                char if self.also.contains(char) || self.ascii && !char.is_ascii() => {
                    out.push_str(&self.number(char));
                }
                '"' | '\\' => out.extend(['\\', char]),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                char if char.is_control() => out.push_str(&self.number(char)),
                char => out.push(char),
            }
        }
        out
    }

    fn number(&self, char: char) -> String {
        let unit = |unit: &u16| match self.capitals {
            true => format!("\\u{unit:04X}"),
            false => format!("\\u{unit:04x}"),
        };
        char.encode_utf16(&mut [0; 2]).iter().map(unit).collect()
    }
}

/// The letters of `value` in base64 that do not depend on what stands before and after it (`user:password` of HTTP
/// Basic puts the password at any of three offsets).
fn base64_core(value: &str, offset: usize) -> Vec<Vec<u8>> {
    let mut padded = Zeroizing::new(vec![0_u8; offset]);
    padded.extend_from_slice(value.as_bytes());
    let from = (offset * 8).div_ceil(6);
    let upto = padded.len() * 8 / 6;
    [STANDARD_NO_PAD.encode(&*padded), URL_SAFE_NO_PAD.encode(&*padded)]
        .into_iter()
        .filter_map(|encoded| encoded.get(from..upto).map(|core| core.as_bytes().to_vec()))
        .collect()
}
