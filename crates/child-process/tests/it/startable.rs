//! What is said of a file that can't be started, before anybody tries.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;

use advice::Diagnostic as _;
use child_process::{Program, StartProblem, run, startable};
use secret::Mask;
use tokio_util::sync::CancellationToken;

use crate::PATH;

const LFS: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";

const FILE: &str = "scripts/bootstrap.sh";

fn file() -> String {
    FILE.into()
}

fn judged(head: &[u8]) -> Result<(), StartProblem> {
    startable(FILE, head, Some(OsStr::new(PATH)))
}

/// The judgement is this one, and the kernel does not start the file either.
async fn check(head: &[u8], expect: StartProblem) {
    assert_eq!(judged(head), Err(expect.clone()), "{:?}", String::from_utf8_lossy(head));
    assert!(expect.hint().is_some());
    assert!(!runs(head).await, "{expect}");
}

/// Whether it starts and ends well.
async fn runs(content: &[u8]) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("script.sh");
    fs_err::write(&path, content).unwrap();
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut program = Program::new(&path, Vec::<String>::new());
    program.env.insert("PATH".into(), PATH.into());
    let ended = run(&program, &Mask::new(), &CancellationToken::new(), &mut |_, _| {}).await;
    ended.is_ok_and(|ended| ended.success())
}

#[tokio::test]
async fn a_script_that_starts_is_let_through() {
    let long = format!("#!/bin/sh -e{}\nexit 0\n", " ".repeat(300));
    for head in [
        "#!/bin/sh\nexit 0\n",
        "#! /bin/sh -e\nexit 0\n",
        "#!/bin/sh",
        "#!/usr/bin/env sh\nexit 0\n",
        "#!/usr/bin/env -S sh -e\nexit 0\n",
        &long,
    ] {
        assert_eq!(judged(head.as_bytes()), Ok(()), "{head}");
    }
    assert!(runs(b"#!/usr/bin/env -S sh -e\nexit 0\n").await);
    assert_eq!(judged(&fs_err::read("/bin/sh").unwrap()), Ok(()), "a binary of this machine");
}

#[tokio::test]
async fn windows_line_ends_are_found_wherever_the_first_line_holds_them() {
    for head in ["#!/bin/sh\r\necho\r\n", "#!/usr/bin/env sh\r\necho\r\n", "#!/bin/sh\r\r\n"] {
        check(head.as_bytes(), StartProblem::WindowsLineEnds { file: file() }).await;
    }
    assert_eq!(judged(b"#!/bin/sh -e\r\necho\r\n"), Err(StartProblem::WindowsLineEnds { file: file() }));
}

#[tokio::test]
async fn the_line_ends_of_an_old_mac_have_a_cure_of_their_own() {
    check(b"#!/bin/sh\recho\r", StartProblem::MacLineEnds { file: file() }).await;
    let hint = StartProblem::MacLineEnds { file: file() }.hint().unwrap().to_string();
    assert!(hint.contains("tr '\\r' '\\n' <scripts/bootstrap.sh"), "{hint}");
}

#[tokio::test]
async fn a_relative_interpreter_is_named() {
    for (line, interpreter) in [
        ("#!bin/sh", "bin/sh"),
        ("#!sh", "sh"),
        ("#!./env sh", "./env"),
        ("#!/usr/bin/env bin/sh", "bin/sh"),
        ("#!/usr/bin/env -S ./sh -e", "./sh"),
    ] {
        let head = format!("{line}\nexit 0\n");
        check(head.as_bytes(), StartProblem::RelativeInterpreter { interpreter: interpreter.into() }).await;
    }
}

#[tokio::test]
async fn options_that_a_shell_gets_as_one_are_named() {
    if !cfg!(target_os = "linux") {
        return;
    }
    for options in ["-e -u", "-e\t-u", "-o errexit", "-e # strict"] {
        let (interpreter, options) = ("/bin/sh".to_owned(), options.to_owned());
        let head = format!("#!/bin/sh {options}\nexit 0\n");
        check(head.as_bytes(), StartProblem::SeveralOptions { interpreter, options }).await;
    }
    assert_eq!(judged(b"#!/bin/sh -eu\nexit 0\n"), Ok(()));
}

#[tokio::test]
async fn what_is_no_script_is_told_apart() {
    check(b"", StartProblem::Empty { file: file() }).await;
    check(LFS.as_bytes(), StartProblem::LfsPointer { file: file() }).await;
    check(b"echo hi\n", StartProblem::NoInterpreterLine).await;
    check(b" #!/bin/sh\necho hi\n", StartProblem::NoInterpreterLine).await;
    check(b"MZ\x90\0", StartProblem::NoInterpreterLine).await;
}

#[tokio::test]
async fn marks_and_encodings_before_the_first_line_are_found() {
    check(b"\xef\xbb\xbf#!/bin/sh\nexit 0\n", StartProblem::ByteOrderMark { file: file() }).await;
    for head in [&b"\xff\xfe#\0!\0/\0"[..], b"\xfe\xff\0#\0!", b"#\0!\0/\0", b"\0#\0!"] {
        check(head, StartProblem::WideText { file: file() }).await;
    }
}

#[tokio::test]
async fn an_interpreter_that_is_not_there_is_named() {
    let missing = |interpreter: &str| StartProblem::NoSuchInterpreter { interpreter: interpreter.into() };
    check(b"#!/usr/bin/zsh5 -f\nexit 0\n", missing("/usr/bin/zsh5")).await;
    check(b"#!/no/such/env bash\nexit 0\n", missing("/no/such/env")).await;
    let not_executable = |path: &str| StartProblem::InterpreterNotExecutable { interpreter: path.into() };
    check(b"#!/etc\nexit 0\n", not_executable("/etc")).await;
    check(b"#!/etc/passwd\nexit 0\n", not_executable("/etc/passwd")).await;
    check(b"#!\nexit 0\n", StartProblem::NoInterpreter { line: "#!".into() }).await;
    let long = format!("#!/{}\n", "x".repeat(300));
    check(long.as_bytes(), StartProblem::LineTooLong).await;
}

#[tokio::test]
async fn what_env_would_not_find_is_named() {
    check(b"#!/usr/bin/env no-such-shell\n", StartProblem::NotOnPath { program: "no-such-shell".into() })
        .await;
    let line = "#!/usr/bin/env".to_owned();
    assert_eq!(judged(b"#!/usr/bin/env \nexit 0\n"), Err(StartProblem::NoInterpreter { line }));
    if cfg!(target_os = "linux") {
        check(b"#!/usr/bin/env sh -e\nexit 0\n", StartProblem::EnvWords { words: "sh -e".into() }).await;
        check(b"#!/usr/bin/env -i sh\nexit 0\n", StartProblem::EnvWords { words: "-i sh".into() }).await;
        // Not started: it starts itself for ever.
        let problem = StartProblem::EnvWords { words: "FOO=bar sh".into() };
        assert_eq!(
            problem.hint().unwrap().to_string(),
            "let the first line be `#!/usr/bin/env -S FOO=bar sh`"
        );
        assert_eq!(judged(b"#!/usr/bin/env FOO=bar sh\nexit 0\n"), Err(problem));
    }
    let problem = startable(FILE, b"#!/usr/bin/env sh\n", Some(OsStr::new("/nowhere")));
    assert_eq!(problem, Err(StartProblem::NotOnPath { program: "sh".into() }));
}

#[test]
fn a_binary_of_another_machine_is_told_apart() {
    let mut head = fs_err::read("/bin/sh").unwrap();
    let emulated = std::fs::read_dir("/proc/sys/fs/binfmt_misc").is_ok_and(|entries| entries.count() > 2);
    if !head.starts_with(b"\x7fELF") || emulated {
        return;
    }
    // The machine's number: one that nobody has.
    head[18..20].copy_from_slice(&[0xfe, 0xca]);
    assert_eq!(judged(&head), Err(StartProblem::OtherMachine));
}

#[test]
fn the_cure_of_windows_line_ends_can_be_pasted() {
    assert_eq!(
        StartProblem::WindowsLineEnds { file: file() }.hint().unwrap().to_string(),
        "store it with Unix line ends, then commit and push:\n\
         echo 'scripts/bootstrap.sh text eol=lf' >>.gitattributes\n\
         git add .gitattributes && git add --renormalize scripts/bootstrap.sh"
    );
}
