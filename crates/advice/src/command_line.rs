//! A command to be pasted into a shell.

use std::fmt;

use secret::{Mask, quoted};

use crate::command_context::CommandContext;
use crate::template;
use crate::word::{CLUSTER, KUBECONFIG, PROGRAM, Word};

/// A command line. `Display` quotes its values: a shell reads them as they are, and runs nothing of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    pub(crate) words: Vec<Word>,
}

/// Makes a [`CommandLine`] of a template. `{}` is the place of a value, `<kubeconfig>` and `bitiq-bootstrap check <cluster>`
/// are filled in where the command is shown.
#[macro_export]
macro_rules! shell {
    ($template:expr $(, $value:expr)* $(,)?) => {
        $crate::CommandLine::of($template, &[$($crate::Fill::words(&$value)),*])
    };
}

impl CommandLine {
    /// Makes one of a template and the values of its `{}`. [`shell!`] is shorter.
    pub fn of(template: &'static str, values: &[Vec<Word>]) -> Self {
        Self { words: template::words(template, values) }
    }

    /// Makes a command of this program for the cluster.
    pub fn own(command: impl Into<String>) -> Self {
        Self { words: vec![Word::Own(command.into())] }
    }

    /// Makes a command of a beginning and values behind it.
    pub fn of_words(begin: &'static str, values: &[String]) -> Self {
        let begin = Self { words: vec![Word::Shell(begin)] };
        values.iter().fold(begin, |command, value| command.value(value))
    }

    /// Adds text for the shell, behind a blank.
    #[must_use]
    pub fn with(mut self, more: &'static str) -> Self {
        self.words.extend([Word::Shell(" "), Word::Shell(more)]);
        self
    }

    /// Adds a value, behind a blank.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.words.extend([Word::Shell(" "), Word::Value(value.into())]);
        self
    }

    /// Returns the same with all that `context` knows filled in.
    #[must_use]
    pub fn filled(&self, context: &CommandContext) -> Self {
        Self { words: self.words.iter().flat_map(|word| context.fill(word)).collect() }
    }

    /// Returns the same with every known secret hidden.
    #[must_use]
    pub fn masked(&self, mask: &Mask) -> Self {
        self.map(|value| mask.text(value))
    }

    /// Returns the same with each value changed.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        let word = |word: &Word| match word {
            Word::Value(value) => Word::Value(change(value)),
            Word::Own(command) => Word::Own(change(command)),
            Word::Shell(_) | Word::Program | Word::Kubeconfig => word.clone(),
        };
        Self { words: self.words.iter().map(word).collect() }
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words.iter().try_for_each(|word| match word {
            Word::Shell(text) => f.write_str(text),
            Word::Value(value) => f.write_str(&quoted(value)),
            Word::Program => f.write_str(PROGRAM),
            Word::Own(command) => write!(f, "{PROGRAM} {command} {CLUSTER}"),
            Word::Kubeconfig => f.write_str(KUBECONFIG),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn values_are_quoted_where_a_command_is_shown_and_templates_are_not() {
        let (namespace, name) = ("a", String::from("it's $HOME"));
        let command = shell!("oc -n {} delete secret {} && echo \"$(x '{.y}')\"", namespace, name);
        assert_eq!(command.to_string(), "oc -n a delete secret 'it'\\''s $HOME' && echo \"$(x '{.y}')\"");
        assert_eq!(shell!("ls -l {}", Path::new("/a;b")).to_string(), "ls -l '/a;b'");
        let inner = shell!("oc get {} -o name", "p q");
        assert_eq!(shell!("oc exec \"$({})\"", inner).to_string(), "oc exec \"$(oc get 'p q' -o name)\"");
    }

    #[test]
    fn nothing_is_filled_in_where_others_wrote_it() {
        let theirs = "<kubeconfig> {} bitiq-bootstrap run <cluster>";
        let command = shell!("vault read {}", theirs);
        let context = CommandContext::new("it".into(), "/".into()).for_cluster("prod");
        context.set_kubeconfig(Path::new("/k"));
        let filled = command.filled(&context);
        assert_eq!(filled.words[1], Word::Value(theirs.into()), "{filled}");
    }

    #[test]
    fn a_command_of_this_program_can_be_continued() {
        let command = CommandLine::own("run").with("--commit").value("a b");
        assert_eq!(command.to_string(), "bitiq-bootstrap run <cluster> --commit 'a b'");
        assert_eq!(shell!("bitiq-bootstrap run <cluster>"), CommandLine::own("run"));
    }

    #[test]
    fn a_secret_in_a_value_is_hidden() {
        let mask = Mask::new();
        mask.add(&secret::SecretString::from("hunter2-hunter2"));
        let command = shell!("curl {}", "https://hunter2-hunter2@h").masked(&mask);
        assert!(!command.to_string().contains("hunter2"), "{command}");
    }
}
