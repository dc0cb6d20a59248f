use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use disk::Mount;
use secret::ExposeSecret as _;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Child;

use crate::lookup::{find_on_path, is_executable};
use crate::startable::interpreter;
use crate::{ProcessError, Program, StartProblem, startable};

/// So much of a file tells whether it can be started.
const HEAD: u64 = 1024;

type Environment = BTreeMap<OsString, OsString>;

/// How often, and how far apart, a file that somebody still has open for writing is tried again.
const BUSY_TRIES: u32 = 50;
const BUSY_WAIT: Duration = Duration::from_millis(20);

/// Starts `program` in a process group of its own.
pub(crate) async fn start(program: &Program) -> Result<Child, ProcessError> {
    let (path, mut command) = prepare(program)?;
    command.stdin(if program.input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut command = tokio::process::Command::from(command);
    command.kill_on_drop(true);
    let mut tries = 0;
    let mut child = loop {
        match command.spawn() {
            Ok(child) => break child,
            Err(error) if is_busy(&error) && tries < BUSY_TRIES => tries += 1,
            Err(error) => return Err(explain(path, &program.env, error)),
        }
        tokio::time::sleep(BUSY_WAIT).await;
    };
    feed(&mut child, program);
    Ok(child)
}

/// The same for code that blocks; the program's input is a pipe.
pub(crate) fn start_blocking(program: &Program) -> Result<std::process::Child, ProcessError> {
    let (path, mut command) = prepare(program)?;
    command.stdin(Stdio::piped());
    let mut tries = 0;
    loop {
        match command.spawn() {
            Ok(child) => return Ok(child),
            Err(error) if is_busy(&error) && tries < BUSY_TRIES => tries += 1,
            Err(error) => return Err(explain(path, &program.env, error)),
        }
        std::thread::sleep(BUSY_WAIT);
    }
}

/// Finds the program, and what it is started with; its input is still open.
fn prepare(program: &Program) -> Result<(PathBuf, Command), ProcessError> {
    if let Some(dir) = &program.dir
        && !dir.is_dir()
    {
        return Err(ProcessError::NoSuchFolder { program: shown(program), dir: dir.clone() });
    }
    let path = resolve(program)?;
    let command = command(program, &path);
    Ok((path, command))
}

/// Somebody still has the file open for writing.
fn is_busy(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ExecutableFileBusy
}

/// What was asked for, as text.
pub(crate) fn shown(program: &Program) -> String {
    program.program.to_string_lossy().into_owned()
}

fn resolve(program: &Program) -> Result<PathBuf, ProcessError> {
    let path = Path::new(&program.program);
    if program.program.as_encoded_bytes().contains(&b'/') {
        let path = program.dir.as_deref().unwrap_or(Path::new("")).join(path);
        return std::path::absolute(&path).map_err(|source| ProcessError::Start { path, source });
    }
    let search = program.env.get(OsStr::new("PATH"));
    let found =
        program.program.to_str().and_then(|name| find_on_path(name, search.map(|path| path.as_os_str())));
    found.ok_or_else(|| ProcessError::NotOnPath {
        program: shown(program),
        searched: search.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default(),
    })
}

fn command(program: &Program, path: &Path) -> Command {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that starts programs")]
    let mut command = Command::new(path);
    command
        .args(&program.args)
        .env_clear()
        .envs(&program.env)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    if let Some(dir) = &program.dir {
        command.current_dir(dir);
    }
    command
}

/// Writes the input beside everything else: a program that does not read it blocks nobody.
fn feed(child: &mut Child, program: &Program) {
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), program.input.clone()) {
        tokio::spawn(async move {
            // A program that ends without reading its input (EPIPE) is judged by how it ended.
            let _ = stdin.write_all(input.expose_secret().as_bytes()).await;
            let _ = stdin.shutdown().await;
        });
    }
}

/// The system says "no such file" of a script whose interpreter is missing, and "permission denied" of many things.
fn explain(path: PathBuf, env: &Environment, source: io::Error) -> ProcessError {
    let is_denied = source.kind() == io::ErrorKind::PermissionDenied;
    let is_unknown = source.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error());
    match source.kind() {
        io::ErrorKind::NotFound if !path.exists() => {
            return ProcessError::NoSuchFile { program: path.display().to_string() };
        }
        _ if is_denied && path.exists() && !is_executable(&path) => {
            return ProcessError::NotExecutable { path };
        }
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => {}
        _ if is_unknown => {}
        _ => return ProcessError::Start { path, source },
    }
    let search = env.get(OsStr::new("PATH")).map(OsString::as_os_str);
    let head = head(&path);
    if let Some(Err(problem)) = head.as_ref().map(|head| startable(&path.to_string_lossy(), head, search)) {
        return ProcessError::Unstartable { path, problem };
    }
    // One that is looked for from the folder which the program runs in.
    if let (false, Some(interpreter)) = (is_denied || is_unknown, head.as_deref().and_then(interpreter)) {
        return ProcessError::Unstartable { path, problem: StartProblem::NoSuchInterpreter { interpreter } };
    }
    match Mount::of(&path).filter(Mount::is_noexec) {
        Some(mount) if is_denied => ProcessError::NoExec { path, mount },
        _ if is_unknown => ProcessError::Unstartable { path, problem: StartProblem::NoInterpreterLine },
        _ => ProcessError::Start { path, source },
    }
}

/// The first bytes of a file.
fn head(file: &Path) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    fs_err::File::open(file).ok()?.take(HEAD).read_to_end(&mut head).ok()?;
    Some(head)
}
