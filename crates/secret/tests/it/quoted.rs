//! Secrets with special characters, as the programs that print them really write them.

use std::io::Write as _;
use std::process::Stdio;
use std::sync::LazyLock;

use secret::{Mask, SecretString};

use crate::random::Random;

/// Letters, digits, and each printable mark of ASCII.
fn printable() -> Vec<char> {
    ('!'..='~').collect()
}

/// Marks and letters that are rarer.
fn rare() -> Vec<char> {
    let mut all: Vec<char> = "'\"\\$`!/ab1&<>".chars().collect();
    all.extend(['é', '€', '\u{1f600}', '\t', '\u{1}', '\u{1b}', ' ']);
    all
}

/// Each with a mask that knows it alone.
static SECRETS: LazyLock<Vec<(String, Mask)>> = LazyLock::new(|| {
    let masked = |secret: String| {
        let mask = Mask::new();
        mask.add(&SecretString::from(secret.clone()));
        (secret, mask)
    };
    secrets().into_iter().map(masked).collect()
});

fn secrets() -> Vec<String> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let printable = (0..30).map(|_| random.of(&printable(), 16)).collect::<Vec<_>>();
    let rare = (0..30).map(|_| format!("a{}b", random.of(&rare(), 12))).collect::<Vec<_>>();
    // What is printed differs by how it begins, too: `~` and `#` are special there alone.
    ["~/#home=~x", "#hash#hash", "it's a \"quoted\" one", "-n starts like an option"]
        .into_iter()
        .map(str::to_owned)
        .chain(printable)
        .chain(rare)
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "this room has no other way to start a real bash and python")]
fn said(program: &str, arguments: &[&str], input: &str) -> Vec<u8> {
    let mut child = std::process::Command::new(program)
        .args(arguments)
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    [output.stdout, output.stderr].concat()
}

/// Each secret is one line of the input, and one line of what is printed; none is shown.
fn check(program: &str, arguments: &[&str]) {
    let input: String = SECRETS.iter().map(|(secret, _)| format!("{secret}\n")).collect();
    let printed = said(program, arguments, &input);
    let lines: Vec<&[u8]> = printed.split(|byte| *byte == b'\n').filter(|it| !it.is_empty()).collect();
    assert_eq!(lines.len(), SECRETS.len(), "{arguments:?}");
    for ((secret, mask), line) in SECRETS.iter().zip(lines) {
        let shown = String::from_utf8_lossy(&mask.bytes(line)).into_owned();
        let line = String::from_utf8_lossy(line);
        assert!(shown.contains("***"), "{arguments:?} prints {secret:?} as {line:?}, shown as {shown:?}");
    }
}

const EACH_LINE: &str = "while IFS= read -r x; do";

#[test]
fn what_bash_quotes_is_hidden() {
    for print in [r#"printf '%q\n' "$x""#, "declare -p x", r#"printf '%s\n' "${x@Q}""#] {
        for locale in ["C.UTF-8", "C"] {
            let script = format!("export LC_ALL={locale}; {EACH_LINE} {print}; done");
            check("bash", &["-c", &script]);
        }
    }
}

#[test]
fn what_a_trace_of_bash_shows_is_hidden() {
    let script = format!("{EACH_LINE} (set -x; : \"$x\"); done");
    check("bash", &["-c", &script]);
}

#[test]
fn what_python_writes_is_hidden() {
    let each = |print: &str| {
        format!(
            "import sys, json, shlex\nfor x in sys.stdin.buffer.read().decode().split('\\n')[:-1]: print({print})"
        )
    };
    for print in [
        "repr(x)",
        "ascii(x)",
        "shlex.quote(x)",
        "json.dumps({'a': x})",
        "json.dumps(json.dumps({'a': x}))",
        "json.dumps(json.dumps({'a': x}, ensure_ascii=False), ensure_ascii=False)",
        "x.encode()",
        "x.encode().hex()",
        "x.encode().hex(' ')",
        "x.encode().hex(':').upper()",
        "('x' + x).encode().hex(' ', -2)",
        "x.encode().hex(' ', -2)",
    ] {
        check("python3", &["-c", &each(print)]);
    }
}

#[test]
fn what_yaml_quotes_is_hidden() {
    for (secret, yaml) in [
        ("it's a secret", "a: 'it''s a secret'"),
        ("say \"secret\" \\ now", r#"a: "say \"secret\" \\ now""#),
        ("secret-é-€-\u{1f600}", r#"a: "secret-\xE9-\u20AC-\U0001F600""#),
        ("secret\u{1b}[0mtab\t", r#"a: "secret\e[0mtab""#),
    ] {
        let mask = Mask::new();
        mask.add(&SecretString::from(secret));
        assert!(mask.text(yaml).contains("***"), "{yaml}: {}", mask.text(yaml));
    }
}
