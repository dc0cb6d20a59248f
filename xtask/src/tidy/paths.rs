use crate::tidy::tracked::Tracked;

/// Folders that exist on somebody's machine alone. Put together so that this file does not break its own rule.
const HOMES: [&str; 4] =
    [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/Us", "ers/"), concat!("/ho", "me/")];

/// Stand-ins that documentation and tests may use.
const STAND_INS: [&str; 3] = ["user/", "alice/", "me/"];

/// Suppressing a lint for good; `#[expect]` tells when the reason is gone.
const ALLOW: &str = concat!("#[al", "low(");

/// What only means something on the machine it was written on, and lints silenced for good, stay out of tracked files.
pub(crate) fn check(files: &[Tracked]) -> Vec<String> {
    files.iter().flat_map(|(path, text)| of_file(path, text)).collect()
}

fn of_file(path: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let place = format!("{path}:{}", number + 1);
        if HOMES.iter().any(|home| names_machine(line, home)) {
            problems.push(format!("{place}: a path of one machine"));
        }
        if path.ends_with(".rs") && line.contains(ALLOW) {
            problems.push(format!("{place}: #[expect(…, reason = \"…\")] instead of allow"));
        }
    }
    problems
}

/// Whether `home` stands in `line` as the beginning of a path.
fn names_machine(line: &str, home: &str) -> bool {
    line.match_indices(home).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let inside = before.is_some_and(|c| c.is_alphanumeric() || "._-/>})*$~".contains(c));
        let after = &line[at + home.len()..];
        !inside && !STAND_INS.iter().any(|name| after.starts_with(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(path: &str, text: &str) -> usize {
        check(&[(path.to_owned(), text.to_owned())]).len()
    }

    #[test]
    fn a_path_of_one_machine_is_refused() {
        for home in HOMES {
            assert_eq!(line("docs/a.md", &format!("see {home}somebody/x")), 1, "{home}");
            assert_eq!(line("src/a.rs", &format!("\"{home}x\"")), 1, "{home}");
        }
    }

    #[test]
    fn a_folder_of_that_name_further_down_is_fine() {
        for home in HOMES {
            assert_eq!(line("docs/a.md", &format!("clusters/prod{home}x and .{home}x")), 0, "{home}");
        }
        assert_eq!(line("docs/a.md", concat!("/ho", "me/user/.kube")), 0);
    }

    #[test]
    fn a_lint_silenced_for_good_is_refused() {
        assert_eq!(line("src/a.rs", concat!("#[al", "low(dead_code)]")), 1);
        assert_eq!(line("src/a.rs", "#[expect(dead_code, reason = \"…\")]"), 0);
    }
}
