//! The obstacles between this machine and the Git host.

use advice::Diagnostic as _;
use std::time::Duration;

use gitops_clone::{GitError, Remote};
use sandbox::faults::Fault;
use sandbox::git_host::{File, GitHost, PRIVATE, PUBLIC};
use sandbox::programs::Programs;
use secret::RepoLogin;
use tokio_util::sync::CancellationToken;
use transport::{ProxyProblem, TlsProblem};

use crate::place::Place;

async fn refused(place: &Place, remote: &Remote) -> GitError {
    place.look_up(remote, "main").await.unwrap_err()
}

#[tokio::test]
async fn an_unknown_authority_is_recognized() {
    let mut place = Place::new().await;
    place.env.remove(&std::ffi::OsString::from("GIT_SSL_CAINFO"));
    let error = refused(&place, &place.remote(PRIVATE)).await;
    assert!(matches!(error, GitError::Tls { problem: TlsProblem::UnknownAuthority { .. }, .. }), "{error:?}");
    assert!(place.host.log().is_empty());
}

#[tokio::test]
async fn http_ssl_ca_info_is_used_where_its_url_fits() {
    let mut place = Place::new().await;
    place.env.remove(&std::ffi::OsString::from("GIT_SSL_CAINFO"));
    let commit = place.commit(PUBLIC, &[File::new("a", "1")]).await;
    let ca = place.host.ca_file().display().to_string();
    place.gitconfig(&format!("[http \"https://127.0.0.1:1\"]\n\tsslCAInfo = {ca}\n"));
    assert!(matches!(
        refused(&place, &place.remote(PUBLIC)).await,
        GitError::Tls { problem: TlsProblem::UnknownAuthority { .. }, .. }
    ));
    let scope = place.host.url(PUBLIC).replace("/public.git", "");
    place.gitconfig(&format!("[http \"{scope}\"]\n\tsslCAInfo = {ca}\n"));
    assert_eq!(place.look_up(&place.remote(PUBLIC), "main").await.unwrap().commit, commit);
}

#[tokio::test]
async fn http_ssl_verify_can_be_off() {
    let mut place = Place::new().await;
    place.env.remove(&std::ffi::OsString::from("GIT_SSL_CAINFO"));
    let commit = place.commit(PUBLIC, &[File::new("a", "1")]).await;
    place.gitconfig("[http]\n\tsslVerify = false\n");
    assert_eq!(place.look_up(&place.remote(PUBLIC), "main").await.unwrap().commit, commit);
}

#[tokio::test]
async fn a_ca_file_that_holds_no_certificate_is_recognized() {
    let mut place = Place::new().await;
    let file = place.home().join("ca.pem");
    fs_err::write(&file, "no certificate").unwrap();
    place.env.insert("GIT_SSL_CAINFO".into(), file.clone().into());
    let error = refused(&place, &place.remote(PRIVATE)).await;
    let expect = format!("read the CA certificates of `GIT_SSL_CAINFO` from {}: the file ", file.display());
    assert!(error.to_string().starts_with(&expect), "{error}");
}

#[tokio::test]
async fn a_missing_ca_file_is_reported_in_plain_words() {
    let mut place = Place::new().await;
    let folder = place.home().display().to_string();
    for (file, detail) in [("/nonexistent".to_owned(), "file not found"), (folder, "the path is a folder")] {
        place.env.insert("GIT_SSL_CAINFO".into(), file.clone().into());
        let error = refused(&place, &place.remote(PRIVATE)).await.to_string();
        assert!(error.ends_with(&format!("from {file}: {detail}")), "{error}");
    }
}

#[tokio::test]
async fn a_closed_port_is_recognized() {
    let place = Place::new().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = refused(&place, &place.remote_at(&format!("https://{free}/a.git"))).await;
    assert_eq!(error.to_string(), format!("reach {free}: connection refused"));
}

#[tokio::test]
async fn an_unknown_host_name_is_recognized() {
    let place = Place::new().await;
    let error = refused(&place, &place.remote_at("https://no-such-host.invalid/a.git")).await;
    assert_eq!(error.to_string(), "reach no-such-host.invalid: the host name does not resolve");
}

#[tokio::test]
async fn a_redirect_is_reported_and_no_login_follows_it() {
    let place = Place::new().await;
    let other = GitHost::start(&Programs::default()).await.unwrap();
    let to = other.url(PRIVATE).replace("/private.git", "");
    place.host.faults().add(Fault::redirect(&to));
    let error = refused(&place, &place.remote(PRIVATE)).await;
    let GitError::Redirected { to, .. } = &error else { panic!("{error}") };
    assert_eq!(to, &other.url(PRIVATE));
    assert!(other.log().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_no_git_is_recognized() {
    let place = Place::new().await;
    place.host.faults().add(Fault::status(200, "<html>welcome</html>"));
    let error = refused(&place, &place.remote(PRIVATE)).await;
    assert!(matches!(error, GitError::Page { status: 200, .. }), "{error}");
    place.host.faults().clear();
    place.host.faults().add(Fault::status(200, "welcome"));
    let error = refused(&place, &place.remote(PRIVATE)).await;
    assert!(matches!(error, GitError::NotGit { .. }), "{error}");
}

#[tokio::test]
async fn a_failing_host_is_reported_with_its_status() {
    let place = Place::new().await;
    place.host.faults().add(Fault::status(500, "broken"));
    let error = refused(&place, &place.remote(PRIVATE)).await;
    let url = place.host.url(PRIVATE);
    assert_eq!(error.to_string(), format!("read {url}: the host answers HTTP 500: broken"));
    assert_eq!(place.host.log().len(), 1);
}

#[tokio::test]
async fn a_busy_host_is_asked_a_few_times_and_reported_as_busy() {
    for (status, words) in [(429, "the host is busy"), (503, "the host is not available")] {
        let place = Place::new().await;
        place.host.faults().add(Fault::status(status, "try later"));
        let error = refused(&place, &place.remote(PRIVATE)).await;
        let url = place.host.url(PRIVATE);
        let begins = format!("read {url}: {words} (HTTP {status}) after 4 attempts in ");
        let text = error.to_string();
        assert!(text.starts_with(&begins) && text.ends_with(" s: try later"), "{text}");
        assert_eq!(place.host.log().len(), 4);
    }
}

#[tokio::test]
async fn a_host_that_is_busy_for_a_moment_is_no_failure_whatever_it_is_asked() {
    let place = Place::new().await;
    let commit = place.commit(PRIVATE, &[File::new("a", "1")]).await;
    for method in ["GET", "POST"] {
        place.host.faults().add(Fault::status(502, "<html>bad gateway</html>").method(method).times(2));
    }
    assert_eq!(place.fetch(&place.remote(PRIVATE), "main").await.unwrap().id(), commit);
}

#[tokio::test]
async fn a_cancelled_run_does_not_wait_for_a_busy_host() {
    let place = Place::new().await;
    place.host.faults().add(Fault::status(503, "later"));
    let retry = gitops_clone::Retry { pause: Duration::from_secs(50), ..Default::default() };
    let remote = Remote { retry, ..place.remote(PRIVATE) };
    let (main, stop) = (cluster_spec::RepoRef::parse("main").unwrap(), CancellationToken::new());
    let (found, ()) = tokio::join!(gitops_clone::look_up(&remote, &main, &stop), async {
        while place.host.log().is_empty() {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    });
    assert!(matches!(found.unwrap_err(), GitError::Stopped { .. }));
}

/// Starts a host on plain loopback http that gives this answer to each request.
async fn answering(answer: &'static str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a.git", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(client.read_u8().await.unwrap());
            }
            client.write_all(answer.replace('\n', "\r\n").as_bytes()).await.unwrap();
        }
    });
    url
}

#[tokio::test]
async fn a_sign_in_page_is_reported_as_a_page_with_and_without_a_login() {
    let place = Place::new().await;
    let url = answering(
        "HTTP/1.1 203 x\nContent-Type: text/html; charset=utf-8\nConnection: close\n\n<html><title>Sign In</title></html>",
    )
    .await;
    let expect =
        format!("read {url}: a web page answers in place of the Git host (HTTP 203, titled `Sign In`)");
    for login in [None, place.remote(PRIVATE).login] {
        let error = refused(&place, &Remote { login, ..place.remote_at(&url) }).await;
        assert_eq!(error.to_string(), expect);
        assert!(
            error.hint().unwrap().to_string().contains("/info/refs?service=git-upload-pack"),
            "{:?}",
            error.hint()
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_reported() {
    let place = Place::new().await;
    let url = answering(
        "HTTP/1.1 200 x\nContent-Type: application/x-git-upload-pack-advertisement\nContent-Length: 999\nConnection: close\n\n001e# ser",
    )
    .await;
    let error = refused(&place, &place.remote_at(&url)).await;
    assert!(matches!(error, GitError::Unreachable { .. }), "{error:?}");
}

/// The Content-Length is complete: only Git's own lines show that a part is missing.
#[tokio::test]
async fn an_advertisement_that_ends_too_early_is_reported_with_its_cause() {
    let place = Place::new().await;
    let url = answering(
        "HTTP/1.1 200 x\nContent-Type: application/x-git-upload-pack-advertisement\nContent-Length: 9\nConnection: close\n\n001e# ser",
    )
    .await;
    let error = refused(&place, &place.remote_at(&url)).await.to_string();
    assert!(error.contains(": the host's answer is incomplete; a proxy or load balancer"), "{error}");
}

#[tokio::test]
async fn an_error_of_the_protocol_is_repeated_without_the_login() {
    let place = Place::new().await;
    let url = answering(
        "HTTP/1.1 200 x\nContent-Type: Application/X-Git-Upload-Pack-Advertisement; charset=utf-8\nConnection: close\n\n002fERR the licence of hunter2-hunter2 has ended",
    )
    .await;
    let login = RepoLogin::Basic { username: "bob".to_owned(), password: "hunter2-hunter2".into() };
    let error = refused(&place, &Remote { login: Some(login), ..place.remote_at(&url) }).await.to_string();
    assert!(error.contains("the licence of") && !error.contains("hunter2"), "{error}");
}

/// The host's message is cut at each of these places in the password.
#[tokio::test]
async fn a_host_that_repeats_the_password_is_not_repeated_even_in_part() {
    let place = Place::new().await;
    let (_, password) = place.host.login();
    for before in [0, 180, 190] {
        place.host.faults().clear();
        place.host.faults().add(Fault::status(403, format!("{}{password}", "x".repeat(before))));
        let error = refused(&place, &place.remote(PRIVATE)).await.to_string();
        assert!(!error.contains(&password[..8]), "{error}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_reported() {
    let place = Place::new().await;
    place.host.faults().add(Fault::drop());
    let error = refused(&place, &place.remote(PRIVATE)).await;
    assert!(matches!(error, GitError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_silent_host_runs_into_the_limit() {
    let place = Place::new().await;
    place.host.faults().add(Fault::delay(Duration::from_secs(1000)));
    let remote = Remote { limit: Duration::from_millis(300), ..place.remote(PRIVATE) };
    let error = refused(&place, &remote).await;
    assert!(matches!(error, GitError::Silent { .. }), "{error}");
    assert_eq!(error.to_string().split(": ").last(), Some("no data received for 0.3 s"));
}

#[tokio::test]
async fn a_cancelled_run_ends_at_once() {
    let place = Place::new().await;
    // This host accepts the connection and sends nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let remote = place.remote_at(&format!("https://{}/a.git", silent.local_addr().unwrap()));
    let (main, stop) = (cluster_spec::RepoRef::parse("main").unwrap(), CancellationToken::new());
    let (found, _connection) = tokio::join!(gitops_clone::look_up(&remote, &main, &stop), async {
        let connection = silent.accept().await;
        stop.cancel();
        connection
    });
    assert!(matches!(found.unwrap_err(), GitError::Stopped { .. }));
}

#[tokio::test]
async fn a_login_over_plain_http_to_another_machine_is_refused() {
    let place = Place::new().await;
    let remote =
        Remote { login: place.remote(PRIVATE).login, ..place.remote_at("http://git.example.com/a.git") };
    let error = refused(&place, &remote).await;
    assert_eq!(
        error.to_string(),
        "send credentials to http://git.example.com/a.git: plain http does not encrypt them"
    );
}

#[tokio::test]
async fn a_missing_proxy_is_reported_without_its_password() {
    let mut place = Place::new().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    place.env.insert("HTTPS_PROXY".into(), format!("http://me:hunter2-hunter2@{free}").into());
    let error = refused(&place, &elsewhere(&place, PRIVATE)).await;
    let GitError::Proxy { proxy, problem, .. } = &error else { panic!("{error:?}") };
    assert_eq!((proxy, problem), (&format!("http://{free} (HTTPS_PROXY)"), &ProxyProblem::Refused));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test]
async fn no_proxy_leaves_the_proxy_out() {
    let mut place = Place::new().await;
    let commit = place.commit(PUBLIC, &[File::new("a", "1")]).await;
    place.env.insert("HTTPS_PROXY".into(), "http://127.0.0.1:9".into());
    assert_eq!(place.look_up(&place.remote(PUBLIC), "main").await.unwrap().commit, commit, "loopback");
    for list in [
        "git.demo.invalid",
        "*.demo.invalid",
        "a, DEMO.invalid",
        &format!("git.demo.invalid:{}", port(&place)),
    ] {
        place.env.insert("NO_PROXY".into(), list.into());
        let error = refused(&place, &elsewhere(&place, PUBLIC)).await;
        assert!(matches!(error, GitError::Dns { .. }), "{list}: {error:?}");
    }
    place.env.insert("NO_PROXY".into(), "git.demo.invalid:1".into());
    assert!(matches!(refused(&place, &elsewhere(&place, PUBLIC)).await, GitError::Proxy { .. }));
}

/// Returns the repository of the host under a name that this machine can't resolve.
fn elsewhere(place: &Place, repository: &str) -> Remote {
    let url = place.host.url(repository).replace("127.0.0.1", "git.demo.invalid");
    Remote { url: cluster_spec::RepoUrl::parse(&url).unwrap(), ..place.remote(repository) }
}

fn port(place: &Place) -> u16 {
    cluster_spec::RepoUrl::parse(&place.host.url(PUBLIC)).unwrap().port().unwrap()
}

fn basic(place: &Place) -> String {
    use base64::Engine as _;
    let (user, password) = place.host.login();
    base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"))
}

#[tokio::test]
async fn a_login_that_is_only_in_an_extra_header_is_refused_since_argo_cd_lacks_it() {
    let place = Place::new().await;
    let public = place.commit(PUBLIC, &[File::new("a", "1")]).await;
    place.commit(PRIVATE, &[File::new("a", "1")]).await;
    let scope = place.host.url(PRIVATE).replace("/private.git", "/");
    for section in ["http".to_owned(), format!("http \"{scope}\"")] {
        place.gitconfig(&format!("[{section}]\n\textraHeader = Authorization: Basic {}\n", basic(&place)));
        let error = refused(&place, &place.without_login(PRIVATE)).await;
        let GitError::LoginInHeader { setting, .. } = &error else { panic!("{error:?}") };
        assert!(setting.starts_with("http.") && setting.ends_with("extraheader"), "{setting}");
        assert!(error.hint().unwrap().to_string().contains("GITOPS_REPO_PASSWORD"));
        assert!(place.host.log().iter().all(|request| request.user.is_none()), "{:?}", place.host.log());
        // A public repository needs no credentials.
        assert_eq!(place.look_up(&place.without_login(PUBLIC), "main").await.unwrap().commit, public);
    }
}

#[tokio::test]
async fn a_login_wins_over_an_extra_header_and_other_headers_are_sent() {
    let place = Place::new().await;
    let commit = place.commit(PRIVATE, &[File::new("a", "1")]).await;
    place.gitconfig("[http]\n\textraHeader = Authorization: Basic bm9ib2R5Om5vdGhpbmc=\n");
    assert_eq!(place.fetch(&place.remote(PRIVATE), "main").await.unwrap().id(), commit);
}

#[tokio::test]
async fn a_host_that_hides_a_repository_is_asked_with_the_header_too() {
    // This host sends a page to a request without the cookie.
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let place = Place::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a.git", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(client.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap().to_lowercase();
            let refs = format!("003d{} refs/heads/main\0object-format=sha1\n0000", "a".repeat(40));
            let refs = format!("001e# service=git-upload-pack\n0000{:04x}{}", refs.len() - 4, &refs[4..]);
            let body = if head.contains("cookie: gate=") { refs } else { "<html>sign in</html>".to_owned() };
            let answer = format!(
                "HTTP/1.1 200 x\r\nContent-Type: application/x-git-upload-pack-advertisement\r\nConnection: close\r\n\r\n{body}"
            );
            client.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    place.gitconfig("[http]\n\textraHeader = Cookie: gate=hunter2-hunter2\n");
    let error = refused(&place, &place.remote_at(&url)).await;
    assert!(matches!(error, GitError::LoginInHeader { .. }), "{error:?}");
    let with_login = Remote { login: place.remote(PRIVATE).login, ..place.remote_at(&url) };
    let tip = place.look_up(&with_login, "main").await.unwrap();
    assert!(
        tip.warnings[0].contains("only with http.extraheader, which Argo CD does not read"),
        "{:?}",
        tip.warnings
    );
    assert!(!tip.warnings[0].contains("hunter2"));
}

#[tokio::test]
async fn where_there_is_no_login_the_places_that_only_git_reads_are_named() {
    let mut place = Place::new().await;
    place.commit(PRIVATE, &[File::new("a", "1")]).await;
    fs_err::write(place.home().join(".netrc"), "machine 127.0.0.1 login bob password hunter2-hunter2\n")
        .unwrap();
    place.env.insert("GIT_ASKPASS".into(), "/bin/false".into());
    place.gitconfig("[http]\n\tcookieFile = c\n");
    let error = refused(&place, &place.without_login(PRIVATE)).await;
    let hint = error.hint().unwrap().to_string();
    assert!(hint.ends_with("ignores: ~/.netrc (127.0.0.1), GIT_ASKPASS, http.cookiefile"), "{hint}");
}

/// Starts a proxy on this machine, and returns the heads of its requests.
async fn proxy() -> (std::net::SocketAddr, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, asked) = (listener.local_addr().unwrap(), std::sync::Arc::default());
    let log: std::sync::Arc<std::sync::Mutex<Vec<String>>> = std::sync::Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(client.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let target = head.split(' ').nth(1).unwrap().replace("git.demo.invalid", "127.0.0.1");
            log.lock().unwrap().push(head);
            let mut host = tokio::net::TcpStream::connect(target).await.unwrap();
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut host).await });
        }
    });
    (address, asked)
}

#[tokio::test]
async fn http_proxy_is_used_with_its_login_and_wins_over_the_environment() {
    let mut place = Place::new().await;
    let commit = place.commit(PRIVATE, &[File::new("a", "1")]).await;
    let (address, asked) = proxy().await;
    place.env.insert("HTTPS_PROXY".into(), "http://127.0.0.1:9".into());
    place.gitconfig(&format!("[http]\n\tproxy = http://me:hunter2-hunter2@{address}\n"));
    assert_eq!(place.look_up(&place.remote(PRIVATE), "main").await.unwrap().commit, commit);
    let asked = asked.lock().unwrap();
    assert!(
        asked[0].to_lowercase().contains("proxy-authorization: basic bwu6ahvudgvymi1odw50zxiy"),
        "{asked:?}"
    );
    let (user, password) = place.host.login();
    assert!(!asked.concat().contains(&user) && !asked.concat().contains(&password));
}

#[tokio::test]
async fn https_proxy_of_the_environment_is_used() {
    let mut place = Place::new().await;
    let commit = place.commit(PRIVATE, &[File::new("a", "1")]).await;
    let (address, asked) = proxy().await;
    place.gitconfig("[http]\n\tsslVerify = false\n");
    for name in ["https_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        place.env.insert(name.into(), address.to_string().into());
        assert_eq!(place.look_up(&elsewhere(&place, PRIVATE), "main").await.unwrap().commit, commit);
        place.env.remove(&std::ffi::OsString::from(name));
    }
    assert!(asked.lock().unwrap().len() >= 3);
}

#[tokio::test]
async fn a_proxy_of_another_kind_is_refused() {
    let mut place = Place::new().await;
    place.env.insert("HTTPS_PROXY".into(), "socks4://127.0.0.1:1080".into());
    let error = refused(&place, &elsewhere(&place, PRIVATE)).await;
    assert!(matches!(&error, GitError::Proxy { problem: ProxyProblem::Scheme { .. }, .. }), "{error}");
    assert!(error.hint().unwrap().to_string().contains("set HTTPS_PROXY to a proxy's URL"));
}

#[tokio::test]
async fn a_socks_proxy_resolves_the_name_of_the_host() {
    let mut place = Place::new().await;
    let commit = place.commit(PRIVATE, &[File::new("a", "1")]).await;
    place.gitconfig("[http]\n\tsslVerify = false\n");
    for scheme in ["socks5", "socks5h"] {
        let (address, asked) = socks(port(&place)).await;
        place.env.insert("HTTPS_PROXY".into(), format!("{scheme}://{address}").into());
        assert_eq!(place.look_up(&elsewhere(&place, PRIVATE), "main").await.unwrap().commit, commit);
        assert!(asked.lock().unwrap().iter().all(|name| name == "git.demo.invalid"), "{scheme}");
    }
}

/// Starts a SOCKS 5 proxy to `port` of this machine, and returns the requested names.
async fn socks(port: u16) -> (std::net::SocketAddr, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, asked) = (listener.local_addr().unwrap(), std::sync::Arc::default());
    let log: std::sync::Arc<std::sync::Mutex<Vec<String>>> = std::sync::Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            client.read_exact(&mut [0; 3]).await.unwrap();
            client.write_all(&[5, 0]).await.unwrap();
            let mut head = [0; 5];
            client.read_exact(&mut head).await.unwrap();
            let mut rest = vec![0; usize::from(head[4]) + 2];
            client.read_exact(&mut rest).await.unwrap();
            log.lock().unwrap().push(String::from_utf8_lossy(&rest[..rest.len() - 2]).into_owned());
            client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await.unwrap();
            let mut host = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut host).await });
        }
    });
    (address, asked)
}

/// Starts a TLS host with this certificate that answers 404 to each request, and returns its URL.
async fn with_certificate(der: rustls::pki_types::CertificateDer<'static>, key: &rcgen::KeyPair) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![der], key.serialize_der().try_into().unwrap())
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/a.git", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _asked = stream.read(&mut [0; 4096]).await;
            let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.write_all(answer).await.ok();
            stream.shutdown().await.ok();
        }
    });
    url
}

#[tokio::test]
async fn the_hosts_own_certificate_may_take_the_authoritys_place() {
    let mut place = Place::new().await;
    let key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority =
        rcgen::CertifiedIssuer::self_signed(authority, rcgen::KeyPair::generate().unwrap()).unwrap();
    let params = || rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let mut is_ca = params();
    is_ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let file = place.home().join("ca.pem");
    for made in [params().signed_by(&key, &authority).unwrap(), is_ca.self_signed(&key).unwrap()] {
        let url = with_certificate(made.der().clone(), &key).await;
        fs_err::write(&file, made.pem()).unwrap();
        place.env.insert("GIT_SSL_CAINFO".into(), file.clone().into());
        let error = refused(&place, &place.remote_at(&url)).await;
        assert!(matches!(error, GitError::NotFound { .. }), "{error}");
        fs_err::write(&file, params().signed_by(&key, &authority).unwrap().pem()).unwrap();
        let error = refused(&place, &place.remote_at(&url)).await;
        let GitError::Tls { .. } = &error else { panic!("{error}") };
        assert!(error.hint().unwrap().to_string().contains("GIT_SSL_CAINFO"), "{error}");
    }
}

#[tokio::test]
async fn no_login_goes_to_the_other_host_that_insteadof_names() {
    let place = Place::new().await;
    place.commit(PRIVATE, &[File::new("a", "1")]).await;
    // This machine under another name is another host.
    let other = place.host.url(PRIVATE).replace("127.0.0.1", "localhost");
    place.gitconfig(&format!(
        "[url \"{other}\"]\n\tinsteadOf = {}\n[http]\n\tsslVerify = false\n",
        place.host.url(PRIVATE)
    ));
    let error = refused(&place, &place.remote(PRIVATE)).await;
    assert!(matches!(error, GitError::NoLogin { .. }), "{error:?}");
    assert_eq!(place.host.log().last().unwrap().user, None);
}
