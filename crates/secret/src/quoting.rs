//! A value as shells, Python and YAML quote it, so that a secret is known in their output too.

/// All of them, each once or more.
pub(crate) fn quotings(value: &str) -> Vec<String> {
    let mut all = vec![printf_q(value, true), printf_q(value, false), declare_p(value)];
    // As `set -x` shows a word.
    all.push(value.replace('\'', "'\\''"));
    // dash's `export -p`, Python's `shlex.quote`.
    all.push(value.replace('\'', "'\"'\"'"));
    all.extend([ansi_c(value, false), ansi_c(value, true)]);
    all.extend(
        ['\'', '"'].into_iter().flat_map(|quote| [repr(value, quote, false), repr(value, quote, true)]),
    );
    all.extend(['\'', '"'].into_iter().map(|quote| repr_bytes(value, quote)));
    // YAML in single quotes.
    all.push(value.replace('\'', "''"));
    all.extend([yaml(value, false), yaml(value, true)]);
    all
}

/// `printf %q` of bash, where all of the value can be printed. `~` and `#` are special where a word begins, `~` also behind
/// `=` and `:`; the secret may begin a word, or stand within one.
fn printf_q(value: &str, mut begins: bool) -> String {
    escaped(value, |char| {
        let special = " !\"$&'()*,;<>?[\\]^`{|}".contains(char) || begins && "~#".contains(char);
        begins = false;
        special
    })
    .replace("=~", "=\\~")
    .replace(":~", ":\\~")
}

/// `declare -p` of bash, likewise.
fn declare_p(value: &str) -> String {
    escaped(value, |char| "$`\"\\".contains(char))
}

fn escaped(value: &str, mut special: impl FnMut(char) -> bool) -> String {
    value.chars().fold(String::new(), |mut out, char| {
        if special(char) {
            out.push('\\');
        }
        out.push(char);
        out
    })
}

/// The letter that stands for a control character behind a backslash, as C has it: bash and YAML write it so.
fn letter_of(char: char) -> Option<char> {
    Some(match char {
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        _ => return None,
    })
}

/// `$'…'` of bash, for what can't be printed: with letters that are no ASCII as they are, or as octal bytes.
fn ansi_c(value: &str, ascii: bool) -> String {
    let mut out = String::new();
    for char in value.chars() {
        if let Some(letter) = letter_of(char) {
            out.extend(['\\', letter]);
            continue;
        }
        match char {
            '\'' | '\\' => out.extend(['\\', char]),
            '\u{1b}' => out.push_str("\\E"),
            char if char.is_control() || ascii && !char.is_ascii() => {
                out.extend(char.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("\\{byte:03o}")));
            }
            char => out.push(char),
        }
    }
    out
}

/// `repr` of Python, of bytes.
fn repr_bytes(value: &str, quote: char) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            byte if char::from(byte) == quote => out.extend(['\\', quote]),
            b' '..=b'~' => out.push(char::from(byte)),
            byte => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out
}

/// `repr` of Python, or `ascii`.
fn repr(value: &str, quote: char, ascii: bool) -> String {
    let mut out = String::new();
    for char in value.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            char if char == quote => out.extend(['\\', char]),
            char if char.is_control() || ascii && !char.is_ascii() => out.push_str(&number(char, false)),
            char => out.push(char),
        }
    }
    out
}

/// YAML in double quotes: with letters that are no ASCII as they are, or as numbers.
fn yaml(value: &str, ascii: bool) -> String {
    let mut out = String::new();
    for char in value.chars() {
        if let Some(letter) = letter_of(char) {
            out.extend(['\\', letter]);
            continue;
        }
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\0' => out.push_str("\\0"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{a0}' => out.push_str("\\_"),
            char if char.is_control() || ascii && !char.is_ascii() => out.push_str(&number(char, true)),
            char => out.push(char),
        }
    }
    out
}

/// `\xE9`, `\u20AC`, `\U0001F600`, as short as may be.
fn number(char: char, capitals: bool) -> String {
    let code = u32::from(char);
    let (letter, width) = match code {
        0..=0xff => ('x', 2),
        0x100..=0xffff => ('u', 4),
        _ => ('U', 8),
    };
    match capitals {
        true => format!("\\{letter}{code:0width$X}"),
        false => format!("\\{letter}{code:0width$x}"),
    }
}
