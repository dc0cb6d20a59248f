//! Whether the kernel can start a file, judged by its first bytes and by the interpreter that they name.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use secret::quoted;
use thiserror::Error;

use crate::env_line::{EnvLine, program_of};
use crate::lookup::{find_on_path, is_executable};

/// The kernel looks at no more of a file.
const HEAD: usize = 256;
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";
const ELF: &[u8] = b"\x7fELF";
/// Interpreters that read an option letter by letter.
const SHELLS: [&str; 6] = ["sh", "bash", "dash", "ksh", "mksh", "zsh"];
/// What an interpreter of another machine registers with the kernel.
const BINFMT: &str = "/proc/sys/fs/binfmt_misc";

/// Why the kernel can't start a file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StartProblem {
    /// The file has no content.
    #[error("it is empty")]
    Empty,
    /// Git LFS holds the content elsewhere, and it was not fetched.
    #[error("it is a Git LFS pointer, not the script itself")]
    LfsPointer,
    /// The first line ends in a carriage return, which becomes a part of the interpreter's name.
    #[error("its first line ends in a carriage return (Windows line ends)")]
    WindowsLineEnds,
    /// A UTF-8 byte order mark stands before `#!`.
    #[error("it begins with a byte order mark (BOM) instead of `#!`")]
    ByteOrderMark,
    /// The text is in UTF-16 or UTF-32.
    #[error("it is text in UTF-16 or UTF-32, not in UTF-8")]
    WideText,
    /// The file is neither a binary for this system, nor a script with `#!`.
    #[error("it is neither a program of this system nor a script that begins with `#!`")]
    NoInterpreterLine,
    /// Nothing stands behind `#!`, or behind `env`.
    #[error("its first line `{line}` names no interpreter")]
    NoInterpreter {
        /// The line.
        line: String,
    },
    /// The first line is longer than what the kernel reads of it.
    #[error("its first line has no end within {HEAD} bytes")]
    LineTooLong,
    /// A lone carriage return ends each line, as on an old Mac.
    #[error("its lines end in a lone carriage return (old Mac line ends)")]
    MacLineEnds,
    /// The interpreter of the first line is a relative path: which program that is depends on the folder it is started in.
    #[error("its interpreter `{interpreter}` is a relative path")]
    RelativeInterpreter {
        /// The interpreter.
        interpreter: String,
    },
    /// The first line gives the interpreter several options. Linux hands them over as one, which no shell takes.
    #[error("its first line gives {interpreter} the one option `{options}`")]
    SeveralOptions {
        /// The interpreter.
        interpreter: String,
        /// The options.
        options: String,
    },
    /// The interpreter of the first line is not on this machine.
    #[error("its interpreter {interpreter} is not on this machine")]
    NoSuchInterpreter {
        /// The interpreter.
        interpreter: String,
    },
    /// The interpreter of the first line is a folder, or may not be executed.
    #[error("its interpreter {interpreter} is not an executable file")]
    InterpreterNotExecutable {
        /// The interpreter.
        interpreter: String,
    },
    /// The first line gives `env` several words. The kernel hands them over as one.
    #[error("its first line gives env `{words}` as one word")]
    EnvWords {
        /// The words.
        words: String,
    },
    /// The first line asks `env` for a program that is not on PATH.
    #[error("its first line asks env for `{program}`, which is not on PATH")]
    NotOnPath {
        /// The program.
        program: String,
    },
    /// The file is a program for another kind of machine.
    #[error("it is a program for another kind of machine than this one ({})", std::env::consts::ARCH)]
    OtherMachine,
}

impl StartProblem {
    /// What to do about it, where `file` is the path in its repository.
    pub fn hint(&self, file: &str) -> String {
        let file = quoted(file);
        match self {
            Self::Empty => format!("commit it with its content:\ngit log --stat -- {file}"),
            Self::LfsPointer => format!(
                "keep it out of Git LFS, then commit and push:\ngit lfs pull --include {file}\n\
                 echo {} >>.gitattributes\ngit add .gitattributes && git add --renormalize {file}",
                attributes(&file, "!filter !diff !merge text eol=lf")
            ),
            Self::WindowsLineEnds => format!(
                "store it with Unix line ends, then commit and push:\necho {} >>.gitattributes\n\
                 git add .gitattributes && git add --renormalize {file}",
                attributes(&file, "text eol=lf")
            ),
            Self::MacLineEnds => format!(
                "store it with Unix line ends, then commit and push:\n\
                 tr '\\r' '\\n' <{file} >script.tmp && cat script.tmp >{file} && rm script.tmp"
            ),
            Self::RelativeInterpreter { .. } => {
                "let its first line name an absolute path, or `#!/usr/bin/env bash`".to_owned()
            }
            Self::SeveralOptions { .. } => {
                "write the options as one word, such as `-eu`, or into a line below it, such as `set -eu`"
                    .to_owned()
            }
            Self::ByteOrderMark => format!(
                "store it without the mark, then commit and push:\nperl -pi -e 's/^\\xEF\\xBB\\xBF// if $. == 1' {file}"
            ),
            Self::WideText => format!(
                "store it in UTF-8 and look for working-tree-encoding in .gitattributes, then commit and push:\n\
                 git check-attr working-tree-encoding {file}"
            ),
            Self::NoInterpreterLine | Self::NoInterpreter { .. } | Self::LineTooLong => {
                "let its first line name an interpreter, such as `#!/usr/bin/env bash`".to_owned()
            }
            Self::NoSuchInterpreter { interpreter } | Self::InterpreterNotExecutable { interpreter } => {
                format!(
                    "install {interpreter}, or let the first line name another one, such as `#!/usr/bin/env bash`"
                )
            }
            Self::EnvWords { words } => format!("let the first line be `#!/usr/bin/env -S {words}`"),
            Self::NotOnPath { program } => format!("install `{program}`, or put its folder on PATH"),
            Self::OtherMachine => {
                "store a script in its place, or a program for this kind of machine".to_owned()
            }
        }
    }
}

/// A line of `.gitattributes`, as one word of a shell.
fn attributes(file: &str, attributes: &str) -> String {
    quoted(format!("{file} {attributes}"))
}

/// Whether a file that begins with `head` could be started with this `PATH`. What an interpreter does with the file is
/// not judged.
///
/// # Errors
/// Why not.
pub fn startable(head: &[u8], path: Option<&OsStr>) -> Result<(), StartProblem> {
    match head {
        [] => return Err(StartProblem::Empty),
        _ if head.starts_with(LFS) => return Err(StartProblem::LfsPointer),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'#', 0, ..] | [0, ..] => return Err(StartProblem::WideText),
        [0xef, 0xbb, 0xbf, ..] => return Err(StartProblem::ByteOrderMark),
        _ if head.starts_with(ELF) => return of_this_machine(head),
        _ if is_mach_o(head) && cfg!(target_os = "macos") => return Ok(()),
        _ => {}
    }
    let line = head.strip_prefix(b"#!").ok_or(StartProblem::NoInterpreterLine)?;
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if line.trim_ascii_end().contains(&b'\r') {
        return Err(StartProblem::MacLineEnds);
    }
    if line.contains(&b'\r') {
        return Err(StartProblem::WindowsLineEnds);
    }
    // The kernel cuts a longer line; only the interpreter has to be whole.
    let read = &line[..line.len().min(HEAD - 2)];
    if read.len() < line.len() && !read.trim_ascii_start().contains(&b' ') {
        return Err(StartProblem::LineTooLong);
    }
    by_line(read, path)
}

/// What stands behind `#!`, without its arguments.
pub(crate) fn interpreter(head: &[u8]) -> Option<String> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?.trim_ascii();
    let words = line.split(|byte| matches!(byte, b' ' | b'\t')).next()?;
    Some(String::from_utf8_lossy(words).into_owned())
}

/// `/bin/sh -e`, of a line `#! /bin/sh -e`
fn by_line(line: &[u8], path: Option<&OsStr>) -> Result<(), StartProblem> {
    let trimmed = line.trim_ascii();
    let ends = trimmed.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(trimmed.len());
    let (interpreter, rest) = (&trimmed[..ends], trimmed[ends..].trim_ascii());
    if interpreter.is_empty() {
        return Err(StartProblem::NoInterpreter { line: "#!".to_owned() });
    }
    let file = Path::new(OsStr::from_bytes(interpreter));
    judge_interpreter(file)?;
    let name = file.file_name().unwrap_or_default();
    let rest = String::from_utf8_lossy(rest);
    if name != "env" {
        return judge_options(file, &name.to_string_lossy(), &rest);
    }
    match program_of(&rest) {
        EnvLine::Unknown => Ok(()),
        EnvLine::Nothing => {
            Err(StartProblem::NoInterpreter { line: format!("#!{}", String::from_utf8_lossy(trimmed)) })
        }
        EnvLine::Words(words) => Err(StartProblem::EnvWords { words }),
        EnvLine::Program(program) => judge_program(program, path),
    }
}

/// A shell takes no blank in an option. What another interpreter does with one is not known.
fn judge_options(file: &Path, name: &str, rest: &str) -> Result<(), StartProblem> {
    let several = rest.starts_with('-') && rest.contains([' ', '\t']);
    if !several || !SHELLS.contains(&name) || cfg!(target_os = "macos") {
        return Ok(());
    }
    let interpreter = file.display().to_string();
    Err(StartProblem::SeveralOptions { interpreter, options: rest.to_owned() })
}

fn judge_interpreter(file: &Path) -> Result<(), StartProblem> {
    let interpreter = file.display().to_string();
    if !file.is_absolute() {
        return Err(StartProblem::RelativeInterpreter { interpreter });
    }
    match (file.exists(), is_executable(file)) {
        (_, true) => Ok(()),
        (true, false) => Err(StartProblem::InterpreterNotExecutable { interpreter }),
        (false, false) => Err(StartProblem::NoSuchInterpreter { interpreter }),
    }
}

fn judge_program(program: String, path: Option<&OsStr>) -> Result<(), StartProblem> {
    if program.contains('/') {
        return judge_interpreter(Path::new(&program));
    }
    // Without a PATH the C library takes one of its own.
    match path.is_none() || find_on_path(&program, path).is_some() {
        true => Ok(()),
        false => Err(StartProblem::NotOnPath { program }),
    }
}

/// The machine of an ELF file. One that the kernel hands to an emulator is as good as ours.
fn of_this_machine(head: &[u8]) -> Result<(), StartProblem> {
    let Some(ours) = machine() else { return Ok(()) };
    let Some(&[low, high]) = head.get(18..20) else { return Err(StartProblem::NoInterpreterLine) };
    let is_big_endian = head.get(5) == Some(&2);
    let theirs =
        if is_big_endian { u16::from_be_bytes([low, high]) } else { u16::from_le_bytes([low, high]) };
    let is_32_bit_of_ours = matches!((ours, theirs), (62, 3) | (183, 40));
    match theirs == ours || is_32_bit_of_ours || has_emulators() {
        true => Ok(()),
        false => Err(StartProblem::OtherMachine),
    }
}

fn has_emulators() -> bool {
    let entries = fs_err::read_dir(BINFMT).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.file_name() != "register" && entry.file_name() != "status")
}

/// The number of this machine in an ELF file, where it is one of the usual ones.
fn machine() -> Option<u16> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Some(62),
        ("linux", "aarch64") => Some(183),
        ("linux", "s390x") => Some(22),
        ("linux", "powerpc64") => Some(21),
        ("linux", "riscv64") => Some(243),
        ("linux", _) => None,
        _ => Some(0),
    }
}

fn is_mach_o(head: &[u8]) -> bool {
    let magic = head.get(..4).and_then(|magic| magic.try_into().ok()).map(u32::from_be_bytes);
    matches!(magic, Some(0xcafe_babe | 0xcffa_edfe | 0xfeed_facf))
}
