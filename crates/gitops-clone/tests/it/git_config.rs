//! The used settings of the user's configuration, and their secrets.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use cluster_spec::RepoUrl;
use gitops_clone::{GitConfig, GitError};
use secret::ExposeSecret as _;

/// Makes a home with these files.
fn home(files: &[(&str, &str)]) -> (tempfile::TempDir, BTreeMap<OsString, OsString>) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
    let env =
        BTreeMap::from([("HOME".into(), dir.path().into()), ("GIT_CONFIG_NOSYSTEM".into(), "1".into())]);
    (dir, env)
}

fn read(files: &[(&str, &str)]) -> GitConfig {
    let (dir, env) = home(files);
    read_in(&env, &dir.path().join("copy")).unwrap()
}

fn read_in(env: &BTreeMap<OsString, OsString>, copy: &Path) -> Result<GitConfig, GitError> {
    GitConfig::read(env, copy, &RepoUrl::parse("https://git.example.com/team/gitops.git").unwrap())
}

fn names(config: &GitConfig) -> String {
    format!("{config:?}")
}

#[test]
fn without_any_file_there_is_nothing() {
    assert_eq!(names(&read(&[])), "[]");
}

#[test]
fn both_files_of_the_user_are_read() {
    let files =
        [(".gitconfig", "[http]\n\tproxy = a\n"), (".config/git/config", "[http]\n\tsslVerify = true\n")];
    assert_eq!(names(&read(&files)), r#"["http.sslverify", "http.proxy"]"#);
}

#[test]
fn git_config_global_takes_their_place() {
    let (dir, mut env) =
        home(&[(".gitconfig", "[http]\n\tproxy = a\n"), ("mine", "[core]\n\tsshCommand = b\n")]);
    env.insert("GIT_CONFIG_GLOBAL".into(), dir.path().join("mine").into());
    assert_eq!(names(&read_in(&env, Path::new("/nowhere")).unwrap()), r#"["core.sshcommand"]"#);
}

#[test]
fn included_files_are_read() {
    let files = [(".gitconfig", "[include]\n\tpath = more\n"), ("more", "[http]\n\tproxy = a\n")];
    assert_eq!(names(&read(&files)), r#"["http.proxy"]"#);
}

#[test]
fn files_included_for_the_place_of_the_copy_are_read() {
    let files = [
        (
            ".gitconfig",
            "[includeIf \"gitdir:~/copy/\"]\n\tpath = one\n[includeIf \"gitdir:~/other/\"]\n\tpath = two\n",
        ),
        ("one", "[http]\n\tproxy = a\n"),
        ("two", "[http]\n\tsslVerify = false\n"),
        ("copy/.git/HEAD", ""),
    ];
    assert_eq!(names(&read(&files)), r#"["http.proxy"]"#);
}

/// True if `[includeIf "<condition>"]` is met. `HOME` in the condition is replaced with the home.
fn included(condition: &str) -> bool {
    let (dir, env) = home(&[("more", "[http]\n\tproxy = a\n")]);
    let condition = condition.replace("HOME", &dir.path().display().to_string());
    let text = format!("[includeif \"{condition}\"]\n\tpath = more\n");
    fs_err::write(dir.path().join(".gitconfig"), text).unwrap();
    let config = read_in(&env, &dir.path().join("copy")).unwrap();
    match names(&config).as_str() {
        "[]" => false,
        found => found == r#"["http.proxy"]"#,
    }
}

#[test]
fn files_are_included_for_the_url_and_the_folder_of_the_clone() {
    for condition in [
        "hasconfig:remote.*.url:https://git.example.com/**",
        "hasconfig:remote.*.url:https://*.example.com/team/gitops.git",
        "gitdir:HOME/copy/",
        "gitdir:~/",
        "gitdir:./copy/",
        "gitdir:copy/",
        "gitdir/i:~/COPY/.git",
    ] {
        assert!(included(condition), "{condition}");
    }
    for condition in [
        "hasconfig:remote.*.url:https://git.example.com/*",
        "hasconfig:remote.*.url:git@git.example.com:*/**",
        "hasconfig:remote.origin.url:https://git.example.com/**",
        "gitdir:~/COPY/",
        "gitdir:~/other/",
        "onbranch:main",
    ] {
        assert!(!included(condition), "{condition}");
    }
}

/// Plain `git clone` gives the same result.
#[test]
fn a_condition_in_an_included_file_counts_and_a_link_in_the_folders_path_is_followed() {
    let (dir, env) = home(&[
        (".gitconfig", "[include]\n\tpath = one\n"),
        ("one", "[include]\n\tpath = two\n"),
        ("two", "[includeIf \"hasconfig:remote.*.url:https://git.example.com/**\"]\n\tpath = ~/three\n"),
        ("three", "[includeIf \"gitdir:~/real/\"]\n\tpath = four\n"),
        ("four", "[http]\n\tproxy = a\n"),
        ("real/keep", ""),
    ]);
    std::os::unix::fs::symlink(dir.path().join("real"), dir.path().join("link")).unwrap();
    assert_eq!(names(&read_in(&env, &dir.path().join("link/copy")).unwrap()), r#"["http.proxy"]"#);
}

#[test]
fn included_settings_are_at_the_place_of_the_include() {
    let files = [
        (".gitconfig", "[core]\n\tsshCommand = a\n[include]\n\tpath = more\n[core]\n\tsshCommand = c\n"),
        ("more", "[http]\n\tproxy = b\n"),
    ];
    assert_eq!(names(&read(&files)), r#"["core.sshcommand", "http.proxy", "core.sshcommand"]"#);
}

#[test]
fn files_that_include_each_other_are_reported() {
    let (_dir, env) = home(&[(".gitconfig", "[include]\n\tpath = .gitconfig\n")]);
    let error = read_in(&env, Path::new("/nowhere")).unwrap_err();
    assert!(error.to_string().contains("more than 10 levels of included files"), "{error}");
}

#[test]
fn settings_of_git_minus_c_are_read() {
    let (dir, mut env) = home(&[("more", "[http]\n\tproxy = a\n")]);
    let include = format!("'include.path'='{}' 'core.sshCommand=ssh -v'", dir.path().join("more").display());
    env.insert("GIT_CONFIG_PARAMETERS".into(), include.into());
    assert_eq!(names(&read_in(&env, Path::new("/nowhere")).unwrap()), r#"["http.proxy", "core.sshcommand"]"#);
}

#[test]
fn variables_that_do_not_count_are_named() {
    let (_dir, mut env) = home(&[(".gitconfig", "[protocol \"https\"]\n\tallow = never\n")]);
    env.insert("GIT_SSL_CAPATH".into(), "/etc/ssl".into());
    env.insert("GIT_ALLOW_PROTOCOL".into(), "".into());
    assert_eq!(
        read_in(&env, Path::new("/nowhere")).unwrap().warnings(),
        [
            "GIT_SSL_CAPATH is set, but only Git uses it",
            "protocol.https.allow is `never`, but only Git uses it",
        ]
    );
}

#[test]
fn settings_of_the_environment_are_read() {
    let (_dir, mut env) = home(&[]);
    env.insert("GIT_CONFIG_COUNT".into(), "1".into());
    env.insert("GIT_CONFIG_KEY_0".into(), "http.https://example.com/.proxy".into());
    env.insert("GIT_CONFIG_VALUE_0".into(), "a".into());
    assert_eq!(
        names(&read_in(&env, Path::new("/nowhere")).unwrap()),
        r#"["http.https://example.com/.proxy"]"#
    );
}

#[test]
fn an_invalid_file_is_reported_without_its_content() {
    let (dir, env) = home(&[(".gitconfig", "[http\nhunter2-hunter2\n")]);
    let error = read_in(&env, Path::new("/nowhere")).unwrap_err();
    let file = dir.path().join(".gitconfig");
    let detail = format!("{} can't be read or parsed", file.display());
    assert_eq!(error.to_string(), format!("read the Git configuration: {detail}"));
    assert!(matches!(error, GitError::Config { .. }));
}

#[test]
fn http_settings_that_do_not_count_are_named() {
    let config = read(&[(
        ".gitconfig",
        "[http]\n\tproxy = a\n\tcookieFile = c\n[http \"https://x/\"]\n\tsslCert = d\n",
    )]);
    assert_eq!(
        config.warnings(),
        [
            "http.cookiefile is set, but only Git uses it",
            "http.https://x/.sslcert is set, but only Git uses it",
        ]
    );
}

#[test]
fn checks_that_are_off_are_named() {
    let config =
        read(&[(".gitconfig", "[http \"https://x/\"]\n\tsslVerify = false\n[http]\n\tsslVerify = true\n")]);
    assert_eq!(config.warnings(), ["http.https://x/.sslverify: certificates of Git hosts are not checked"]);
}

#[test]
fn credential_settings_are_names_alone() {
    let config = read(&[(".gitconfig", "[credential]\n\thelper = \"!echo password=hunter2\"\n")]);
    assert_eq!(config.credential_settings(), ["credential.helper"]);
}

#[test]
fn secrets_are_given_to_the_mask_and_not_to_debug() {
    let text = "[http]\n\textraHeader = Authorization: Basic aHVudGVyMg==\n\tproxy = http://me:p%40ss-word@proxy:3128\n\
                [url \"https://x:token-token@host/\"]\n\tinsteadOf = https://host/\n";
    let config = read(&[(".gitconfig", text)]);
    let secrets: Vec<_> = config.secrets().iter().map(|secret| secret.expose_secret().to_owned()).collect();
    let header = ["Basic aHVudGVyMg==", "aHVudGVyMg==", "aHVudGVyMg"];
    assert_eq!(secrets[..3], header);
    assert_eq!(secrets[3..], ["p%40ss-word", "p@ss-word", "token-token"]);
    assert_eq!(names(&config), r#"["http.extraheader", "http.proxy", "url.https://host/.insteadof"]"#);
}

#[test]
fn a_token_as_the_user_of_an_instead_of_base_is_masked() {
    let token = "ghs_123456_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMiJ9.c2lnbmF0dXJl";
    let text = format!("[url \"https://{token}@host/\"]\n\tinsteadOf = https://host/\n");
    let config = read(&[(".gitconfig", text.as_str())]);
    let secrets: Vec<_> = config.secrets().iter().map(|secret| secret.expose_secret().to_owned()).collect();
    assert_eq!(secrets, [token]);
    assert_eq!(names(&config), r#"["url.https://host/.insteadof"]"#);
}

#[test]
fn each_secret_in_a_header_is_given_to_the_mask() {
    let check = |header: &str, expect: &[&str]| {
        let text = format!("[http]\n\textraHeader = \"{}\"\n", header.replace('"', "\\\""));
        let secrets = read(&[(".gitconfig", text.as_str())]).secrets();
        let secrets: Vec<_> = secrets.iter().map(|secret| secret.expose_secret()).collect();
        assert_eq!(secrets, expect, "{header}");
    };
    check(
        "Cookie: sessionid=hunter2-one; o=hunter2-two; lang=de",
        &[
            "sessionid=hunter2-one; o=hunter2-two; lang=de",
            "sessionid=hunter2-one",
            "hunter2-one",
            "o=hunter2-two",
            "hunter2-two",
        ],
    );
    check("X-Login: token=\"hunter2-one\"", &["token=\"hunter2-one\"", "token=\"hunter2-one", "hunter2-one"]);
    check("PRIVATE-TOKEN: glpat-hunter2", &["glpat-hunter2"]);
    check("Authorization: Negotiate hunter2-one", &["Negotiate hunter2-one", "hunter2-one"]);
    check("X-Debug: 1", &[]);
}
