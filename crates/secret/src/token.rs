//! Tokens as Git hosts, Vault and OpenShift make them today: the one list of their formats.

/// Who makes tokens of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Maker {
    /// GitHub, GitLab, Bitbucket, Azure DevOps, Slack.
    GitHost,
    /// Vault and OpenBao.
    Vault,
    /// OpenShift's own login.
    OpenShift,
}

/// A token that begins with a prefix of its maker.
pub(crate) struct Format {
    pub(crate) maker: Maker,
    /// What it begins with.
    pub(crate) prefix: &'static str,
    /// The characters behind the prefix, as a class of a regular expression.
    pub(crate) class: &'static str,
    /// At least so many of them.
    pub(crate) least: usize,
}

const fn git(prefix: &'static str, class: &'static str, least: usize) -> Format {
    Format { maker: Maker::GitHost, prefix, class, least }
}

const fn vault(prefix: &'static str) -> Format {
    Format { maker: Maker::Vault, prefix, class: "A-Za-z0-9_-", least: 20 }
}

/// Letters, digits, and what stands between the parts of newer tokens.
const PARTS: &str = "A-Za-z0-9_.-";

/// GitHub: classic tokens have 36 letters and digits; newer installation tokens are `ghs_<digits>_<JSON Web Token>`.
/// GitLab: twenty or more characters; routable tokens have parts with dots. Atlassian's hold a checksum behind `=`.
pub(crate) const FORMATS: &[Format] = &[
    git("ghp_", PARTS, 20),
    git("gho_", PARTS, 20),
    git("ghu_", PARTS, 20),
    git("ghs_", PARTS, 20),
    git("ghr_", PARTS, 20),
    git("github_pat_", "A-Za-z0-9_", 20),
    git("glpat-", PARTS, 16),
    git("gldt-", PARTS, 16),
    git("glrt-", PARTS, 16),
    git("glrtr-", PARTS, 16),
    git("glcbt-", PARTS, 16),
    git("glptt-", PARTS, 16),
    git("glft-", PARTS, 16),
    git("glsoat-", PARTS, 16),
    git("gloas-", PARTS, 16),
    git("glagent-", PARTS, 16),
    git("glimt-", PARTS, 16),
    git("glffct-", PARTS, 16),
    git("glwt-", PARTS, 16),
    git("GR1348941", PARTS, 16),
    git("ATBB", "A-Za-z0-9_=-", 20),
    git("ATCTT3", "A-Za-z0-9_=-", 20),
    git("ATATT3", "A-Za-z0-9_=-", 20),
    git("BBDC-", "A-Za-z0-9+/=_-", 20),
    git("xoxa-", "A-Za-z0-9-", 16),
    git("xoxb-", "A-Za-z0-9-", 16),
    git("xoxe-", "A-Za-z0-9-", 16),
    git("xoxo-", "A-Za-z0-9-", 16),
    git("xoxp-", "A-Za-z0-9-", 16),
    git("xoxr-", "A-Za-z0-9-", 16),
    git("xoxs-", "A-Za-z0-9-", 16),
    vault("hvs."),
    vault("hvb."),
    vault("hvr."),
    Format { maker: Maker::OpenShift, prefix: "sha256~", class: "A-Za-z0-9_-", least: 40 },
];

/// Whether a token may begin in `text`, also one that was cut short: for places where no such prefix belongs.
pub fn may_hold_token(text: &str) -> bool {
    FORMATS.iter().any(|format| text.contains(format.prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_enough_where_no_token_belongs() {
        for text in ["ghs_12", "x glpat-", "hvs.C"] {
            assert!(may_hold_token(text), "{text}");
        }
        for text in ["git", "x-access-token", "hvs", ""] {
            assert!(!may_hold_token(text), "{text}");
        }
    }
}
