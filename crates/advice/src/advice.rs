//! What to do next: words and commands.

use std::fmt;

use secret::Mask;

use crate::command_context::CommandContext;
use crate::command_line::CommandLine;

/// What to do next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice {
    parts: Vec<Part>,
}

/// A part of an advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Words for a person.
    Words(String),
    /// A command in the middle of a sentence.
    Inline(CommandLine),
    /// A command on a line of its own.
    Line(CommandLine),
    /// Lines to be pasted elsewhere: a manifest, a policy.
    Paste(String),
    /// A setting that needs another value, by its variable. It is not shown.
    Change(&'static str),
}

impl Part {
    /// True if it stands on lines of its own.
    fn is_line(&self) -> bool {
        matches!(self, Self::Line(_) | Self::Paste(_))
    }
}

impl Advice {
    /// Begins with words.
    pub fn say(words: impl Into<String>) -> Self {
        Self::default().and(words)
    }

    /// Begins with a command on a line of its own.
    pub fn command(command: CommandLine) -> Self {
        Self::default().run(command)
    }

    /// Adds words to the sentence.
    #[must_use]
    pub fn and(self, words: impl Into<String>) -> Self {
        let words = words.into();
        if words.is_empty() { self } else { self.part(Part::Words(words)) }
    }

    /// Adds a command to the sentence.
    #[must_use]
    pub fn inline(self, command: CommandLine) -> Self {
        self.part(Part::Inline(command))
    }

    /// Adds a command on a line of its own.
    #[must_use]
    pub fn run(self, command: CommandLine) -> Self {
        self.part(Part::Line(command))
    }

    /// Adds lines to be pasted.
    #[must_use]
    pub fn paste(self, text: impl Into<String>) -> Self {
        self.part(Part::Paste(text.into()))
    }

    /// Adds another advice to the sentence.
    #[must_use]
    pub fn then(mut self, more: impl Into<Self>) -> Self {
        self.parts.extend(more.into().parts);
        self
    }

    /// Says that a setting needs another value: `variable` is its name.
    #[must_use]
    pub fn change(self, variable: &'static str) -> Self {
        self.part(Part::Change(variable))
    }

    fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// The settings that need another value.
    pub fn settings(&self) -> Vec<&'static str> {
        let setting = |part: &Part| if let Part::Change(name) = part { Some(*name) } else { None };
        self.parts.iter().filter_map(setting).collect()
    }

    /// True if there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// True if it begins with something to be pasted.
    pub fn begins_with_command(&self) -> bool {
        matches!(self.parts.first(), Some(Part::Inline(_) | Part::Line(_) | Part::Paste(_)))
    }

    /// Returns the same with its commands filled in.
    #[must_use]
    pub fn filled(&self, context: &CommandContext) -> Self {
        self.each(str::to_owned, |command| command.filled(context))
    }

    /// Returns the same with every known secret hidden.
    #[must_use]
    pub fn masked(&self, mask: &Mask) -> Self {
        self.each(|words| mask.text(words), |command| command.masked(mask))
    }

    /// Returns the same with each value in its commands changed.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        self.each(str::to_owned, |command| command.map(&change))
    }

    fn shown(&self) -> impl DoubleEndedIterator<Item = &Part> {
        self.parts.iter().filter(|part| !matches!(part, Part::Change(_)))
    }

    fn each(&self, words: impl Fn(&str) -> String, command: impl Fn(&CommandLine) -> CommandLine) -> Self {
        let part = |part: &Part| match part {
            Part::Words(text) => Part::Words(words(text)),
            Part::Paste(text) => Part::Paste(words(text)),
            Part::Inline(line) => Part::Inline(command(line)),
            Part::Line(line) => Part::Line(command(line)),
            Part::Change(name) => Part::Change(name),
        };
        Self { parts: self.parts.iter().map(part).collect() }
    }
}

/// Each begins a line.
impl FromIterator<Advice> for Advice {
    fn from_iter<T: IntoIterator<Item = Self>>(all: T) -> Self {
        all.into_iter().fold(Self::default(), |made, next| {
            let is_apart = match (made.shown().next_back(), next.shown().next()) {
                (Some(before), Some(behind)) => before.is_line() || behind.is_line(),
                _ => true,
            };
            if is_apart { made.then(next) } else { made.and("\n").then(next) }
        })
    }
}

/// A command, and what is to be pasted, begin a line; words behind them begin one too.
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before: Option<&Part> = None;
        for part in self.shown() {
            if before.is_some_and(|before| before.is_line() || part.is_line()) {
                f.write_str("\n")?;
            }
            match part {
                Part::Words(text) | Part::Paste(text) => f.write_str(text)?,
                Part::Inline(command) | Part::Line(command) => write!(f, "{command}")?,
                Part::Change(_) => {}
            }
            before = Some(part);
        }
        Ok(())
    }
}

impl From<&str> for Advice {
    fn from(words: &str) -> Self {
        Self::say(words)
    }
}

impl From<String> for Advice {
    fn from(words: String) -> Self {
        Self::say(words)
    }
}

impl From<CommandLine> for Advice {
    fn from(command: CommandLine) -> Self {
        Self::command(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell;

    #[test]
    fn a_command_begins_a_line_and_one_in_a_sentence_does_not() {
        let own = || shell!("bitiq-bootstrap check <cluster>");
        let advice =
            Advice::say("see `").inline(own()).and("`, or").run(own()).and("then").paste("a: b\nc: d");
        let check = "bitiq-bootstrap check <cluster>";
        assert_eq!(advice.to_string(), format!("see `{check}`, or\n{check}\nthen\na: b\nc: d"));
        assert_eq!(Advice::from(own()).to_string(), check);
        let filled = advice.filled(&CommandContext::new("it".into(), "/".into()).for_cluster("prod"));
        assert_eq!(filled.to_string(), "see `it check prod`, or\nit check prod\nthen\na: b\nc: d");
    }

    #[test]
    fn it_begins_with_a_command_only_if_its_first_part_is_one() {
        assert!(Advice::command(shell!("ls")).begins_with_command());
        assert!(Advice::default().paste("x").begins_with_command());
        assert!(!Advice::say("see").run(shell!("ls")).begins_with_command());
        assert!(!Advice::default().begins_with_command() && Advice::from("").is_empty());
    }

    #[test]
    fn another_advice_brings_its_settings() {
        let advice = Advice::say("a; or ").change("A").then(Advice::say("b").change("B"));
        assert_eq!((advice.to_string().as_str(), advice.settings()), ("a; or b", vec!["A", "B"]));
    }

    #[test]
    fn of_several_advices_each_begins_a_line() {
        let command = || Advice::command(shell!("ls"));
        let all = [Advice::say("a"), "b".into(), command(), command().change("C"), "d".into()];
        assert_eq!(all.into_iter().collect::<Advice>().to_string(), "a\nb\nls\nls\nd");
    }

    #[test]
    fn secrets_are_hidden_in_words_commands_and_what_is_pasted() {
        let mask = Mask::new();
        mask.add(&secret::SecretString::from("hunter2-hunter2"));
        let secret = "x hunter2-hunter2 y";
        let advice =
            Advice::say(secret).inline(shell!("a {}", secret)).run(shell!("b {}", secret)).paste(secret);
        let shown = format!("{0} {0:?}", advice.masked(&mask));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
