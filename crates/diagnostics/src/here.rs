//! How a command is typed here. Whoever knows what is to be typed (a room below) does not know where: which kubeconfig
//! is this cluster's, how this program was called. It writes `oc --kubeconfig <kubeconfig> get nodes` and
//! `bitiq-bootstrap check <cluster>`, and these become commands that can be pasted as they stand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use secret::quoted;

/// Stands for the cluster's kubeconfig.
const KUBECONFIG: &str = "<kubeconfig>";
/// Stands for the cluster as it is called on the command line.
const CLUSTER: &str = "<cluster>";
/// This program, before a command of it that is followed by [`CLUSTER`].
const PROGRAM: &str = "bitiq-bootstrap";

/// Knows how commands are typed here; every clone learns what one of them is told.
#[derive(Debug, Clone, Default)]
pub struct Here {
    /// This program, as it was called.
    pub program: String,
    /// The cluster, where there is one.
    pub cluster: Option<String>,
    /// The flags that say where things are, for each command that takes them.
    pub places: BTreeMap<String, Vec<String>>,
    /// The folder that commands are typed in.
    pub folder: PathBuf,
    kubeconfig: Arc<RwLock<Option<PathBuf>>>,
}

impl Here {
    /// `program` is how this one was called, `folder` where.
    pub fn new(program: String, folder: PathBuf) -> Self {
        Self { program, folder, ..Self::default() }
    }

    /// The kubeconfig that reaches the cluster is this one.
    pub fn reach_by(&self, kubeconfig: &Path) {
        *self.kubeconfig.write() = Some(kubeconfig.into());
    }

    /// The same for another cluster, of whose kubeconfig nothing is known.
    #[must_use]
    pub fn of(&self, cluster: &str) -> Self {
        Self { cluster: Some(cluster.into()), kubeconfig: Arc::default(), ..self.clone() }
    }

    /// `text` with its commands as they are typed here. What is not known stays as it is written.
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

    /// A path as one would type it: from here, where it lies below.
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
}

/// The command of this program that `text` ends with, and what stands before it.
fn command_at_end(text: &str) -> Option<(&str, &str)> {
    let (before, command) = text.strip_suffix(' ')?.rsplit_once(' ')?;
    Some((before.strip_suffix(PROGRAM)?, command))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Here {
        let places = BTreeMap::from([("plan".to_owned(), vec!["--root".to_owned(), "/my root".to_owned()])]);
        let cluster = Some("prod".into());
        Here { cluster, places, ..Here::new("scripts/it.sh".into(), "/somewhere".into()) }
    }

    #[test]
    fn a_command_of_this_program_names_program_cluster_and_places_as_they_were_typed() {
        let here = here();
        let text =
            "see `bitiq-bootstrap check <cluster>`: bitiq-bootstrap plan <cluster> --strict; <cluster>";
        let typed =
            "see `scripts/it.sh check prod`: scripts/it.sh plan prod --root '/my root' --strict; <cluster>";
        assert_eq!(here.text(text), typed);
        assert_eq!(here.of("other").text("bitiq-bootstrap run <cluster>"), "scripts/it.sh run other");
        assert_eq!(Here::default().text(text), text);
    }

    #[test]
    fn a_command_without_a_cluster_names_the_program_as_it_was_typed_where_it_stands_on_a_line() {
        let text = "bitiq-bootstrap reads this:\n  bitiq-bootstrap reference\nbitiq-bootstrapper; bitiq-bootstrap man";
        let typed =
            "scripts/it.sh reads this:\n  scripts/it.sh reference\nbitiq-bootstrapper; bitiq-bootstrap man";
        assert_eq!(here().text(text), typed);
        assert_eq!(here().text(typed), typed);
        assert_eq!(Here::default().text(text), text);
    }

    #[test]
    fn what_was_made_typable_once_is_not_changed_by_another_time() {
        let here = here();
        here.reach_by(Path::new("/somewhere/k"));
        let once = here.text("oc --kubeconfig <kubeconfig> get nodes; bitiq-bootstrap check <cluster>");
        assert_eq!(here.text(&once), once);
    }

    #[test]
    fn the_kubeconfig_is_named_from_here_and_quoted_where_a_shell_needs_it() {
        let here = here();
        let text = "oc --kubeconfig <kubeconfig> get nodes";
        assert_eq!(here.text(text), text);
        here.clone().reach_by(Path::new("/somewhere/clusters/prod/.work/kubeconfig"));
        assert_eq!(here.text(text), "oc --kubeconfig clusters/prod/.work/kubeconfig get nodes");
        here.reach_by(Path::new("/elsewhere/my config"));
        assert_eq!(here.text(text), "oc --kubeconfig '/elsewhere/my config' get nodes");
        assert_eq!(here.of("other").text(text), text);
    }
}
