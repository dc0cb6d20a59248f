//! Tokens made at random in each format that hosts use today: each is found wherever it stands.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secret::{Mask, SecretPattern, is_token, may_hold_token, secret_patterns, secrets_in};

use crate::random::Random;

/// Alphabets of the formats.
const DIGITS: &str = "0123456789";
const HEX: &str = "0123456789abcdef";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const WORD: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

struct Maker(Random);

impl Maker {
    fn of(&mut self, alphabet: &str, length: usize) -> String {
        self.0.of(&alphabet.chars().collect::<Vec<_>>(), length)
    }

    fn json_web_token(&mut self) -> String {
        let signature = self.of(WORD, 86);
        let id = self.of(DIGITS, 7);
        let part = |json: String| URL_SAFE_NO_PAD.encode(json);
        let head = part(r#"{"alg":"RS256","typ":"JWT"}"#.into());
        format!("{head}.{}.{signature}", part(format!(r#"{{"iss":"{id}","exp":1796000000}}"#)))
    }

    /// One of each format, with what it is.
    fn tokens(&mut self) -> Vec<(SecretPattern, String)> {
        let mut all = Vec::new();
        for prefix in ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"] {
            all.push((SecretPattern::HostToken, format!("{prefix}{}", self.of(ALNUM, 36))));
        }
        all.push((
            SecretPattern::HostToken,
            format!("github_pat_{}_{}", self.of(ALNUM, 22), self.of(ALNUM, 59)),
        ));
        all.push((SecretPattern::HostToken, format!("ghs_{}_{}", self.of(DIGITS, 6), self.json_web_token())));
        for prefix in
            ["glpat-", "gldt-", "glrt-", "glptt-", "glft-", "glsoat-", "glagent-", "glimt-", "glffct-"]
        {
            all.push((SecretPattern::HostToken, format!("{prefix}{}", self.of(WORD, 20))));
        }
        all.push((SecretPattern::HostToken, format!("glcbt-{}_{}", self.of(HEX, 2), self.of(WORD, 20))));
        all.push((SecretPattern::HostToken, format!("glrt-t1_{}", self.of(WORD, 20))));
        // GitLab's routable tokens.
        let (payload, checksum) = (self.of(WORD, 51), self.of(LOWER, 7));
        all.push((SecretPattern::HostToken, format!("glpat-{payload}.01.1{checksum}")));
        all.push((
            SecretPattern::HostToken,
            format!("ATBB{}{}", self.of(ALNUM, 24), self.of("0123456789ABCDEF", 8)),
        ));
        for prefix in ["ATCTT3xFfGN0", "ATATT3xFfGF0"] {
            let checksum = self.of("0123456789ABCDEF", 8);
            all.push((SecretPattern::HostToken, format!("{prefix}{}={checksum}", self.of(WORD, 160))));
        }
        all.push((SecretPattern::HostToken, format!("BBDC-{}", self.of(ALNUM, 44))));
        all.push((SecretPattern::HostToken, format!("{}AZDO{}", self.of(ALNUM, 76), self.of(ALNUM, 4))));
        all.push((SecretPattern::VaultToken, format!("hvs.{}", self.of(WORD, 90))));
        all.push((SecretPattern::VaultToken, format!("hvs.CAESI{}", self.of(WORD, 130))));
        all.push((SecretPattern::VaultToken, format!("hvb.AAAAAQ{}", self.of(WORD, 130))));
        all.push((SecretPattern::VaultToken, format!("s.{}", self.of(ALNUM, 24))));
        all.push((SecretPattern::VaultToken, format!("s.{}.{}", self.of(ALNUM, 24), self.of(ALNUM, 5))));
        all.push((SecretPattern::OpenShiftToken, format!("sha256~{}", self.of(WORD, 43))));
        all.push((SecretPattern::Jwt, self.json_web_token()));
        all
    }
}

fn each(check: impl Fn(SecretPattern, &str)) {
    let mut maker = Maker(Random(0x2545_f491_4f6c_dd1d));
    for _ in 0..40 {
        maker.tokens().iter().for_each(|(pattern, token)| check(*pattern, token));
    }
}

#[test]
fn each_is_seen_wherever_it_stands_in_a_line() {
    each(|pattern, token| {
        for line in [
            token.to_owned(),
            format!("fatal: '{token}' is refused"),
            format!("x={token},y"),
            // `s.` is two letters: behind another word it is the end of a name.
            if token.starts_with("s.") { format!("X={token}") } else { format!("X_{token}") },
            format!("{{\"a\":\"{token}\"}}"),
            format!("https://h/?t={token}&x"),
        ] {
            let jwt =
                pattern == SecretPattern::HostToken && secret_patterns(&line).contains(&SecretPattern::Jwt);
            assert!(secret_patterns(&line).contains(&pattern) || jwt, "{pattern} is not seen in: {line}");
        }
    });
}

#[test]
fn each_is_a_secret_as_the_user_of_a_url() {
    each(|_, token| {
        assert!(is_token(token), "{token}");
        for login in [token.to_owned(), format!("{token}:"), format!("{token}:x-oauth-basic")] {
            let url = format!("https://{login}@git.example.com/x.git");
            assert!(secrets_in(&url).iter().any(|it| it == token), "{url}");
            assert!(!Mask::new().text(&format!("clone {url}: refused")).contains(token), "{url}");
        }
    });
}

#[test]
fn each_that_begins_as_no_word_does_is_known_by_its_beginning() {
    each(|pattern, token| {
        let by_length = ["s.", "eyJ"].iter().any(|it| token.starts_with(it)) || token.contains("AZDO");
        assert!(by_length || pattern == SecretPattern::Jwt || may_hold_token(&token[..12]), "{token}");
    });
}

#[test]
fn a_bootstrap_token_of_kubernetes_is_seen_by_the_word_before_it() {
    let mut maker = Maker(Random(7));
    for _ in 0..40 {
        let token = format!("{}.{}", maker.of(LOWER, 6), maker.of(LOWER, 15) + "7");
        for line in [
            format!("kubeadm join 10.0.0.1:6443 --token {token} --discovery"),
            format!("token: \"{token}\""),
            format!("TOKEN={token}"),
        ] {
            assert!(secret_patterns(&line).contains(&SecretPattern::NamedValue), "{line}");
        }
    }
    assert!(secret_patterns("see values.0123456789abcdef of the chart").is_empty());
}

#[test]
fn the_names_that_hosts_expect_are_none() {
    for user in
        ["git", "x-access-token", "oauth2", "x-token-auth", "gitlab-ci-token", "robot$org+name", "bob"]
    {
        assert!(!is_token(user) && secrets_in(&format!("https://{user}@h/x")).is_empty(), "{user}");
    }
}
