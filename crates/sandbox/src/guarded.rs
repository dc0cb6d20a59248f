//! A server program that never outlives us: it ends, and its folder goes, also when this process is killed.
//!
//! Between us and the program stands a guard that waits for the end of its standard input. The write end is ours
//! alone, so the kernel closes it however we end.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// Ends the program's process group at the end of standard input, then removes the folder.
/// Arguments: log file, folder to remove or nothing, seconds of grace, program, its arguments.
const GUARD: &str = r"
import os, shutil, signal, subprocess, sys, threading
log, folder, grace, argv = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]
for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(ignored, signal.SIG_IGN)
def defaults():
    for restored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(restored, signal.SIG_DFL)
with open(log, 'ab') as out:
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                             start_new_session=True, preexec_fn=defaults)
def end(sig):
    try: os.killpg(child.pid, sig)
    except OSError: pass
def watch():
    code = child.wait()
    end(signal.SIGKILL)
    if not closing.is_set(): os._exit(code if 0 <= code < 256 else 1)
closing = threading.Event()
threading.Thread(target=watch, daemon=True).start()
while os.read(0, 4096): pass
closing.set()
end(signal.SIGTERM)
try: child.wait(grace)
except subprocess.TimeoutExpired: pass
end(signal.SIGKILL)
child.wait()
if folder: shutil.rmtree(folder, ignore_errors=True)
";

/// Removes the folder at the end of standard input. Arguments: the folder.
const FOLDER_GUARD: &str = r#"trap '' HUP INT TERM; while read -r _; do :; done; exec rm -rf -- "$1""#;

/// How long a program has to end by itself where nothing else is said.
const GRACE: Duration = Duration::from_secs(5);

/// How much longer than its program's grace the guard may take.
const SLACK: Duration = Duration::from_secs(3);

/// What to start.
#[derive(Debug, Clone, Default)]
pub struct Guarded {
    /// The program, as a path.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its whole environment; nothing is inherited.
    pub env: Vec<(OsString, OsString)>,
    /// The file its output is appended to.
    pub log: PathBuf,
    /// A folder to remove once the program has ended.
    pub remove: Option<PathBuf>,
    /// How long it has to end by itself before it is killed.
    pub grace: Duration,
}

/// A running program; it ends when this is dropped.
#[derive(Debug)]
pub struct Guard {
    child: Child,
    input: Option<ChildStdin>,
    log: PathBuf,
    limit: Duration,
}

impl Guarded {
    /// `program` with `args`, writing to `log`.
    pub fn new<A: AsRef<OsStr>>(
        program: impl Into<PathBuf>,
        args: impl IntoIterator<Item = A>,
        log: &Path,
    ) -> Self {
        let args = args.into_iter().map(|arg| arg.as_ref().to_os_string()).collect();
        Self {
            program: program.into(),
            args,
            env: Vec::new(),
            log: log.to_path_buf(),
            remove: None,
            grace: GRACE,
        }
    }

    /// Starts it.
    ///
    /// # Errors
    /// `python3`, which the guard is written in, can't be started. A program that can't be started shows as
    /// [`Guard::ended`], with the reason in the log.
    #[expect(
        clippy::disallowed_methods,
        reason = "a server under a guard, not a child of the program's own run"
    )]
    pub fn start(&self) -> io::Result<Guard> {
        let guard_errors = fs_err::OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut child = Command::new("python3")
            .args(["-I", "-S", "-c", GUARD])
            .arg(&self.log)
            .arg(self.remove.as_deref().unwrap_or(Path::new("")))
            .arg(self.grace.as_secs_f64().to_string())
            .arg(&self.program)
            .args(&self.args)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(guard_errors.into_file())
            .spawn()?;
        let input = child.stdin.take();
        Ok(Guard { child, input, log: self.log.clone(), limit: self.grace + SLACK })
    }
}

impl Guard {
    /// The guard of a folder alone: a shell starts in a fraction of the time that `python3` needs.
    ///
    /// # Errors
    /// There is no shell.
    #[expect(clippy::disallowed_methods, reason = "a guard, not a child of the program's own run")]
    pub(crate) fn of_folder(folder: &Path, search_path: &OsStr) -> io::Result<Self> {
        let mut child = Command::new("/bin/sh")
            .args(["-c", FOLDER_GUARD, "guard"])
            .arg(folder)
            .env_clear()
            .env("PATH", search_path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let input = child.stdin.take();
        Ok(Self { child, input, log: folder.join("guard.log"), limit: GRACE + SLACK })
    }

    /// Whether the program has ended by itself.
    pub fn ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// The last lines of its output.
    pub fn last_lines(&self, count: usize) -> String {
        let text = fs_err::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(count)..].join("\n")
    }

    /// Ends the program and waits until it is gone.
    pub fn stop(&mut self) {
        drop(self.input.take());
        let since = Instant::now();
        while !self.ended() && since.elapsed() < self.limit {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.stop();
    }
}
