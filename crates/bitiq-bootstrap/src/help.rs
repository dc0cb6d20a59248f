//! The commands as a person thinks of them, and examples of each: for the help and the man pages.

use crate::exit;
use crate::show::{columns, hang};

/// The groups, in the order of a hand-over.
pub const GROUPS: &[(&str, &[&str])] = &[
    ("Before", &["init", "validate", "check", "plan"]),
    ("The hand-over", &["run", "vault-auth", "repo-creds"]),
    ("After", &["verify", "status", "trace", "support-bundle", "infra-id", "release"]),
    ("Beside it", &["explain", "env", "schema", "completions", "man"]),
];

/// A purpose, and the command line for it.
type Example = (&'static str, &'static str);

/// Of each command.
pub const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "init",
        &[
            ("Be asked for what is needed", "bitiq-bootstrap init prod"),
            (
                "In a script",
                "bitiq-bootstrap init prod --base-domain example.com --env prod --repo-url https://git.example.com/gitops.git",
            ),
        ],
    ),
    ("validate", &[("Is cluster.yaml right?", "bitiq-bootstrap validate prod")]),
    (
        "check",
        &[
            ("What would a run be refused for?", "bitiq-bootstrap check prod"),
            ("Warnings count too", "bitiq-bootstrap check prod --strict"),
        ],
    ),
    (
        "plan",
        &[
            ("What would change?", "bitiq-bootstrap plan prod"),
            ("Fail where something would", "bitiq-bootstrap plan prod --exit-code"),
        ],
    ),
    (
        "run",
        &[
            ("Hand the cluster over", "bitiq-bootstrap run prod"),
            ("What would change?", "bitiq-bootstrap run prod --dry-run"),
            ("Wait for nodes, storage and DNS first", "bitiq-bootstrap run prod --wait-ready 30m"),
            (
                "Only this commit",
                "bitiq-bootstrap run prod --commit 0123456789abcdef0123456789abcdef01234567",
            ),
            ("One JSON document for a program", "bitiq-bootstrap run prod -o json"),
        ],
    ),
    ("vault-auth", &[("Write the mount again, whatever it is", "bitiq-bootstrap vault-auth prod --force")]),
    ("repo-creds", &[("After the login was rotated in Vault", "bitiq-bootstrap repo-creds prod")]),
    (
        "verify",
        &[
            ("Does it work?", "bitiq-bootstrap verify prod"),
            ("Wait until it does", "bitiq-bootstrap verify prod --wait 30m"),
        ],
    ),
    ("status", &[("Where does each cluster stand?", "bitiq-bootstrap status")]),
    (
        "trace",
        &[
            ("What did the latest run do?", "bitiq-bootstrap trace prod"),
            ("Which runs were there?", "bitiq-bootstrap trace prod --list"),
        ],
    ),
    (
        "support-bundle",
        &[
            ("For whoever helps", "bitiq-bootstrap support-bundle prod"),
            (
                "Of an earlier run",
                "bitiq-bootstrap support-bundle prod --run 20261123T193300Z-0a1b2c --file prod.tar.gz",
            ),
            ("What is in it?", "bitiq-bootstrap support-bundle prod -o json | jq -r .file | xargs tar -tzf"),
        ],
    ),
    (
        "infra-id",
        &[("Mend what an earlier cluster left", "bitiq-bootstrap infra-id prod --patch | git apply")],
    ),
    ("release", &[("What would go?", "bitiq-bootstrap release prod --dry-run")]),
    ("explain", &[("What does this code mean?", "bitiq-bootstrap explain VAULT-007")]),
    ("env", &[("Into this shell", "eval \"$(bitiq-bootstrap env prod --export)\"")]),
    ("schema", &[("For an editor", "bitiq-bootstrap schema > schemas/cluster.schema.json")]),
    (
        "completions",
        &[
            ("bash", "source <(bitiq-bootstrap completions bash)"),
            ("fish", "bitiq-bootstrap completions fish | source"),
        ],
    ),
    ("man", &[("Read it", "bitiq-bootstrap man | man -l -")]),
];

/// Text that the long help has beside the short one: a cluster's way, and the meaning of exit codes.
pub fn whole() -> String {
    let way = ["init", "check", "plan", "run", "verify"];
    let way = way.map(|command| format!("  bitiq-bootstrap {command} prod\n")).concat();
    let code = |(code, meaning): &(u8, &str)| format!("  {code:>3}  {meaning}\n");
    let codes: String = exit::ALL.iter().map(code).collect();
    format!("A cluster's way:\n{way}\nExit codes:\n{codes}")
}

/// The examples of a command, for the end of its help.
pub fn examples(command: &str) -> String {
    let lines = of(command).iter().map(|(what, line)| format!("  {what}:\n    {line}\n"));
    format!("Examples:\n{}", lines.collect::<String>())
}

/// The other names of a command, for the end of its help.
pub fn other_names(names: &[&str]) -> String {
    if names.is_empty() { String::new() } else { format!("\nOther name: {}\n", names.join(", ")) }
}

/// The examples of a command.
pub fn of(command: &str) -> &'static [Example] {
    EXAMPLES.iter().find(|(name, _)| *name == command).map_or(&[], |(_, examples)| *examples)
}

/// The commands by their groups, each with what it does.
pub fn overview(about: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    for (heading, commands) in GROUPS {
        text.push_str(&format!("{heading}:\n"));
        for command in *commands {
            let line = format!("  {command:<14} {}", about(command));
            text.push_str(&format!("{}\n", hang(&line, columns(), 17)));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_one_group_and_has_an_example() {
        let command = crate::commands::command();
        let mut all: Vec<&str> =
            command.get_subcommands().filter(|it| !it.is_hide_set()).map(clap::Command::get_name).collect();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, commands)| *commands).copied().collect();
        all.sort_unstable();
        grouped.sort_unstable();
        assert_eq!(all, grouped);
        assert!(all.iter().all(|name| !of(name).is_empty()), "{all:?}");
    }

    #[test]
    fn every_example_is_understood() {
        for (name, examples) in EXAMPLES {
            for (_, line) in *examples {
                let start = line.find("bitiq-bootstrap").unwrap();
                let end = line[start..].find(['|', '>', ')']).map_or(line.len(), |at| start + at);
                let words = line[start..end].split_whitespace();
                crate::commands::command()
                    .try_get_matches_from(words)
                    .unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
    }
}
