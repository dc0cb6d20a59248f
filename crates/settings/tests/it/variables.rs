//! The one list of variables.

use std::collections::BTreeSet;

use settings::variables::{VARS, withheld};

#[test]
fn no_variable_and_no_flag_stands_there_twice() {
    let names: BTreeSet<_> = VARS.iter().map(|var| var.name).collect();
    let flags: BTreeSet<_> = VARS.iter().filter_map(|var| var.flag).collect();
    assert_eq!(names.len(), VARS.len());
    assert_eq!(flags.len(), VARS.iter().filter(|var| var.flag.is_some()).count());
}

#[test]
fn a_secret_has_no_flag_and_everything_else_has_one() {
    for var in VARS {
        assert_eq!(var.flag.is_none(), var.secret, "{}", var.name);
    }
}

#[test]
fn a_flag_without_a_variable_of_its_own_is_named_after_the_program() {
    for var in VARS.iter().filter(|var| var.name.starts_with("BITIQ_BOOTSTRAP_")) {
        let flag = var.flag.unwrap_or_default().to_uppercase().replace('-', "_");
        assert_eq!(var.name, format!("BITIQ_BOOTSTRAP_{flag}"));
    }
}

#[test]
fn the_script_sees_no_login_and_everything_else() {
    for name in ["VAULT_TOKEN", "GITOPS_REPO_USERNAME", "GITOPS_REPO_PASSWORD", "GITOPS_REPO_PAT"] {
        assert!(withheld(name), "{name}");
    }
    for name in ["VAULT_ADDR", "PATH", "HOME", "GITOPS_REPO_VAULT_PATH", "AWS_PROFILE"] {
        assert!(!withheld(name), "{name}");
    }
}
