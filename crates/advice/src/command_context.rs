//! What the commands in advice are filled in with: how this program was called, for which cluster, with which kubeconfig.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use secret::quoted;

use crate::word::{CLUSTER, KUBECONFIG, PROGRAM, Word};

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

    /// Fills in a text.
    pub fn text(&self, text: &str) -> String {
        self.with_kubeconfig(&self.with_program(&self.with_cluster(text)))
    }

    /// A command of this program that stands on a line of its own.
    fn with_program(&self, text: &str) -> String {
        let typed = |line: &str| {
            let bare = line.trim_start();
            match bare.strip_prefix(PROGRAM).filter(|rest| rest.starts_with(' ')) {
                Some(rest) if !self.program.is_empty() => {
                    format!("{}{}{rest}", &line[..line.len() - bare.len()], quoted(&self.program))
                }
                _ => line.to_owned(),
            }
        };
        text.split('\n').map(typed).collect::<Vec<_>>().join("\n")
    }

    fn with_kubeconfig(&self, text: &str) -> String {
        let known = self.kubeconfig.read();
        match &*known {
            Some(file) if text.contains(KUBECONFIG) => text.replace(KUBECONFIG, &self.path(file)),
            _ => text.to_owned(),
        }
    }

    fn path(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.folder).ok().filter(|below| below.components().next().is_some());
        quoted(below.unwrap_or(path).display().to_string())
    }

    fn with_cluster(&self, text: &str) -> String {
        let Some(cluster) = &self.cluster else { return text.to_owned() };
        let mut made = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(CLUSTER) {
            match command_at_end(before) {
                Some((before, command)) => {
                    let places = self.places.get(command).into_iter().flatten();
                    let words = [&self.program, command, cluster].map(quoted).into_iter();
                    let words: Vec<String> = words.chain(places.map(quoted)).collect();
                    made.push_str(before);
                    made.push_str(&words.join(" "));
                }
                None => {
                    made.push_str(before);
                    made.push_str(CLUSTER);
                }
            }
            rest = after;
        }
        made + rest
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
        let Some(cluster) = &self.cluster else {
            words.push(Word::Shell(CLUSTER));
            return words;
        };
        words.push(Word::Value(cluster.clone()));
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

/// The command of this program that `text` ends with, and what stands before it.
fn command_at_end(text: &str) -> Option<(&str, &str)> {
    let (before, command) = text.strip_suffix(' ')?.rsplit_once(' ')?;
    Some((before.strip_suffix(PROGRAM)?, command))
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
