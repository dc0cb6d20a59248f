//! The program as a process: its arguments, its empty environment, its exit code and output.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::{Child, Command};

use super::binary::binary;

/// No run in a test takes longer; one that does hangs.
pub const LONGEST: Duration = Duration::from_secs(120);

/// A command about to be run.
#[derive(Clone)]
pub struct Run {
    pub(super) arguments: Vec<String>,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) folder: PathBuf,
    pub(super) secrets: Vec<String>,
    pub(super) limits: Option<String>,
    pub(super) longest: Duration,
}

impl Run {
    /// The binary in a folder, with an empty environment: for what needs no sandbox.
    pub fn bare(folder: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let (environment, secrets) = (BTreeMap::new(), Vec::new());
        Self { arguments, environment, folder: folder.into(), secrets, limits: None, longest: LONGEST }
    }

    /// Started by a shell after this line of its, such as `ulimit -f 8`.
    pub fn after(mut self, line: &str) -> Self {
        self.limits = Some(line.to_owned());
        self
    }

    /// It may take a quarter of an hour.
    pub fn patient(mut self) -> Self {
        self.longest = Duration::from_secs(15 * 60);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    pub fn within(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// Also this must never be seen.
    pub fn secret(mut self, secret: &str) -> Self {
        self.secrets.push(secret.to_owned());
        self
    }

    /// The same, for whoever has its own streams for it.
    #[expect(clippy::disallowed_methods, reason = "tests start the program as a user does")]
    pub fn plain_command(&self) -> std::process::Command {
        use std::os::unix::process::CommandExt as _;
        let mut command = std::process::Command::new(binary());
        // As from PATH: what is to be typed names the program, not a folder of this machine.
        command.arg0("bitiq-bootstrap");
        command.args(&self.arguments).env_clear().envs(&self.environment).current_dir(&self.folder);
        command
    }

    /// Started, not awaited: to be told to stop.
    #[expect(clippy::disallowed_methods, reason = "tests start the program as a user does")]
    pub fn start(&self) -> Child {
        let mut command = match &self.limits {
            None => Command::new(binary()),
            Some(line) => {
                let mut shell = Command::new("/bin/sh");
                shell.args(["-c", &format!("{line}\nexec \"$0\" \"$@\"")]).arg(binary());
                shell
            }
        };
        command
            .args(&self.arguments)
            .env_clear()
            .envs(&self.environment)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }

    pub async fn ran(&self) -> Ran {
        self.finish(self.start()).await
    }

    /// What `-o`, or its variable, asked for.
    fn format(&self) -> String {
        let flag = self.arguments.windows(2).find(|pair| pair[0] == "-o").map(|pair| pair[1].clone());
        let variable = || self.environment.get("BITIQ_BOOTSTRAP_OUTPUT").cloned();
        flag.or_else(variable).unwrap_or_default()
    }

    /// Awaits the end of one that was started. Nothing it says may hold a secret.
    pub async fn finish(&self, child: Child) -> Ran {
        let output = tokio::time::timeout(self.longest, child.wait_with_output())
            .await
            .expect("the program hangs")
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let ran = Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        };
        crate::support::schemas::check(&self.arguments, &self.format(), &ran.stdout);
        ran.each_error_has_a_next();
        for secret in &self.secrets {
            assert!(!ran.stdout.contains(secret), "a secret is in stdout:\n{}", ran.stdout);
            assert!(!ran.stderr.contains(secret), "a secret is in stderr:\n{}", ran.stderr);
        }
        ran
    }
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// With this exit code; the whole output where it is another.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Whoever reads an error wants to know what to do. What is wrong with cluster.yaml, or on the command line, is shown at
    /// its place with what is expected (exit code 2); a signal is its own reason.
    #[track_caller]
    fn each_error_has_a_next(&self) {
        let all = format!("{}\n{}", self.stdout, self.stderr);
        let has = |begin: &str| all.lines().any(|line| line.trim_start().starts_with(begin));
        let lacks_one = matches!(self.code, 1 | 3 | 4) && has("error ") && !has("next ");
        assert!(!lacks_one, "an error without a next:\n{all}");
    }

    /// Each of these stands somewhere in what it said.
    #[track_caller]
    pub fn says(self, texts: &[&str]) -> Self {
        let all = format!("{}\n{}", self.stdout, self.stderr);
        for text in texts {
            assert!(all.contains(text), "`{text}` is not in:\n{all}");
        }
        self
    }

    /// None of these does.
    #[track_caller]
    pub fn never_says(self, texts: &[&str]) -> Self {
        let all = format!("{}\n{}", self.stdout, self.stderr);
        for text in texts {
            assert!(!all.contains(text), "`{text}` is in:\n{all}");
        }
        self
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}
