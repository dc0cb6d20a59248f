//! Whether the kernel can start a file, judged by its first bytes and by the interpreter that they name.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::StartProblem;
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

/// Whether `file`, which begins with `head`, could be started with this `PATH`. What an interpreter does with it is not
/// judged.
///
/// # Errors
/// Why not.
pub fn startable(file: &str, head: &[u8], path: Option<&OsStr>) -> Result<(), StartProblem> {
    let file = || file.to_owned();
    match head {
        [] => return Err(StartProblem::Empty { file: file() }),
        _ if head.starts_with(LFS) => return Err(StartProblem::LfsPointer { file: file() }),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'#', 0, ..] | [0, ..] => {
            return Err(StartProblem::WideText { file: file() });
        }
        [0xef, 0xbb, 0xbf, ..] => return Err(StartProblem::ByteOrderMark { file: file() }),
        _ if head.starts_with(ELF) => return of_this_machine(head),
        _ if is_mach_o(head) && cfg!(target_os = "macos") => return Ok(()),
        _ => {}
    }
    let line = head.strip_prefix(b"#!").ok_or(StartProblem::NoInterpreterLine)?;
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if line.trim_ascii_end().contains(&b'\r') {
        return Err(StartProblem::MacLineEnds { file: file() });
    }
    if line.contains(&b'\r') {
        return Err(StartProblem::WindowsLineEnds { file: file() });
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
