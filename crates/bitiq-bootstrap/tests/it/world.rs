//! A sandbox and the built binary: cleared environment, a home of its own, and everything it says in one text.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use sandbox::{Options, Sandbox};
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::binary::binary;

/// No run in a test takes longer; one that does hangs.
const LONGEST: Duration = Duration::from_secs(120);

pub struct World {
    pub sandbox: Sandbox,
}

impl World {
    /// Every part of the sandbox; `None` where the test has to be left out because there is no Vault (said by name).
    pub async fn with_vault(test: &str) -> Option<Self> {
        if sandbox::vault_left_out(test) { None } else { Some(Self::of(options()).await) }
    }

    /// Without Vault: the login comes from the environment.
    pub async fn without_vault() -> Self {
        Self::of(Options { vault: false, ..options() }).await
    }

    pub async fn of(options: Options) -> Self {
        Self { sandbox: Sandbox::start(options).await.unwrap() }
    }

    /// The binary with these arguments and the sandbox's environment, nothing else.
    pub fn command(&self, arguments: &[&str]) -> Run {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let environment = self.sandbox.env().into_iter().collect();
        Run {
            arguments,
            environment,
            folder: self.sandbox.root(),
            secrets: self.secrets(),
            limits: None,
            longest: LONGEST,
        }
    }

    pub async fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).ran().await
    }

    /// The latest trace, as a reader of old would read it.
    pub fn trace(&self) -> Value {
        let text = fs_err::read_to_string(self.sandbox.work().join("gitops-bootstrap.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    pub fn has_trace(&self) -> bool {
        self.sandbox.work().join("gitops-bootstrap.json").exists()
    }

    /// Status of each step of the latest trace.
    pub fn steps(&self) -> BTreeMap<String, String> {
        let trace = self.trace();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        trace["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| (text(&step["name"]), text(&step["status"])))
            .collect()
    }

    /// What must never be seen.
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = vec![self.sandbox.git.login().1];
        secrets.extend(self.sandbox.vault.as_ref().map(|vault| vault.root_token().to_owned()));
        secrets
    }

    /// Changes cluster.yaml: the first line that begins with `key:` (blanks aside) gets this value.
    pub fn set(&self, key: &str, value: &str) {
        let file = self.sandbox.cluster_yaml();
        let text = fs_err::read_to_string(&file).unwrap();
        let mut found = false;
        let lines: Vec<String> = text
            .lines()
            .map(|line| match line.trim_start().strip_prefix(&format!("{key}:")) {
                Some(_) if !found => {
                    found = true;
                    let indent = line.len() - line.trim_start().len();
                    format!("{}{key}: {value}", &line[..indent])
                }
                _ => line.to_owned(),
            })
            .collect();
        assert!(found, "{key} is not in {text}");
        fs_err::write(file, lines.join("\n") + "\n").unwrap();
    }
}

pub fn options() -> Options {
    Options::default()
}

/// Whether the cluster is the real API server: tests that inject faults into it leave themselves out by name.
pub fn left_out_on_a_real_cluster(test: &str) -> bool {
    let real = options().cluster.assets.is_some();
    if real {
        eprintln!("left out, injects faults into the cluster API: {test}");
    }
    real
}

/// A command about to be run.
#[derive(Clone)]
pub struct Run {
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
    folder: PathBuf,
    secrets: Vec<String>,
    limits: Option<String>,
    longest: Duration,
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
        crate::documents::check(&self.arguments, &self.format(), &ran.stdout);
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
