//! Text files in the encodings that kubectl takes: UTF-8, and UTF-16 where a byte order mark says so.

use std::borrow::Cow;

/// The text as UTF-8, without its byte order mark. What is no UTF-16 stays as it is: whoever reads it names the spot.
pub fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let decoded = match bytes {
        [0xff, 0xfe, rest @ ..] => from_utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => from_utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => return Cow::Borrowed(rest),
        _ => None,
    };
    decoded.map_or(Cow::Borrowed(bytes), |text| Cow::Owned(text.into_bytes()))
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().filter(|_| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a: \"ä🙂\"\r\n";

    fn utf16(unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(TEXT.encode_utf16()).flat_map(unit).collect()
    }

    #[test]
    fn each_encoding_becomes_utf_8() {
        let marked = format!("\u{feff}{TEXT}").into_bytes();
        for bytes in [TEXT.as_bytes().to_vec(), marked, utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
            assert_eq!(utf8(&bytes), TEXT.as_bytes());
        }
    }

    #[test]
    fn what_is_no_text_stays_as_it_is() {
        for bytes in [&[0xff, 0xfe, 0x41][..], &[0xff, 0xfe, 0x00, 0xd8], &[0xff], &[]] {
            assert_eq!(utf8(bytes), bytes);
        }
    }
}
