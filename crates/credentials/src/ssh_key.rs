//! A private key for SSH as people store it: what its way into the store did to its lines is undone, and what no
//! program could use is named. Argo CD and ssh both take the result.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secret::{ExposeSecret as _, SecretString};

/// Why a text is no private key that a program can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// It has a passphrase.
    Encrypted,
    /// It is the public half.
    Public,
    /// It is in PuTTY's own format.
    Putty,
    /// There is no key in it.
    NoKey,
    /// A part of it is missing.
    Damaged,
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
/// What an OpenSSH key begins with.
const OPENSSH: &[u8] = b"openssh-key-v1\0";
/// Public keys as `*.pub` files hold them.
const PUBLIC: [&str; 5] = ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-", "---- BEGIN SSH2 PUBLIC KEY"];
/// Where the lines of a key that was one line are broken.
const WIDTH: usize = 64;

/// The key with a line break after each of its lines, and nothing around it.
pub(crate) fn mended(key: &SecretString) -> Result<SecretString, Unusable> {
    let text = unpacked(key.expose_secret())?;
    let (label, body) = parts(&text)?;
    if body.contains("ENCRYPTED") || label == "ENCRYPTED PRIVATE KEY" {
        return Err(Unusable::Encrypted);
    }
    let packed: String = body.split_whitespace().collect();
    let bytes = STANDARD.decode(&packed).map_err(|_| Unusable::Damaged)?;
    check(label, &bytes)?;
    let lines = lines(body, &packed);
    Ok(SecretString::from(format!("{BEGIN}{label}{DASHES}\n{lines}\n{END}{label}{DASHES}\n")))
}

/// The text without base64, quotes and escapes around it.
fn unpacked(key: &str) -> Result<String, Unusable> {
    let text = key.trim_start_matches('\u{feff}').trim().trim_matches(['"', '\'']).trim();
    if text.contains(BEGIN) {
        return Ok(with_line_breaks(text));
    }
    if text.starts_with("PuTTY-User-Key-File") {
        return Err(Unusable::Putty);
    }
    if PUBLIC.iter().any(|begin| text.starts_with(begin)) {
        return Err(Unusable::Public);
    }
    let packed: String = with_line_breaks(text).split_whitespace().collect();
    let inner = STANDARD.decode(packed).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    inner.filter(|inner| inner.contains(BEGIN)).map(|inner| with_line_breaks(&inner)).ok_or(Unusable::NoKey)
}

/// `\n` in two characters is a line break: base64 holds no backslash.
fn with_line_breaks(text: &str) -> String {
    let text = text.replace("\\r", "\r").replace("\\n", "\n").replace('\\', "");
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The label of the first private key, and what stands between its first line and its last.
fn parts(text: &str) -> Result<(&str, &str), Unusable> {
    let after = text.split_once(BEGIN).ok_or(Unusable::NoKey)?.1;
    let (label, rest) = after.split_once(DASHES).ok_or(Unusable::Damaged)?;
    if label.contains("PUBLIC KEY") || label.contains("CERTIFICATE") {
        return Err(Unusable::Public);
    }
    if !label.ends_with("PRIVATE KEY") {
        return Err(Unusable::NoKey);
    }
    let end = format!("{END}{label}{DASHES}");
    let body = rest.split_once(&end).ok_or(Unusable::Damaged)?.0;
    Ok((label, body))
}

/// The lines as they were, where it has lines.
fn lines(body: &str, packed: &str) -> String {
    let own: Vec<&str> = body.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if own.len() > 1 && own.iter().all(|line| !line.contains(char::is_whitespace)) {
        return own.join("\n");
    }
    let broken = packed.as_bytes().chunks(WIDTH).map(String::from_utf8_lossy);
    broken.collect::<Vec<_>>().join("\n")
}

/// Whether the whole key is there, and needs no passphrase.
fn check(label: &str, bytes: &[u8]) -> Result<(), Unusable> {
    if label == "OPENSSH PRIVATE KEY" {
        let rest = bytes.strip_prefix(OPENSSH).ok_or(Unusable::Damaged)?;
        return openssh(rest).ok_or(Unusable::Damaged)?;
    }
    // All others are one DER element.
    if der_length(bytes) == Some(bytes.len()) { Ok(()) } else { Err(Unusable::Damaged) }
}

/// Cipher, key derivation, its options, number of keys, public key, private part (`PROTOCOL.key` of OpenSSH). `None`:
/// it ends too early.
fn openssh(rest: &[u8]) -> Option<Result<(), Unusable>> {
    let (cipher, rest) = field(rest)?;
    let (_derivation, rest) = field(rest)?;
    let (_options, rest) = field(rest)?;
    let (_public, rest) = field(rest.get(4..)?)?;
    field(rest)?;
    Some(if cipher == b"none" { Ok(()) } else { Err(Unusable::Encrypted) })
}

fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// The length of a DER SEQUENCE with its head.
fn der_length(bytes: &[u8]) -> Option<usize> {
    let [0x30, first, rest @ ..] = bytes else { return None };
    match first {
        0..=0x7f => Some(usize::from(*first) + 2),
        0x81..=0x84 => {
            let count = usize::from(first & 0x7f);
            let digits = rest.get(..count)?;
            let length = digits.iter().fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit));
            length.checked_add(2 + count)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The container of an OpenSSH key, with no key in it.
    fn container(cipher: &str) -> Vec<u8> {
        let field = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
        let one = 1_u32.to_be_bytes().to_vec();
        let fields =
            [field(cipher.as_bytes()), field(b"none"), field(b""), one, field(&[7; 51]), field(&[9; 140])];
        [OPENSSH.to_vec(), fields.concat()].concat()
    }

    fn pem(label: &str, bytes: &[u8], width: usize) -> String {
        let packed = STANDARD.encode(bytes);
        let lines: Vec<_> = packed.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
        format!("{BEGIN}{label}{DASHES}\n{}\n{END}{label}{DASHES}\n", lines.join("\n"))
    }

    fn openssh_key() -> String {
        pem("OPENSSH PRIVATE KEY", &container("none"), 70)
    }

    /// A SEQUENCE as long as a key's.
    fn rsa_key() -> String {
        pem("RSA PRIVATE KEY", &[&[0x30, 0x82, 0x01, 0x00][..], &[5; 256]].concat(), 64)
    }

    fn try_it(text: &str) -> Result<String, Unusable> {
        mended(&SecretString::from(text)).map(|key| key.expose_secret().to_owned())
    }

    #[test]
    fn a_whole_key_stays_as_it_is() {
        for key in [
            openssh_key(),
            rsa_key(),
            pem("EC PRIVATE KEY", &[0x30, 1, 5], 64),
            pem("PRIVATE KEY", &[0x30, 0], 64),
        ] {
            assert_eq!(try_it(&key), Ok(key));
        }
    }

    #[test]
    fn what_happened_to_its_lines_on_the_way_is_undone() {
        for key in [openssh_key(), rsa_key()] {
            let indented: String = key.lines().map(|line| format!("  {line}\n")).collect();
            let ways = [
                key.replace('\n', "\r\n"),
                key.replace('\n', "\r"),
                key.replace('\n', "\\n"),
                key.replace('\n', "\\r\\n"),
                key.replace('\n', "\\\\n"),
                key.trim_end().to_owned(),
                format!("\n\n{key}\n\n"),
                indented,
                format!("\"{}\"", key.trim_end()),
                format!("'{}'", key.replace('\n', "\\n")),
                format!("\u{feff}{key}"),
                STANDARD.encode(&key),
                pem("x", key.as_bytes(), 76).lines().filter(|line| !line.starts_with(DASHES)).collect(),
            ];
            for way in ways {
                assert_eq!(try_it(&way), Ok(key.clone()), "{way:?}");
            }
        }
    }

    #[test]
    fn a_key_that_became_one_line_is_broken_into_lines_again() {
        let key = openssh_key();
        for one_line in [key.replace('\n', " "), key.replace('\n', "")] {
            let mended = try_it(&one_line).unwrap();
            assert_eq!(
                mended.split_whitespace().collect::<String>(),
                key.split_whitespace().collect::<String>()
            );
            assert!(
                mended.lines().all(|line| line.len() <= WIDTH) && mended.ends_with("KEY-----\n"),
                "{mended}"
            );
        }
    }

    #[test]
    fn what_no_program_can_use_is_named() {
        let of_old = pem("RSA PRIVATE KEY", &[0x30, 0], 64).replacen(
            '\n',
            "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n",
            1,
        );
        let (key, rsa) = (openssh_key(), rsa_key());
        for (text, why) in [
            (pem("OPENSSH PRIVATE KEY", &container("aes256-ctr"), 70), Unusable::Encrypted),
            (pem("ENCRYPTED PRIVATE KEY", &[0x30, 0], 64), Unusable::Encrypted),
            (of_old, Unusable::Encrypted),
            ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ada@example.com".to_owned(), Unusable::Public),
            (pem("PUBLIC KEY", &[0x30, 0], 64), Unusable::Public),
            ("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none".to_owned(), Unusable::Putty),
            ("hunter2".to_owned(), Unusable::NoKey),
            (STANDARD.encode("hunter2"), Unusable::NoKey),
            (pem("PGP MESSAGE", b"x", 64), Unusable::NoKey),
            (key[..key.len() / 2].to_owned(), Unusable::Damaged),
            (pem("OPENSSH PRIVATE KEY", &container("none")[..99], 70), Unusable::Damaged),
            (rsa.replacen("BQUF", "", 1), Unusable::Damaged),
            (rsa.replacen("BQUF", "*QUF", 1), Unusable::Damaged),
        ] {
            assert_eq!(try_it(&text), Err(why), "{text}");
        }
    }
}
