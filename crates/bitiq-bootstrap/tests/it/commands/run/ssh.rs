//! The repository over ssh: an ssh of our own stands in, and keeps what it was called with.

use std::collections::BTreeMap;

use sandbox::Options;
use sandbox::git_host::PRIVATE;
use serde_json::json;

use crate::support::home::{configure_git, script};
use crate::support::objects::secret;
use crate::support::sandbox::{World, options, vault};

/// The last argument is the command for the other side, which here is this side. The key is the word behind `-i`.
const STAND_IN: &str = r#"
printf '%s\n' "$@" >> "$HOME/ssh-arguments"
key=; before=
for word in "$@"; do
  [ "$before" = -i ] && key=$word
  before=$word; last=$word
done
if [ -n "$key" ]; then
  echo "$key" > "$HOME/key-path"
  python3 -c 'import os,sys; print(oct(os.stat(sys.argv[1]).st_mode & 0o777))' "$key" > "$HOME/key-mode"
  cp "$key" "$HOME/key-seen"
fi
exec sh -c "$last"
"#;

/// The container of an OpenSSH key, with no key in it.
const KEY: &str = concat!(
    "-----BEGIN OPENSSH PRIVATE KEY-----\n",
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAEG5vdCBhIHB1Ym\n",
    "xpYyBrZXkAAAAsbm90IGEgcHJpdmF0ZSBrZXksIGJ1dCBhIHNlY3JldCBhbGwgdGhlIHNhbWU=\n",
    "-----END OPENSSH PRIVATE KEY-----"
);

const LAST_LINE: &str = "xpYyBrZXkAAAAsbm90IGEgcHJpdmF0ZSBrZXksIGJ1dCBhIHNlY3JldCBhbGwgdGhlIHNhbWU=";

/// A world whose repository is reached over ssh. Argo CD's part can't do that, so there is none.
async fn over_ssh(vault: bool) -> World {
    let world = World::of(Options { vault, argocd: false, ..options() }).await;
    let url = url(&world);
    world.set("repo_url", &url);
    let mut expected = world.sandbox.expected();
    expected.repo_urls.push(url);
    world.sandbox.git.commit(PRIVATE, &[expected.file()], "over ssh").await.unwrap();
    let ssh = script(&world, "ssh.sh", STAND_IN);
    configure_git(&world, &format!("[core]\n\tsshCommand = {ssh}"));
    world
}

fn url(world: &World) -> String {
    format!("ssh://git@git.example.test{}", world.sandbox.git.folder(PRIVATE).display())
}

fn at_home(world: &World, name: &str) -> String {
    fs_err::read_to_string(world.sandbox.home().join(name)).unwrap().trim_end().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_from_vault_clones_and_goes_to_argo_cd_and_leaves_no_file() {
    let test = "a_key_from_vault_clones_and_goes_to_argo_cd_and_leaves_no_file";
    if sandbox::vault_left_out(test) {
        return;
    }
    let world = over_ssh(true).await;
    vault(&world).kv_put("gitops/ssh", json!({"sshPrivateKey": KEY.replace('\n', "\\r\\n")})).await.unwrap();
    let run = world.command(&["run", "demo"]).env("GITOPS_REPO_VAULT_PATH", "gitops/ssh");
    run.secret(LAST_LINE).ran().await.exits(0);

    let arguments = at_home(&world, "ssh-arguments");
    for wanted in ["BatchMode=yes", "IdentitiesOnly=yes", "git@git.example.test"] {
        assert!(arguments.lines().any(|argument| argument == wanted), "{wanted} in {arguments}");
    }
    assert!(!arguments.contains("UserKnownHostsFile") && !arguments.contains("StrictHostKeyChecking"));
    assert_eq!(at_home(&world, "key-mode"), "0o600");
    assert_eq!(at_home(&world, "key-seen"), KEY);
    let path = at_home(&world, "key-path");
    assert!(!path.contains("/.work/"), "{path}");
    assert!(!std::path::Path::new(&path).exists(), "{path} is still there");

    let mut held = secret(&world, "gitops-repo").await.unwrap();
    assert_eq!(held.remove("sshPrivateKey").unwrap().trim_end(), KEY);
    let url = url(&world);
    let rest = [("type", "git"), ("url", url.as_str())];
    let rest: BTreeMap<_, _> = rest.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    assert_eq!(held, rest);
    assert_eq!(world.trace()["credentials"]["source"], "vault");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_the_users_own_ssh_clones_and_argo_cd_is_said_to_have_none() {
    let world = over_ssh(false).await;
    world.run(&["run", "demo"]).await.exits(0).says(&[&format!("Argo CD has no key for {}", url(&world))]);
    let arguments = at_home(&world, "ssh-arguments");
    assert!(arguments.contains("BatchMode=yes") && !arguments.lines().any(|argument| argument == "-i"));
    assert_eq!(secret(&world, "gitops-repo").await, None);
    assert_eq!(world.steps()["repo-creds"], "skipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ssh_that_is_refused_says_what_it_said() {
    let world = over_ssh(false).await;
    script(&world, "ssh.sh", "echo 'git@git.example.test: Permission denied (publickey).' >&2; exit 255");
    let says = ["GIT-017", "Permission denied (publickey)", "ssh agent or Vault"];
    crate::support::assert::refused(&world, world.command(&["run", "demo"]), &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_a_passphrase_is_named_before_the_first_write() {
    let test = "a_key_with_a_passphrase_is_named_before_the_first_write";
    if sandbox::vault_left_out(test) {
        return;
    }
    let world = over_ssh(true).await;
    let key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAAAAAAAEAAAAQbm90IGEgcHVibGljIGtl\neQAAACxub3QgYSBwcml2YXRlIGtleSwgYnV0IGEgc2VjcmV0IGFsbCB0aGUgc2FtZQ==\n-----END OPENSSH PRIVATE KEY-----\n";
    vault(&world).kv_put("gitops/ssh", json!({ "sshPrivateKey": key })).await.unwrap();
    let check = world.command(&["check", "demo"]).env("GITOPS_REPO_VAULT_PATH", "gitops/ssh");
    check.ran().await.says(&["an SSH key with a passphrase", "ssh-keygen -p -N '' -f FILE"]);
}
