//! A sandbox per test, with the environment in which the program is started.

use std::collections::BTreeMap;

use sandbox::vault::Vault;
use sandbox::{Options, Sandbox};
use serde_json::Value;

use super::process::{LONGEST, Ran, Run};

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

/// The Vault of a world that has one.
pub fn vault(world: &World) -> &Vault {
    world.sandbox.vault.as_ref().expect("this world has a Vault")
}
