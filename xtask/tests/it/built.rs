//! `scripts/built.sh`: what is built starts without cargo until something changes. With a stand-in for cargo that counts
//! how often it is called, in a checkout of a few files.

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;
use xtask::command::{command, root};

/// Builds into the folder that cargo would: the environment's, the configuration's, or `target`.
const CARGO: &str = r#"#!/bin/sh
echo "$*" >>"$CALLS"
echo "   Compiling bitiq-bootstrap" >&2
[ ! -e broken ] || exit 101
configured="$(sed -n 's/^target-dir = "\(.*\)"/\1/p' .cargo/config.toml)"
target="${CARGO_TARGET_DIR:-${configured:-$PWD/target}}"
mkdir -p "$target/release"
for name in bitiq-bootstrap xtask; do
  case "$*" in *"--package $name"*) ;; *) continue ;; esac
  printf '#!/bin/sh\necho "%s: $*"\nexit 4\n' "$name" >"$target/release/$name"
  chmod +x "$target/release/$name"
  echo "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"$name\"},\"executable\":\"$target/release/$name\"}"
done
"#;

struct Checkout {
    folder: TempDir,
}

impl Checkout {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let checkout = Self { folder };
        for name in ["built.sh", "bitiq-bootstrap.sh"] {
            let text = fs_err::read_to_string(root().join("scripts").join(name)).unwrap();
            checkout.write(&format!("scripts/{name}"), &text);
            checkout.executable(&format!("scripts/{name}"));
        }
        for file in
            ["Cargo.toml", "Cargo.lock", "crates/a/src/lib.rs", "crates/a/src/b.rs", "xtask/src/main.rs"]
        {
            checkout.write(file, "");
        }
        checkout.write(".cargo/config.toml", "");
        checkout.write("bin/cargo", CARGO);
        checkout.executable("bin/cargo");
        checkout
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    fn executable(&self, file: &str) {
        fs_err::set_permissions(self.path(file), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// As if it were changed in a while: clocks of file systems may be slow.
    fn touch(&self, file: &str) {
        let file = std::fs::File::options().read(true).open(self.path(file)).unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(5)).unwrap();
    }

    /// A file that was just written can't be started while a process that another test began still holds it open.
    fn run(&self, script: &str, arguments: &[&str], env: &[(&str, &str)]) -> Output {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            match self.run_once(script, arguments, env) {
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy && Instant::now() < until => {}
                Ok(output) if text(&output.stderr).contains("Text file busy") && Instant::now() < until => {}
                ended => return ended.unwrap(),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn run_once(&self, script: &str, arguments: &[&str], env: &[(&str, &str)]) -> std::io::Result<Output> {
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        command(self.path("scripts").join(script).to_str().unwrap())
            .args(arguments)
            .current_dir("/")
            .env_clear()
            .envs([("PATH", path.as_str()), ("HOME", self.path("home").to_str().unwrap())])
            .env("CALLS", self.path("calls"))
            .envs(env.iter().copied())
            .output()
    }

    /// How often cargo was called so far.
    fn calls(&self) -> usize {
        fs_err::read_to_string(self.path("calls")).map_or(0, |text| text.lines().count())
    }

    /// Runs the program, which is there then.
    #[track_caller]
    fn starts(&self, env: &[(&str, &str)], calls: usize) -> String {
        let output = self.run("bitiq-bootstrap.sh", &["status", "a b"], env);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(
            (stdout.as_str(), output.status.code()),
            ("bitiq-bootstrap: status a b\n", Some(4)),
            "{stderr}"
        );
        assert_eq!(self.calls(), calls, "{stderr}");
        stderr
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn it_is_built_once_and_then_starts_without_cargo() {
    let checkout = Checkout::new();
    let said = checkout.starts(&[], 1);
    assert_eq!(said.matches("building bitiq-bootstrap").count(), 1, "{said}");
    assert!(said.contains("Compiling"), "{said}");
    assert_eq!(checkout.starts(&[], 1), "");
    fs_err::remove_file(checkout.path("bin/cargo")).unwrap();
    assert_eq!(checkout.starts(&[], 1), "");
}

#[test]
fn whatever_changed_it_is_built_again() {
    let checkout = Checkout::new();
    checkout.starts(&[], 1);
    let mut calls = 1;
    for file in ["crates/a/src/lib.rs", "Cargo.toml", "Cargo.lock", ".cargo/config.toml"] {
        checkout.touch(file);
        calls += 1;
        checkout.starts(&[], calls);
        // Until its time has come it counts as changed.
        std::fs::File::open(checkout.path(file)).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }
    checkout.starts(&[], calls);
}

#[test]
fn a_file_that_went_and_one_that_came_count_as_changed() {
    let checkout = Checkout::new();
    checkout.starts(&[], 1);
    std::thread::sleep(Duration::from_millis(20));
    fs_err::remove_file(checkout.path("crates/a/src/b.rs")).unwrap();
    checkout.starts(&[], 2);
    std::thread::sleep(Duration::from_millis(20));
    checkout.write("crates/a/src/c.rs", "");
    checkout.starts(&[], 3);
    fs_err::remove_file(checkout.path("Cargo.lock")).unwrap();
    checkout.starts(&[], 4);
}

#[test]
fn a_program_that_is_gone_is_built_again() {
    let checkout = Checkout::new();
    checkout.starts(&[], 1);
    fs_err::remove_file(checkout.path("target/release/bitiq-bootstrap")).unwrap();
    checkout.starts(&[], 2);
}

#[test]
fn the_folder_of_the_environment_is_used() {
    let checkout = Checkout::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let env = [("CARGO_TARGET_DIR", elsewhere.path().to_str().unwrap())];
    checkout.starts(&env, 1);
    assert!(elsewhere.path().join("release/bitiq-bootstrap").is_file());
    assert!(!checkout.path("target").exists());
    checkout.starts(&env, 1);
    checkout.starts(&[], 2);
    checkout.starts(&env, 2);
}

#[test]
fn the_folder_of_the_configuration_is_used() {
    let checkout = Checkout::new();
    let elsewhere = tempfile::tempdir().unwrap();
    checkout.write(".cargo/config.toml", &format!("target-dir = \"{}\"\n", elsewhere.path().display()));
    checkout.starts(&[], 1);
    assert!(elsewhere.path().join("release/bitiq-bootstrap").is_file());
    checkout.starts(&[], 1);
}

#[test]
fn a_copy_of_the_checkout_runs_its_own_program() {
    let (checkout, copy) = (Checkout::new(), Checkout::new());
    checkout.starts(&[], 1);
    fs_err::create_dir_all(copy.path("target")).unwrap();
    let stamp = "target/bitiq-bootstrap.built";
    fs_err::copy(checkout.path(stamp), copy.path(stamp)).unwrap();
    copy.touch(stamp);
    copy.starts(&[], 1);
}

#[test]
fn without_cargo_it_is_said_what_to_do() {
    let checkout = Checkout::new();
    fs_err::remove_file(checkout.path("bin/cargo")).unwrap();
    let output = checkout.run("bitiq-bootstrap.sh", &["status"], &[]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("no cargo on PATH") && said.contains("next"), "{said}");
}

#[test]
fn a_program_of_ones_own_is_advised_where_it_helps() {
    let checkout = Checkout::new();
    checkout.write("broken", "");
    let advised = |name: &str| {
        let output = checkout.run("built.sh", &[name], &[]);
        assert_eq!(output.status.code(), Some(3));
        let said = text(&output.stderr);
        assert!(said.contains("next mend that"), "{said}");
        said.contains("export BITIQ_BOOTSTRAP=FILE")
    };
    assert!(advised("bitiq-bootstrap"));
    assert!(!advised("xtask"), "nothing stands for the errands");
    fs_err::remove_file(checkout.path("broken")).unwrap();
    fs_err::remove_file(checkout.path("bin/cargo")).unwrap();
    checkout.write("own", "#!/bin/sh\necho mine\n");
    checkout.executable("own");
    let own = checkout.path("own");
    let output = checkout.run("bitiq-bootstrap.sh", &[], &[("BITIQ_BOOTSTRAP", own.to_str().unwrap())]);
    assert_eq!(text(&output.stdout), "mine\n", "{}", text(&output.stderr));
}

#[test]
fn a_build_that_fails_starts_nothing_old() {
    let checkout = Checkout::new();
    checkout.starts(&[], 1);
    checkout.touch("crates/a/src/lib.rs");
    checkout.write("broken", "");
    let output = checkout.run("bitiq-bootstrap.sh", &["status"], &[]);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(3), ""));
    assert!(text(&output.stderr).contains("could not build"), "{}", text(&output.stderr));
}

#[test]
fn the_errands_are_built_together_with_the_program() {
    let checkout = Checkout::new();
    let built = |name: &str| {
        let output = checkout.run("built.sh", &[name], &[]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(Path::new(text(&output.stdout).trim_end()).ends_with(format!("release/{name}")));
    };
    built("xtask");
    built("bitiq-bootstrap");
    assert_eq!(checkout.calls(), 1);
    checkout.touch("crates/a/src/lib.rs");
    built("bitiq-bootstrap");
    let calls = fs_err::read_to_string(checkout.path("calls")).unwrap();
    assert!(calls.lines().all(|call| call.contains("--package xtask")), "{calls}");
}
