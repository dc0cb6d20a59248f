use crate::tidy::graph::Graph;

/// Licences that a program under Apache-2.0 may be made of.
const ALLOWED: [&str; 12] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Zlib",
];

/// Every package has a licence that we may use.
pub(crate) fn check(graph: &Graph) -> Vec<String> {
    graph
        .packages
        .values()
        .filter_map(|package| match package.licence.as_deref() {
            None => Some(format!("{} {} names no licence", package.name, package.version)),
            Some(licence) if !usable(licence) => Some(format!(
                "{} {} is under {licence}, which is not on the list",
                package.name, package.version
            )),
            Some(_) => None,
        })
        .collect()
}

/// Whether an SPDX expression can be met by the list. `AND` binds before `OR`; the old `/` means `OR`.
fn usable(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().collect::<Vec<_>>().into_iter().peekable();
    any(&mut words) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::vec::IntoIter<&'a str>>;

fn any(words: &mut Words<'_>) -> bool {
    let mut met = all(words);
    while words.next_if_eq(&"OR").is_some() {
        // Not `||`: the other side has to be read in any case.
        met |= all(words);
    }
    met
}

fn all(words: &mut Words<'_>) -> bool {
    let mut met = one(words);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words);
    }
    met
}

fn one(words: &mut Words<'_>) -> bool {
    match words.next() {
        Some("(") => any(words) & words.next_if_eq(&")").is_some(),
        Some(name) => match words.next_if_eq(&"WITH").and_then(|_| words.next()) {
            Some(exception) => ALLOWED.contains(&format!("{name} WITH {exception}").as_str()),
            None => ALLOWED.contains(&name),
        },
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::graph::planted::graph;

    fn under(licence: Option<&str>) -> Vec<String> {
        let mut planted = graph(&[], &[("a", &[])]);
        planted.packages.get_mut("a").unwrap().licence = licence.map(str::to_owned);
        check(&planted)
    }

    #[test]
    fn a_licence_on_the_list_is_fine() {
        for licence in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR GPL-3.0) AND Unicode-3.0"] {
            assert!(under(Some(licence)).is_empty(), "{licence}");
        }
        assert!(under(Some("Apache-2.0 WITH LLVM-exception OR GPL-2.0")).is_empty());
    }

    #[test]
    fn one_that_is_not_is_refused() {
        for licence in [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR ISC) AND GPL-3.0",
            "MIT (",
            "",
            "Apache-2.0 WITH GPL-exception",
        ] {
            assert_eq!(under(Some(licence)).len(), 1, "{licence}");
        }
    }

    #[test]
    fn no_licence_at_all_is_refused() {
        assert_eq!(under(None), ["a 1.0.0 names no licence"]);
    }
}
