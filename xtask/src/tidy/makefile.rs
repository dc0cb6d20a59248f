use std::collections::BTreeSet;

use crate::tidy::tracked::Tracked;

/// Where one command is one file.
const COMMANDS: &str = "crates/bitiq-bootstrap/src/commands/";

/// Commands that make has no use for: they print what a shell or a packager reads. `overview` is the program without a command.
const NOT_IN_MAKE: [&str; 5] = ["completions", "explain", "man", "overview", "reference"];

/// Every command of the program is a target of make, and every target is told of by `make help`.
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    let Some((_, makefile)) = files.iter().find(|(path, _)| path == "Makefile") else {
        return vec!["there is no Makefile".to_owned()];
    };
    let (targets, told) = (targets(makefile), told(makefile));
    let untargeted = commands(files)
        .filter(|command| !targets.contains(command))
        .map(|command| format!("Makefile: no target for the command {command}"))
        .collect::<Vec<_>>();
    let untold = targets
        .iter()
        .filter(|target| !told.contains(*target) && *target != "help")
        .map(|target| format!("Makefile: `make help` does not tell of {target}"));
    untargeted.into_iter().chain(untold).collect()
}

fn commands(files: &[Tracked]) -> impl Iterator<Item = String> {
    files
        .iter()
        .filter_map(|(path, _)| path.strip_prefix(COMMANDS)?.strip_suffix(".rs"))
        .filter(|name| !name.contains('/') && *name != "mod" && !NOT_IN_MAKE.contains(name))
        .map(|name| name.replace('_', "-"))
}

/// What is declared phony, variables resolved.
fn targets(makefile: &str) -> BTreeSet<String> {
    let value = |variable: &str| {
        makefile
            .lines()
            .find_map(|line| line.strip_prefix(variable)?.strip_prefix(" := "))
            .unwrap_or_default()
    };
    let phony = makefile.lines().find_map(|line| line.strip_prefix(".PHONY: ")).unwrap_or_default();
    phony
        .split_whitespace()
        .flat_map(|word| match word.strip_prefix("$(").and_then(|word| word.strip_suffix(')')) {
            Some(variable) => value(variable).split_whitespace(),
            None => word.split_whitespace(),
        })
        .map(str::to_owned)
        .collect()
}

/// The first word of each help line.
fn told(makefile: &str) -> BTreeSet<String> {
    makefile
        .lines()
        .filter_map(|line| line.strip_prefix("##   ")?.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAKEFILE: &str =
        "VERBS := run plan\n.PHONY: help test $(VERBS)\n##   run   Runs\n##   plan  Plans\n##   test  T\n";

    fn with(makefile: &str, commands: &[&str]) -> Vec<String> {
        let mut files = vec![("Makefile".to_owned(), makefile.to_owned())];
        files.extend(commands.iter().map(|name| (format!("{COMMANDS}{name}.rs"), String::new())));
        check(&files)
    }

    #[test]
    fn every_command_with_a_target_that_help_tells_of_is_fine() {
        assert!(with(MAKEFILE, &["run", "plan", "mod", "man", "plan/texts"]).is_empty());
    }

    #[test]
    fn a_command_without_a_target_is_pointed_out() {
        assert_eq!(with(MAKEFILE, &["infra_id"]), ["Makefile: no target for the command infra-id"]);
    }

    #[test]
    fn a_target_that_help_keeps_quiet_about_is_pointed_out() {
        let quiet = MAKEFILE.replace("##   plan  Plans\n", "");
        assert_eq!(with(&quiet, &[]), ["Makefile: `make help` does not tell of plan"]);
    }
}
