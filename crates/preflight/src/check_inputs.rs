//! The checks of what was asked for, before any system is observed.

use diagnostics::{Check, CheckId};
use secret::{AddOutcome, Mask};

use crate::request::Request;

/// cluster.yaml, flags and environment. Every secret in them is hidden from then on.
pub fn check_inputs(request: &Request, mask: &Mask) -> Vec<Check> {
    let short =
        request.settings.secrets().iter().filter(|(_, secret)| mask.add(secret) == AddOutcome::TooShort);
    let short: Vec<&str> = short.map(|(name, _)| *name).collect();
    let file = request.folder.yaml();
    judge(&format!("{} is valid", file.display()), &request.spec_warnings, &request.settings.warnings, &short)
}

fn judge(yaml: &str, of_yaml: &[String], of_settings: &[String], short: &[&str]) -> Vec<Check> {
    let text = |name: &&str| {
        format!("{name} has fewer than 8 characters: it can't be masked in the script's output")
    };
    let short: Vec<String> = short.iter().map(text).collect();
    let mut checks = Vec::new();
    if !short.is_empty() {
        checks.push(Check::warning(CheckId::SecretLength, short));
    }
    checks.push(Check::warned_by(CheckId::ClusterYaml, yaml, of_yaml.to_vec()));
    checks.push(Check::warned_by(CheckId::Settings, "no warnings", of_settings.to_vec()));
    checks
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostics::warnings;

    #[test]
    fn each_warning_is_under_the_check_that_it_belongs_to() {
        let checks = judge("x is valid", &["odd".into()], &["VAULT_X has no effect".into()], &["PAT"]);
        let ids: Vec<CheckId> = checks.iter().map(|check| check.id).collect();
        assert_eq!(ids, [CheckId::SecretLength, CheckId::ClusterYaml, CheckId::Settings]);
        assert_eq!(warnings(&checks).len(), 3);
        assert_eq!(judge("x is valid", &[], &[], &[]).len(), 2);
    }
}
