use std::path::Path;

use advice::Diagnostic as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cluster_access::Kubeconfig;
use secret::ExposeSecret as _;
use tempfile::TempDir;

use crate::server::Pki;

/// A folder with a kubeconfig in it.
pub struct Folder(pub TempDir);

impl Folder {
    pub fn with(text: impl AsRef<[u8]>) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.file("kubeconfig", text);
        folder
    }

    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    pub fn path(&self) -> std::path::PathBuf {
        self.0.path().join("kubeconfig")
    }

    pub fn read(&self) -> Kubeconfig {
        Kubeconfig::read(&self.path()).unwrap()
    }
}

/// A kubeconfig with one of each, whose cluster has `cluster` and whose user has `user` (lines at their indent).
pub fn kubeconfig(cluster: &str, user: &str) -> String {
    let indent = |lines: &str| lines.lines().map(|line| format!("    {line}\n")).collect::<String>();
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: admin\nclusters:\n- name: demo\n  cluster:\n{}\
         contexts:\n- name: admin\n  context:\n    cluster: demo\n    user: admin\nusers:\n- name: admin\n  user:\n{}",
        indent(cluster),
        indent(user)
    )
}

const SERVER: &str = "server: https://api.demo.example.com:6443";

fn yaml(kubeconfig: &Kubeconfig) -> String {
    kubeconfig.to_yaml().expose_secret().to_owned()
}

/// The error of reading `text`, without the folder it lay in, and its hint.
fn refused(text: impl AsRef<[u8]>) -> String {
    let folder = Folder::with(text);
    error(&folder.path(), &folder)
}

fn error(file: &Path, folder: &Folder) -> String {
    let error = Kubeconfig::read(file).err().map(|error| {
        let source =
            std::error::Error::source(&error).map(|source| format!(": {source}")).unwrap_or_default();
        format!("{error}{source} / {}", error.hint().unwrap_or_default())
    });
    error
        .unwrap_or_default()
        .replace(&folder.0.path().display().to_string(), "DIR")
        .replace(" (os error 2)", "")
}

#[test]
fn a_token_is_kept_and_everything_has_its_own_line() {
    let folder = Folder::with(kubeconfig(SERVER, "token: sha256~abc"));
    insta::assert_snapshot!(yaml(&folder.read()), @r#"
    apiVersion: v1
    kind: Config
    clusters:
    - name: demo
      cluster:
        server: https://api.demo.example.com:6443
    contexts:
    - name: admin
      context:
        cluster: demo
        user: admin
    current-context: admin
    users:
    - name: admin
      user:
        token: sha256~abc
    "#);
}

#[test]
fn certificate_files_are_inlined_from_the_kubeconfigs_folder() {
    let pki = Pki::new("ca");
    let (certificate, key) = pki.client("admin");
    let cluster = format!("{SERVER}\ncertificate-authority: pki/ca.crt");
    let folder = Folder::with(kubeconfig(&cluster, "client-certificate: pki/me.crt\nclient-key: pki/me.key"));
    folder.file("pki/ca.crt", pki.pem());
    folder.file("pki/me.crt", &certificate);
    folder.file("pki/me.key", &key);
    let read = folder.read();
    assert_eq!(read.ca_pem().unwrap(), pki.pem().into_bytes());
    let written = yaml(&read);
    assert!(
        written.contains(&format!("client-certificate-data: {}\n", STANDARD.encode(&certificate))),
        "{written}"
    );
    assert!(written.contains(&format!("client-key-data: {}\n", STANDARD.encode(&key))), "{written}");
    assert!(!written.contains("pki/"), "{written}");
}

#[test]
fn what_is_written_reads_back_the_same() {
    let pki = Pki::new("ca");
    let (certificate, key) = pki.client("admin");
    let cluster = format!(
        "{SERVER}\ncertificate-authority-data: {}\nproxy-url: http://proxy:3128\ntls-server-name: kubernetes",
        STANDARD.encode(pki.pem())
    );
    let user = format!(
        "client-certificate-data: {}\nclient-key-data: {}\nas: someone\nas-groups: [a, 'no']",
        STANDARD.encode(certificate),
        STANDARD.encode(key)
    );
    let once = yaml(&Folder::with(kubeconfig(&cluster, &user)).read());
    let twice = yaml(&Folder::with(&once).read());
    assert_eq!(once, twice);
    assert!(once.lines().all(|line| !line.contains(['{', '>', '|'])), "{once}");
}

#[test]
fn a_token_file_stays_a_file_and_its_path_becomes_absolute() {
    let folder = Folder::with(kubeconfig(SERVER, "tokenFile: run/token"));
    let wanted = format!("tokenFile: {}\n", folder.0.path().join("run/token").display());
    assert!(yaml(&folder.read()).contains(&wanted));
}

#[test]
fn an_exec_plugin_stays_whole_and_its_path_becomes_absolute() {
    let plugin = "exec:\n  apiVersion: client.authentication.k8s.io/v1\n  command: ./bin/login\n  args: [get, token]\n  \
                  env:\n  - name: AWS_PROFILE\n    value: demo\n  installHint: brew install login\n  \
                  interactiveMode: IfAvailable\n  provideClusterInfo: true\n  itsOwn: {deep: [1, two]}";
    let folder = Folder::with(kubeconfig(SERVER, plugin));
    let written = yaml(&folder.read()).replace(&folder.0.path().display().to_string(), "DIR");
    insta::assert_snapshot!(written.split_once("exec:").unwrap().1, @r#"
    apiVersion: client.authentication.k8s.io/v1
    args:
    - get
    - token
    command: DIR/bin/login
    env:
    - name: AWS_PROFILE
      value: demo
    installHint: brew install login
    interactiveMode: IfAvailable
    itsOwn:
      deep:
      - 1
      - two
    provideClusterInfo: true
    "#);
}

#[test]
fn an_exec_plugin_on_path_stays_a_name() {
    let folder = Folder::with(kubeconfig(SERVER, "exec:\n  command: aws-iam-authenticator"));
    assert!(yaml(&folder.read()).contains("command: aws-iam-authenticator\n"));
}

#[test]
fn a_user_and_password_are_kept() {
    let written = yaml(&Folder::with(kubeconfig(SERVER, "username: kubeadmin\npassword: 'a: b'")).read());
    assert!(written.contains("username: kubeadmin\n") && written.contains("password: \"a: b\""), "{written}");
}

const TWO_CONTEXTS: &str = "clusters:\n- name: a\n  cluster: {server: https://a}\n- name: b\n  cluster: {server: https://b}\n\
    contexts:\n- name: a\n  context: {cluster: a, user: u}\n- name: b\n  context: {cluster: b, user: u}\n\
    users:\n- name: u\n  user: {token: t}\n";

#[test]
fn of_several_contexts_the_current_one_counts_and_the_others_go() {
    let read = Folder::with(format!("{TWO_CONTEXTS}current-context: b\n")).read();
    assert_eq!((read.context(), read.server()), ("b", "https://b"));
    assert!(!yaml(&read).contains("https://a"));
}

#[test]
fn of_several_contexts_none_is_guessed() {
    insta::assert_snapshot!(refused(TWO_CONTEXTS), @r"
    read the kubeconfig DIR/kubeconfig: it has several contexts, and no current-context / choose one of a, b:
    kubectl config use-context NAME --kubeconfig DIR/kubeconfig
    ");
    insta::assert_snapshot!(refused(format!("{TWO_CONTEXTS}current-context: c\n")), @r"
    read the kubeconfig DIR/kubeconfig: its current-context c is not among its contexts / choose one of a, b:
    kubectl config use-context NAME --kubeconfig DIR/kubeconfig
    ");
}

#[test]
fn a_sole_context_counts_without_being_current() {
    let text = kubeconfig(SERVER, "token: t").replace("current-context: admin\n", "current-context: \"\"\n");
    assert_eq!(Folder::with(text).read().context(), "admin");
}

#[test]
fn skipping_verification_is_kept_and_warned_of() {
    let read =
        Folder::with(kubeconfig(&format!("{SERVER}\ninsecure-skip-tls-verify: true"), "token: t")).read();
    assert!(yaml(&read).contains("insecure-skip-tls-verify: true\n"));
    insta::assert_snapshot!(read.warnings().join("\n"), @"the kubeconfig sets insecure-skip-tls-verify: whoever answers at https://api.demo.example.com:6443 is believed");
}

#[test]
fn a_missing_an_empty_and_a_foreign_file_are_told_apart() {
    let folder = Folder::with("");
    insta::assert_snapshot!(error(&folder.0.path().join("no"), &folder), @r"
    read the kubeconfig: failed to open file `DIR/no`: No such file or directory / name another file with --kubeconfig FILE, or see what is there, then run again:
    ls -la DIR
    ");
    insta::assert_snapshot!(refused(" \n\t\n"), @"read the kubeconfig DIR/kubeconfig: it is empty / take a fresh one (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
    insta::assert_snapshot!(refused("clusters:\n- name: [\n"), @"read the kubeconfig DIR/kubeconfig: it is no kubeconfig: its YAML can't be read at line 2, column 9 / take a fresh one (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
    insta::assert_snapshot!(refused(b"\xff\x00k"), @"read the kubeconfig DIR/kubeconfig: it is no kubeconfig: it is neither UTF-8 nor UTF-16 text / take a fresh one (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
    insta::assert_snapshot!(refused("hello: world\n"), @"read the kubeconfig DIR/kubeconfig: it is no kubeconfig: it has neither clusters nor contexts / take a fresh one (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
    insta::assert_snapshot!(refused("kind: Secret\nclusters: []\n"), @"read the kubeconfig DIR/kubeconfig: it is no kubeconfig: its kind is not Config / take a fresh one (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
    insta::assert_snapshot!(refused("apiVersion: v1\nkind: Config\nclusters: null\ncontexts: null\n"), @"read the kubeconfig DIR/kubeconfig: it is no kubeconfig: it has neither clusters nor contexts / take a fresh one (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
}

#[test]
fn a_file_without_end_ends() {
    let bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned()
        + &('b'..='l').map(|name| {
            let before = char::from(name as u8 - 1);
            format!("{name}: &{name} [*{before}, *{before}, *{before}, *{before}, *{before}, *{before}, *{before}]\n")
        }).collect::<String>();
    assert!(refused(bomb).contains("it is no kubeconfig"));
    assert!(refused(vec![b'#'; 9 << 20]).contains("larger than 8 MiB"));
}

#[test]
fn missing_parts_are_named() {
    insta::assert_snapshot!(refused(kubeconfig("tls-server-name: x", "token: t")), @"read the kubeconfig DIR/kubeconfig: its cluster demo has no server / correct the part that is named, or take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
    for server in ["https://api.example.com/?token=S3cret", "https://api.example.com#S3cret", "api?S3cret"] {
        let told = refused(kubeconfig(&format!("server: {server:?}"), "token: t"));
        assert!(told.contains("its server") && !told.contains("S3cret"), "{told}");
    }
    insta::assert_snapshot!(refused(kubeconfig("server: api.example.com", "token: t")), @"read the kubeconfig DIR/kubeconfig: its server is no URL: api.example.com / correct the part that is named, or take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
    insta::assert_snapshot!(refused(kubeconfig(SERVER, "token: t").replace("name: demo", "name: other")), @"read the kubeconfig DIR/kubeconfig: its context admin names the cluster demo, which is not in it / correct the part that is named, or take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
    insta::assert_snapshot!(refused(kubeconfig(SERVER, "token: t").replace("    user: admin", "    user: me")), @"read the kubeconfig DIR/kubeconfig: its context admin names the user me, who is not in it / correct the part that is named, or take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
    insta::assert_snapshot!(refused(kubeconfig(SERVER, "client-certificate: me.crt\nclient-key: me.key")), @"read the client certificate that the kubeconfig DIR/kubeconfig names: failed to open file `DIR/me.crt`: No such file or directory / files in a kubeconfig are looked for from its own folder: was it copied without them?");
    insta::assert_snapshot!(refused(kubeconfig(SERVER, "client-key-data: c2VjcmV0LWtleQ==")), @"read the kubeconfig DIR/kubeconfig: it has a client-key without its client-certificate / correct the part that is named, or take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
    insta::assert_snapshot!(refused(kubeconfig(&format!("{SERVER}\ncertificate-authority-data: '%%%'"), "token: t")), @"read the kubeconfig DIR/kubeconfig: its certificate-authority-data is not base64 / correct the part that is named, or take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
    insta::assert_snapshot!(refused(kubeconfig(&format!("{SERVER}\ncertificate-authority-data: aGVsbG8="), "token: t")), @"read the kubeconfig DIR/kubeconfig: its certificate-authority is no PEM of the right kind / correct the part that is named, or take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
    insta::assert_snapshot!(refused(kubeconfig(SERVER, "auth-provider:\n  name: gcp")), @"read the kubeconfig DIR/kubeconfig: its user admin has the auth-provider gcp, which Kubernetes' clients no longer know: use an exec plugin or a token / correct the part that is named, or take a fresh kubeconfig (`oc login`, or the installer's auth/kubeconfig) with --kubeconfig FILE");
}

#[test]
fn no_error_shows_a_value() {
    for text in [
        kubeconfig(SERVER, "token: [hunter22]"),
        kubeconfig(SERVER, "password: hunter22\ntoken: \"hunter22"),
        kubeconfig(SERVER, "client-key-data: hunter22"),
        kubeconfig("server: https://me:hunter22@api.example.com", "token: t"),
    ] {
        let said = refused(&text);
        assert!(!said.is_empty() && !said.contains("hunter22"), "{said}");
    }
}

#[test]
fn debug_shows_no_secret_and_the_mask_gets_every_one() {
    let plugin = "token: hunter22-token\npassword: hunter22-password\nusername: me\nexec:\n  command: x\n  \
                  env:\n  - {name: AWS_SECRET_ACCESS_KEY, value: hunter22-env}\n  - {name: AWS_REGION, value: eu-west-1}";
    let read =
        Folder::with(kubeconfig(&format!("{SERVER}\nproxy-url: http://u:hunter22-proxy@p:1"), plugin)).read();
    insta::assert_snapshot!(format!("{read:?}"), @r#"Kubeconfig(context "admin", server "https://api.demo.example.com:6443", [redacted])"#);
    let secrets: Vec<String> = read.secrets().iter().map(|it| it.expose_secret().to_owned()).collect();
    assert_eq!(secrets, ["hunter22-token", "hunter22-password", "hunter22-env", "hunter22-proxy"]);
}

#[test]
fn the_mask_gets_what_the_token_file_holds() {
    let folder = Folder::with(kubeconfig(SERVER, "tokenFile: token"));
    assert_eq!(folder.read().secrets().len(), 0);
    fs_err::write(folder.0.path().join("token"), "hunter22-in-a-file\n").unwrap();
    let secrets: Vec<String> =
        folder.read().secrets().iter().map(|it| it.expose_secret().to_owned()).collect();
    assert_eq!(secrets, ["hunter22-in-a-file"]);
}

#[test]
fn the_end_of_a_client_certificate_is_known_and_held_against_the_clock() {
    let pki = Pki::new("ca");
    let (certificate, key) = pki.client_until("admin", 2031);
    let user = format!(
        "client-certificate-data: {}\nclient-key-data: {}",
        STANDARD.encode(certificate),
        STANDARD.encode(key)
    );
    let read = Folder::with(kubeconfig(SERVER, &user)).read();
    assert!(read.check_validity("2030-12-31T23:59:59Z".parse().unwrap()).is_ok());
    let expired = read.check_validity("2031-01-01T00:00:01Z".parse().unwrap());
    insta::assert_snapshot!(expired.unwrap_err(), @"use the kubeconfig: its client certificate has expired: it was valid until 2031-01-01T00:00:00Z");
}

#[test]
fn the_same_cluster_is_recognised_by_server_and_authority() {
    let (one, other) = (Pki::new("one"), Pki::new("other"));
    let read = |server: &str, pki: &Pki| {
        let cluster = format!("server: {server}\ncertificate-authority-data: {}", STANDARD.encode(pki.pem()));
        Folder::with(kubeconfig(&cluster, "token: t")).read()
    };
    let base = read("https://api.example.com", &one);
    assert!(base.same_cluster(&read("https://API.example.com:443/", &one)));
    assert!(!base.same_cluster(&read("https://api.example.com", &other)));
    assert!(!base.same_cluster(&read("https://api.example.com:6443", &one)));
}

#[test]
fn the_encodings_that_kubectl_takes_are_read() {
    let text = kubeconfig(SERVER, "token: sha256~abc");
    let utf16 = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect()
    };
    let expect = yaml(&Folder::with(&text).read());
    for bytes in [format!("\u{feff}{text}").into_bytes(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
        assert_eq!(yaml(&Folder::with(bytes).read()), expect);
    }
}

#[test]
fn a_client_key_with_a_passphrase_is_named() {
    let pki = Pki::new("ca");
    let (certificate, key) = pki.client("admin");
    let folder = Folder::with(kubeconfig(SERVER, "client-certificate: me.crt\nclient-key: me.key"));
    folder.file("me.crt", &certificate);
    let of_old = key.replacen('\n', "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n", 1);
    for key in [of_old, key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")] {
        folder.file("me.key", key);
        let said = error(&folder.path(), &folder);
        assert!(said.contains("its client-key has a passphrase"), "{said}");
    }
}
