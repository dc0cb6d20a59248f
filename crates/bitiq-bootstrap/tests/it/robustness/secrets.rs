//! No secret is where it does not belong: not in the output, not in the cluster but in its Secrets, not in `.work/`.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sandbox::faults::Fault;
use serde_json::json;

use crate::support::home::script;
use crate::support::objects::{NAMESPACE, decoded, object};
use crate::support::process::Ran;
use crate::support::sandbox::{World, vault};

/// All that must be seen nowhere.
async fn known_secrets(world: &World) -> Vec<String> {
    let mut secrets = world.secrets();
    secrets.push(world.sandbox.git.token());
    let path = format!("/api/v1/namespaces/{NAMESPACE}/secrets/vault-token-reviewer");
    secrets.extend(object(world, &path).await.map(|secret| decoded(&secret["data"]["token"])));
    secrets
}

/// A secret as it may be written: raw, base64 (whatever stands before it), URL-encoded, in JSON.
fn forms(secret: &str) -> Vec<String> {
    let mut forms =
        vec![secret.to_owned(), url_encoded(secret), json!(secret).to_string().trim_matches('"').to_owned()];
    for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        for before in 0..3 {
            let text = engine.encode([&b"\0\0"[..before], secret.as_bytes()].concat());
            // the first and the last characters depend on what stands beside it
            let end = text.len() - usize::from(!(before + secret.len()).is_multiple_of(3));
            forms.push(text[[0, 2, 3][before]..end].to_owned());
        }
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

fn url_encoded(text: &str) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn holds(bytes: &[u8], form: &str) -> bool {
    bytes.windows(form.len()).any(|window| window == form.as_bytes())
}

/// Every place with a secret that has no business there.
async fn leaks(world: &World, ran: &[Ran]) -> Vec<String> {
    let forms: Vec<String> = known_secrets(world).await.iter().flat_map(|secret| forms(secret)).collect();
    let mut places: Vec<(String, Vec<u8>)> = Vec::new();
    for (number, ran) in ran.iter().enumerate() {
        places.push((format!("output {number}"), format!("{}\n{}", ran.stdout, ran.stderr).into_bytes()));
    }
    for mut object in world.sandbox.cluster.objects().await.unwrap() {
        let (kind, name) = (object["kind"].clone(), object["metadata"]["name"].clone());
        if kind == "Secret" {
            object.as_object_mut().unwrap().remove("data");
        }
        places.push((format!("{kind} {name}"), object.to_string().into_bytes()));
    }
    files(&world.sandbox.work(), &mut places);
    let leaky = |(_, bytes): &&(String, Vec<u8>)| forms.iter().any(|form| holds(bytes, form));
    places.iter().filter(leaky).map(|(place, _)| place.clone()).collect()
}

/// All files but the kubeconfig and what is the installer's.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with(".work/kubeconfig") || path.ends_with(".work/installer") {
            continue;
        }
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), fs_err::read(&path).unwrap()));
        }
    }
}

/// A run with these switches of the script and flags ends so, and leaves no secret anywhere.
async fn check(test: &str, script: &str, flags: &[&str], code: i32) {
    let Some(world) = World::with_vault(test).await else { return };
    let run = world.command(&[&["run", "demo"], flags].concat()).env("SANDBOX_SCRIPT", script);
    let run = run.env("RUST_LOG", "trace");
    let ran = [
        run.ran().await.exits(code),
        world.run(&["trace", "demo"]).await,
        world.run(&["plan", "demo"]).await,
    ];
    for requests in ["cluster_access::stack: answer", "vault_access::sender: answer"] {
        assert!(ran[0].stderr.contains(requests), "{}", ran[0].stderr);
    }
    assert_eq!(leaks(&world, &ran).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_succeeds_leaves_no_secret_anywhere() {
    check("a_run_that_succeeds_leaves_no_secret_anywhere", "", &["--vault-role", "gitops-sno"], 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_prints_the_login_and_fails_leaves_no_secret_anywhere() {
    let test = "a_script_that_prints_the_login_and_fails_leaves_no_secret_anywhere";
    check(test, "login,split-login,fail=3", &[], 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_fails_leaves_no_secret_anywhere() {
    check("a_proof_that_fails_leaves_no_secret_anywhere", "", &["--vault-role", "nobodys"], 1).await;
}

/// Vault or the Git host answers with all it was sent; the run is refused, and nobody repeats it.
async fn check_echo(test: &str, status: u16, of_vault: bool, path: &str) {
    let Some(world) = World::with_vault(test).await else { return };
    let (username, password) = world.sandbox.git.login();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{username}:{password}"));
    let token = vault(&world).root_token();
    let said =
        json!({"errors": [format!("{token} {basic} {password} {}", url_encoded(&password))]}).to_string();
    let faults = if of_vault { vault(&world).faults() } else { world.sandbox.git.faults() };
    faults.add(Fault::status(status, said).contains(path));
    let mut ran = Vec::new();
    for command in [["run", "demo"], ["plan", "demo"], ["repo-creds", "demo"]] {
        let run = world.command(&[&command[..], &["-o", "json"]].concat());
        // else nobody but Vault would know the login that the answer holds
        let run = run.env("GITOPS_REPO_USERNAME", &username).env("GITOPS_REPO_PASSWORD", &password);
        ran.push(run.ran().await.exits(3).says(&["***"]));
    }
    assert_eq!(leaks(&world, &ran).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_repeats_the_token_is_not_repeated() {
    check_echo("a_vault_that_repeats_the_token_is_not_repeated", 500, true, "lookup-self").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_git_host_that_repeats_the_login_is_not_repeated() {
    check_echo("a_git_host_that_repeats_the_login_is_not_repeated", 403, false, "/info/refs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_argument_list_holds_a_secret_and_the_script_gets_none() {
    let test = "no_argument_list_holds_a_secret_and_the_script_gets_none";
    let Some(world) = World::with_vault(test).await else { return };
    let spied = world.sandbox.home().join("spied");
    // Whatever the run starts goes by PATH: `git` and `python3` are looked at on their way.
    let spy = "for file in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < \"$file\" 2>/dev/null; echo; done >> \"$HOME/spied\"\nenv >> \"$HOME/spied\"";
    let python = script(&world, "python3", &format!("{spy}\nPATH=\"$REAL_PATH\" exec python3 \"$@\""));
    let home = Path::new(&python).parent().unwrap().to_string_lossy().into_owned();
    let path = world.sandbox.env().into_iter().find(|(name, _)| name == "PATH").unwrap().1;
    let run = world.command(&["run", "demo"]).env("REAL_PATH", &path).env("PATH", &format!("{home}:{path}"));
    run.ran().await.exits(0);
    let seen = fs_err::read(spied).unwrap();
    assert!(holds(&seen, "bitiq-bootstrap"), "it saw the run itself");
    for secret in known_secrets(&world).await {
        assert!(forms(&secret).iter().all(|form| !holds(&seen, form)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_leak_is_found_wherever_it_lies() {
    let Some(world) = World::with_vault("a_planted_leak_is_found_wherever_it_lies").await else { return };
    world.run(&["run", "demo"]).await.exits(0);
    assert_eq!(leaks(&world, &[]).await, Vec::<String>::new());
    let secrets = known_secrets(&world).await;
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let planted = [
        secrets[0].clone(),
        encode(&format!("x{}y", secrets[1])),
        url_encoded(&secrets[1]),
        encode(&secrets[3]),
    ];
    for (number, text) in planted.iter().enumerate() {
        let file = world.sandbox.work().join("runs").join(format!("planted-{number}"));
        fs_err::write(&file, format!("some{text}thing")).unwrap();
        assert_eq!(leaks(&world, &[]).await, [file.display().to_string()]);
        fs_err::remove_file(file).unwrap();
    }
    let path = format!("/api/v1/namespaces/{NAMESPACE}/secrets/gitops-repo");
    let mut live = object(&world, &path).await.unwrap();
    live["metadata"]["annotations"]["planted"] = json!(format!("login={}", encode(&secrets[0])));
    world.sandbox.cluster.put(&live).await.unwrap();
    assert_eq!(leaks(&world, &[]).await, ["\"Secret\" \"gitops-repo\""]);
    let ran = Ran { code: 0, stdout: String::new(), stderr: format!("token {}", secrets[1]) };
    assert!(leaks(&world, &[ran]).await.contains(&"output 0".to_owned()));
}
