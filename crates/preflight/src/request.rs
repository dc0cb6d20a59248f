//! What a command of the binary asks of the run.

use std::path::PathBuf;

use cluster_spec::{ClusterFolder, ClusterSpec};
use secret::Mask;
use trace::{StartedBy, Tool};

use crate::session::Session;
use advice::CommandContext;
use child_process::Shutdown;
use diagnostics::{EventKind, Events, Step, Wait, WaitProgress};
use settings::{Settings, VaultChoice};

/// How much of the hand-over a command does, and so which systems it touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    Run,
    /// Vault trusts this cluster; the repository is not touched.
    VaultAuth,
    /// Argo CD gets the login; Vault is only asked for it.
    RepoCreds,
    /// The way back, for the teardown: what was written is given back.
    Release,
}

impl Scope {
    /// The command's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::VaultAuth => "vault-auth",
            Self::RepoCreds => "repo-creds",
            Self::Release => "release",
        }
    }

    /// Its steps.
    pub fn steps(self) -> &'static [Step] {
        match self {
            Self::Run => Step::RUN,
            Self::VaultAuth => Step::VAULT_AUTH_ALONE,
            Self::RepoCreds => Step::REPO_CREDS_ALONE,
            Self::Release => Step::RELEASE,
        }
    }

    /// Whether a step is part of it.
    pub fn has(self, step: Step) -> bool {
        self.steps().contains(&step)
    }
}

/// One cluster, and what is to be done with it.
pub struct Request {
    /// How much.
    pub scope: Scope,
    /// What cluster.yaml says.
    pub spec: ClusterSpec,
    /// Where the cluster's files lie.
    pub folder: ClusterFolder,
    /// What looked odd in cluster.yaml.
    pub spec_warnings: Vec<String>,
    /// Flags and environment.
    pub settings: Settings,
    /// Who asks.
    pub started_by: StartedBy,
    /// Which program.
    pub tool: Tool,
    /// A folder for short-lived secret files, outside of `.work`.
    pub temporary: PathBuf,
}

impl Request {
    /// Whether the command writes to Vault's auth mount.
    pub fn configures_vault(&self) -> bool {
        let is_alone = self.scope == Scope::VaultAuth;
        self.scope.has(Step::VaultAuth)
            && matches!(&self.settings.vault, VaultChoice::Present(vault) if !vault.skip_auth || is_alone)
    }
}

/// What every part of a run has at hand.
#[derive(Clone)]
pub struct Context {
    /// Where it tells what happens.
    pub events: Events,
    /// What must not be seen.
    pub mask: Mask,
    /// How it is told to end.
    pub stop: Shutdown,
}

impl Default for Context {
    /// It knows no secret yet.
    fn default() -> Self {
        Self::new(CommandContext::default(), Mask::new())
    }
}

impl Context {
    /// A context whose events are told through this mask.
    pub fn new(commands: CommandContext, mask: Mask) -> Self {
        Self { events: Events::new(commands, mask.clone()), mask, stop: Shutdown::default() }
    }

    /// Fills the commands of advice in.
    pub fn commands(&self) -> &CommandContext {
        &self.events.commands
    }

    /// What an observation has at hand.
    pub fn session(&self) -> Session {
        let Self { events, mask, stop } = self;
        Session { mask: mask.clone(), stop: stop.clone(), commands: events.commands.clone() }
    }

    /// A step waits: told, and remembered for whoever cuts it short.
    pub fn waiting(&self, wait: &WaitProgress<'_>) {
        self.events.emit(EventKind::Waiting(Box::new(self.stop.waits.update(wait, self.commands()))));
    }

    /// The same of a wait whose last sight is a count, which changes all the time.
    pub fn counting(&self, wait: &WaitProgress<'_>) {
        let wait = Wait { counts: true, ..self.stop.waits.update(wait, self.commands()) };
        self.events.emit(EventKind::Waiting(Box::new(wait)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_keeps_its_commands() {
        let mut commands = CommandContext::default();
        commands.program = "it".into();
        let context = Context::new(commands, Mask::new());
        assert_eq!(
            (context.commands().program.as_str(), context.session().commands.program.as_str()),
            ("it", "it")
        );
    }
}
