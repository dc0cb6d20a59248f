//! What the commands in advice are filled in with: how this program was called, for which cluster, with which kubeconfig.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;

use crate::word::{CLUSTER, Word};

/// Fills in commands. All clones know the kubeconfig that one of them is given.
#[derive(Debug, Clone, Default)]
pub struct CommandContext {
    /// This program, as it was called. Empty where nothing is known of it.
    pub program: String,
    /// The cluster, where there is one.
    pub cluster: Option<String>,
    /// The flags that say where things are, for each command that takes them.
    pub places: BTreeMap<String, Vec<String>>,
    /// The folder that commands are typed in.
    pub folder: PathBuf,
    kubeconfig: Arc<RwLock<Option<PathBuf>>>,
}

impl CommandContext {
    /// `program` is how this program was called, `folder` where.
    pub fn new(program: String, folder: PathBuf) -> Self {
        Self { program, folder, ..Self::default() }
    }

    /// Sets the kubeconfig that reaches the cluster.
    pub fn set_kubeconfig(&self, kubeconfig: &Path) {
        *self.kubeconfig.write() = Some(kubeconfig.into());
    }

    /// Returns the same for another cluster, whose kubeconfig is not known.
    #[must_use]
    pub fn for_cluster(&self, cluster: &str) -> Self {
        Self { cluster: Some(cluster.into()), kubeconfig: Arc::default(), ..self.clone() }
    }

    pub(crate) fn fill(&self, word: &Word) -> Vec<Word> {
        match word {
            Word::Kubeconfig => vec![self.kubeconfig()],
            Word::Program => vec![self.program()],
            Word::Own(command) => self.own(command),
            Word::Shell(_) | Word::Value(_) => vec![word.clone()],
        }
    }

    fn program(&self) -> Word {
        if self.program.is_empty() { Word::Program } else { Word::Value(self.program.clone()) }
    }

    fn own(&self, command: &str) -> Vec<Word> {
        if self.program.is_empty() {
            return vec![Word::Own(command.into())];
        }
        let mut words = vec![self.program(), Word::Shell(" "), Word::Value(command.into()), Word::Shell(" ")];
        words.push(match &self.cluster {
            Some(cluster) => Word::Value(cluster.clone()),
            None => Word::Shell(CLUSTER),
        });
        let places = self.places.get(command).into_iter().flatten();
        words.extend(places.flat_map(|place| [Word::Shell(" "), Word::Value(place.clone())]));
        words
    }

    /// The kubeconfig as one would type it: relative, where it lies below the folder.
    fn kubeconfig(&self) -> Word {
        let known = self.kubeconfig.read();
        let Some(file) = known.as_deref() else { return Word::Kubeconfig };
        let below = file.strip_prefix(&self.folder).ok().filter(|below| below.components().next().is_some());
        Word::Value(below.unwrap_or(file).display().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CommandLine, shell};

    fn context() -> CommandContext {
        let places = BTreeMap::from([("plan".to_owned(), vec!["--root".to_owned(), "/my root".to_owned()])]);
        let cluster = Some("prod".into());
        CommandContext { cluster, places, ..CommandContext::new("scripts/it.sh".into(), "/somewhere".into()) }
    }

    fn check(context: &CommandContext, command: &CommandLine, expect: &str) {
        let filled = command.filled(context);
        assert_eq!(filled.to_string(), expect);
        assert_eq!(filled.filled(context), filled, "filled in twice");
    }

    #[test]
    fn a_command_of_this_program_names_program_cluster_and_places_as_they_were_typed() {
        let plan = shell!("bitiq-bootstrap plan <cluster> --strict");
        check(&context(), &plan, "scripts/it.sh plan prod --root '/my root' --strict");
        let run = shell!("bitiq-bootstrap run <cluster>");
        check(&context().for_cluster("other"), &run, "scripts/it.sh run other");
        check(&CommandContext::default(), &run, "bitiq-bootstrap run <cluster>");
        let no_cluster = CommandContext::new("it".into(), "/".into());
        check(&no_cluster, &run, "it run <cluster>");
    }

    #[test]
    fn a_command_without_a_cluster_names_the_program_as_it_was_typed() {
        check(&context(), &shell!("bitiq-bootstrap reference"), "scripts/it.sh reference");
        check(&CommandContext::default(), &shell!("bitiq-bootstrap"), "bitiq-bootstrap");
    }

    #[test]
    fn the_kubeconfig_is_relative_below_the_folder_and_quoted_where_a_shell_needs_it() {
        let context = context();
        let nodes = shell!("oc --kubeconfig <kubeconfig> get nodes");
        check(&context, &nodes, "oc --kubeconfig <kubeconfig> get nodes");
        context.clone().set_kubeconfig(Path::new("/somewhere/clusters/prod/.work/kubeconfig"));
        check(&context, &nodes, "oc --kubeconfig clusters/prod/.work/kubeconfig get nodes");
        context.set_kubeconfig(Path::new("/elsewhere/my config"));
        check(&context, &nodes, "oc --kubeconfig '/elsewhere/my config' get nodes");
        check(&context.for_cluster("other"), &nodes, "oc --kubeconfig <kubeconfig> get nodes");
    }
}
