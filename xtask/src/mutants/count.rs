//! The figures of one crate, from the `outcomes.json` of cargo-mutants: pure.

use serde_json::Value;

/// The mutants of a crate by how they ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// A test failed.
    caught: usize,
    /// It does not compile.
    unviable: usize,
    /// No test failed.
    missed: Vec<String>,
    /// The tests did not end.
    timeout: Vec<String>,
}

impl Count {
    /// Counts them.
    ///
    /// # Errors
    /// A mutant ended in a way that is not known, or the document has no outcomes.
    pub fn of(document: &Value) -> Result<Self, String> {
        let outcomes = document["outcomes"].as_array().ok_or("cargo-mutants wrote no outcomes")?;
        let mut count = Self::default();
        for outcome in outcomes {
            // The tree as it is has no name.
            let Some(name) = outcome["scenario"]["Mutant"]["name"].as_str() else { continue };
            match outcome["summary"].as_str() {
                Some("CaughtMutant") => count.caught += 1,
                Some("Unviable") => count.unviable += 1,
                Some("MissedMutant") => count.missed.push(name.into()),
                Some("Timeout") => count.timeout.push(name.into()),
                other => return Err(format!("`{name}` ended as {other:?}")),
            }
        }
        Ok(count)
    }

    fn viable(&self) -> usize {
        self.caught + self.missed.len() + self.timeout.len()
    }

    /// The share of the viable ones that were caught, in whole percent; none where none was viable.
    fn share(&self) -> Option<usize> {
        (self.caught * 100).checked_div(self.viable())
    }

    /// The figures in a line, and below it each mutant that was not caught.
    pub fn said(&self, name: &str) -> String {
        let share =
            self.share().map_or_else(|| "none viable".to_owned(), |share| format!("{share} % caught"));
        let (tried, caught, unviable) = (self.viable() + self.unviable, self.caught, self.unviable);
        let (missed, timeout) = (self.missed.len(), self.timeout.len());
        let mut said = format!(
            "{name}: {share}: {tried} tried, {caught} caught, {missed} missed, {unviable} unviable, \
             {timeout} timeout"
        );
        let missed = self.missed.iter().map(|name| format!("\n  missed: {name}"));
        let timeout = self.timeout.iter().map(|name| format!("\n  timeout: {name}"));
        said.extend(missed.chain(timeout));
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn mutant(name: &str, summary: &str) -> Value {
        json!({"scenario": {"Mutant": {"name": name}}, "summary": summary})
    }

    #[test]
    fn each_mutant_counts_by_how_it_ended_and_the_tree_as_it_is_not_at_all() {
        let baseline = json!({"scenario": "Baseline", "summary": "Success"});
        let ends = [
            ("a", "CaughtMutant"),
            ("b", "MissedMutant"),
            ("c", "Unviable"),
            ("d", "CaughtMutant"),
            ("e", "Timeout"),
        ];
        let all: Vec<Value> =
            std::iter::once(baseline).chain(ends.map(|(name, summary)| mutant(name, summary))).collect();
        let said = Count::of(&json!({"outcomes": all})).unwrap().said("a-crate");
        let expect = "a-crate: 50 % caught: 5 tried, 2 caught, 1 missed, 1 unviable, 1 timeout\n  missed: b\n  timeout: e";
        assert_eq!(said, expect);
    }

    #[test]
    fn a_share_is_never_rounded_up() {
        let share = |caught, missed| {
            Count { caught, missed: vec![String::new(); missed], ..Count::default() }.share()
        };
        let cases = [
            (0, 0, None),
            (0, 3, Some(0)),
            (2, 1, Some(66)),
            (899, 101, Some(89)),
            (9, 1, Some(90)),
            (4, 0, Some(100)),
        ];
        for (caught, missed, expect) in cases {
            assert_eq!(share(caught, missed), expect, "{caught} of {}", caught + missed);
        }
    }

    #[test]
    fn what_is_not_known_is_no_figure() {
        assert_eq!(Count::of(&json!({})), Err("cargo-mutants wrote no outcomes".to_owned()));
        let all = json!({"outcomes": [mutant("a", "Success")]});
        assert_eq!(Count::of(&all), Err("`a` ended as Some(\"Success\")".to_owned()));
    }

    #[test]
    fn a_crate_without_mutants_says_so() {
        let expect = "a: none viable: 0 tried, 0 caught, 0 missed, 0 unviable, 0 timeout";
        assert_eq!(Count::default().said("a"), expect);
    }
}
