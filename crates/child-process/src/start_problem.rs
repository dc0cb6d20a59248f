//! Why the kernel can't start a file, and what to do about it.

use advice::Diagnostic;
use thiserror::Error;

/// Why the kernel can't start a file.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum StartProblem {
    /// The file has no content.
    #[error("it is empty")]
    #[code("PROCESS-010")]
    #[hint("commit it with its content:", run("git log --stat -- {}", file))]
    Empty {
        /// The file, as its repository names it.
        file: String,
    },
    /// Git LFS holds the content elsewhere, and it was not fetched.
    #[error("it is a Git LFS pointer, not the script itself")]
    #[code("PROCESS-011")]
    #[hint(
        "keep it out of Git LFS, then commit and push:",
        run("git lfs pull --include {}", file),
        run("echo {} >>.gitattributes", attributes(file, "!filter !diff !merge text eol=lf")),
        run("git add .gitattributes && git add --renormalize {}", file)
    )]
    LfsPointer {
        /// The file, as its repository names it.
        file: String,
    },
    /// The first line ends in a carriage return, which becomes a part of the interpreter's name.
    #[error("its first line ends in a carriage return (Windows line ends)")]
    #[code("PROCESS-012")]
    #[hint(
        "store it with Unix line ends, then commit and push:",
        run("echo {} >>.gitattributes", attributes(file, "text eol=lf")),
        run("git add .gitattributes && git add --renormalize {}", file)
    )]
    WindowsLineEnds {
        /// The file, as its repository names it.
        file: String,
    },
    /// A UTF-8 byte order mark stands before `#!`.
    #[error("it begins with a byte order mark (BOM) instead of `#!`")]
    #[code("PROCESS-013")]
    #[hint(
        "store it without the mark, then commit and push:",
        run("perl -pi -e 's/^\\xEF\\xBB\\xBF// if $. == 1' {}", file)
    )]
    ByteOrderMark {
        /// The file, as its repository names it.
        file: String,
    },
    /// The text is in UTF-16 or UTF-32.
    #[error("it is text in UTF-16 or UTF-32, not in UTF-8")]
    #[code("PROCESS-014")]
    #[hint(
        "store it in UTF-8 and look for working-tree-encoding in .gitattributes, then commit and push:",
        run("git check-attr working-tree-encoding {}", file)
    )]
    WideText {
        /// The file, as its repository names it.
        file: String,
    },
    /// The file is neither a binary for this system, nor a script with `#!`.
    #[error("it is neither a program of this system nor a script that begins with `#!`")]
    #[code("PROCESS-015")]
    #[hint("let its first line name an interpreter, such as `#!/usr/bin/env bash`")]
    NoInterpreterLine,
    /// Nothing stands behind `#!`, or behind `env`.
    #[error("its first line `{line}` names no interpreter")]
    #[code("PROCESS-016")]
    #[hint("let its first line name an interpreter, such as `#!/usr/bin/env bash`")]
    NoInterpreter {
        /// The line.
        line: String,
    },
    /// The first line is longer than what the kernel reads of it.
    #[error("its first line has no end within 256 bytes")]
    #[code("PROCESS-017")]
    #[hint("let its first line name an interpreter, such as `#!/usr/bin/env bash`")]
    LineTooLong,
    /// A lone carriage return ends each line, as on an old Mac.
    #[error("its lines end in a lone carriage return (old Mac line ends)")]
    #[code("PROCESS-018")]
    #[hint(
        "store it with Unix line ends, then commit and push:",
        run("tr '\\r' '\\n' <{} >script.tmp && cat script.tmp >{} && rm script.tmp", file, file)
    )]
    MacLineEnds {
        /// The file, as its repository names it.
        file: String,
    },
    /// The interpreter of the first line is a relative path: which program that is depends on the folder it is started in.
    #[error("its interpreter `{interpreter}` is a relative path")]
    #[code("PROCESS-019")]
    #[hint("let its first line name an absolute path, or `#!/usr/bin/env bash`")]
    RelativeInterpreter {
        /// The interpreter.
        interpreter: String,
    },
    /// The first line gives the interpreter several options. Linux hands them over as one, which no shell takes.
    #[error("its first line gives {interpreter} the one option `{options}`")]
    #[code("PROCESS-020")]
    #[hint("write the options as one word, such as `-eu`, or into a line below it, such as `set -eu`")]
    SeveralOptions {
        /// The interpreter.
        interpreter: String,
        /// The options.
        options: String,
    },
    /// The interpreter of the first line is not on this machine.
    #[error("its interpreter {interpreter} is not on this machine")]
    #[code("PROCESS-021")]
    #[hint("install {interpreter}, or let the first line name another one, such as `#!/usr/bin/env bash`")]
    NoSuchInterpreter {
        /// The interpreter.
        interpreter: String,
    },
    /// The interpreter of the first line is a folder, or may not be executed.
    #[error("its interpreter {interpreter} is not an executable file")]
    #[code("PROCESS-022")]
    #[hint("install {interpreter}, or let the first line name another one, such as `#!/usr/bin/env bash`")]
    InterpreterNotExecutable {
        /// The interpreter.
        interpreter: String,
    },
    /// The first line gives `env` several words. The kernel hands them over as one.
    #[error("its first line gives env `{words}` as one word")]
    #[code("PROCESS-023")]
    #[hint("let the first line be `#!/usr/bin/env -S {words}`")]
    EnvWords {
        /// The words.
        words: String,
    },
    /// The first line asks `env` for a program that is not on PATH.
    #[error("its first line asks env for `{program}`, which is not on PATH")]
    #[code("PROCESS-024")]
    #[hint("install `{program}`, or put its folder on PATH")]
    NotOnPath {
        /// The program.
        program: String,
    },
    /// The file is a program for another kind of machine.
    #[error("it is a program for another kind of machine than this one ({})", std::env::consts::ARCH)]
    #[code("PROCESS-025")]
    #[hint("store a script in its place, or a program for this kind of machine")]
    OtherMachine,
}

/// A line of `.gitattributes`.
fn attributes(file: &str, attributes: &str) -> String {
    format!("{file} {attributes}")
}
