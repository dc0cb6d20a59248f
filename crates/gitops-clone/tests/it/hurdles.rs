//! What lies between here and the host.

use std::time::Duration;

use gitops_clone::{GitError, Remote};
use sandbox::faults::Fault;
use sandbox::git_host::{File, GitHost, PRIVATE, PUBLIC};
use sandbox::programs::Programs;
use tokio_util::sync::CancellationToken;

use crate::place::Place;

async fn refused(place: &Place, remote: &Remote) -> GitError {
    place.look_up(remote, "main").await.unwrap_err()
}

#[tokio::test]
async fn an_unknown_authority_is_told_apart() {
    let mut place = Place::new().await;
    place.env.remove(&std::ffi::OsString::from("GIT_SSL_CAINFO"));
    let error = refused(&place, &place.remote(PRIVATE)).await;
    assert!(matches!(error, GitError::UnknownAuthority { .. }), "{error:?}");
    assert!(place.host.log().is_empty());
}

#[tokio::test]
async fn http_ssl_ca_info_is_used_where_its_url_fits() {
    let mut place = Place::new().await;
    place.env.remove(&std::ffi::OsString::from("GIT_SSL_CAINFO"));
    let commit = place.commit(PUBLIC, &[File::new("a", "1")]).await;
    let ca = place.host.ca_file().display().to_string();
    place.gitconfig(&format!("[http \"https://127.0.0.1:1\"]\n\tsslCAInfo = {ca}\n"));
    assert!(matches!(refused(&place, &place.remote(PUBLIC)).await, GitError::UnknownAuthority { .. }));
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
async fn a_ca_file_that_holds_no_certificate_is_told_apart() {
    let mut place = Place::new().await;
    let file = place.home().join("ca.pem");
    fs_err::write(&file, "no certificate").unwrap();
    place.env.insert("GIT_SSL_CAINFO".into(), file.clone().into());
    let error = refused(&place, &place.remote(PRIVATE)).await;
    let said = "it holds no PEM certificate";
    let expect =
        format!("read the certificate authorities of `GIT_SSL_CAINFO` from {}: {said}", file.display());
    assert_eq!(error.to_string(), expect);
}

#[tokio::test]
async fn a_closed_port_is_told_apart() {
    let place = Place::new().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = refused(&place, &place.remote_at(&format!("https://{free}/a.git"))).await;
    assert_eq!(error.to_string(), format!("reach {free}: connection refused"));
}

#[tokio::test]
async fn a_name_that_is_not_known_is_told_apart() {
    let place = Place::new().await;
    let error = refused(&place, &place.remote_at("https://no-such-host.invalid/a.git")).await;
    assert_eq!(error.to_string(), "reach no-such-host.invalid: its name is not known");
}

#[tokio::test]
async fn a_redirect_is_told_and_no_login_follows_it() {
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
async fn an_answer_that_is_no_git_is_told_apart() {
    let place = Place::new().await;
    place.host.faults().add(Fault::status(200, "<html>welcome</html>"));
    let error = refused(&place, &place.remote(PRIVATE)).await;
    assert!(matches!(error, GitError::NotGit { .. }), "{error}");
}

#[tokio::test]
async fn a_failing_host_is_told_with_its_status() {
    let place = Place::new().await;
    place.host.faults().add(Fault::status(503, "down for maintenance"));
    let error = refused(&place, &place.remote(PRIVATE)).await;
    let url = place.host.url(PRIVATE);
    assert_eq!(error.to_string(), format!("read {url}: the host answers HTTP 503: down for maintenance"));
}

/// However far into the password its words are cut.
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
async fn a_connection_that_breaks_is_told() {
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
    assert!(matches!(error, GitError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_cancelled_run_ends_at_once() {
    let place = Place::new().await;
    // It takes the connection and says nothing.
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
        "send a login to http://git.example.com/a.git: plain http shows it to everybody on the way"
    );
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_told_without_its_password() {
    let mut place = Place::new().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    place.env.insert("HTTPS_PROXY".into(), format!("http://me:hunter2-hunter2@{free}").into());
    let error = refused(&place, &place.remote(PRIVATE)).await;
    let GitError::Proxy { proxy, .. } = &error else { panic!("{error:?}") };
    assert_eq!(proxy, &format!("http://{free}"));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[tokio::test]
async fn no_proxy_leaves_the_proxy_out() {
    let mut place = Place::new().await;
    let commit = place.commit(PUBLIC, &[File::new("a", "1")]).await;
    place.env.insert("HTTPS_PROXY".into(), "http://127.0.0.1:9".into());
    place.env.insert("NO_PROXY".into(), "example.com,127.0.0.1".into());
    assert_eq!(place.look_up(&place.remote(PUBLIC), "main").await.unwrap().commit, commit);
}

#[tokio::test]
async fn an_extra_header_is_sent_and_the_login_wins_over_it() {
    let place = Place::new().await;
    let commit = place.commit(PRIVATE, &[File::new("a", "1")]).await;
    let (user, password) = place.host.login();
    use base64::Engine as _;
    let good = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    place.gitconfig(&format!("[http]\n\textraHeader = Authorization: Basic {good}\n"));
    assert_eq!(place.look_up(&place.without_login(PRIVATE), "main").await.unwrap().commit, commit);
    place.gitconfig("[http]\n\textraHeader = Authorization: Basic bm9ib2R5Om5vdGhpbmc=\n");
    assert!(matches!(refused(&place, &place.without_login(PRIVATE)).await, GitError::LoginRefused { .. }));
    assert_eq!(place.look_up(&place.remote(PRIVATE), "main").await.unwrap().commit, commit);
}

/// A proxy on this machine; how often it was asked, and with which login.
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
            let target = head.split(' ').nth(1).unwrap().to_owned();
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
    place.env.insert("https_proxy".into(), address.to_string().into());
    assert_eq!(place.look_up(&place.remote(PRIVATE), "main").await.unwrap().commit, commit);
    assert!(!asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_proxy_of_another_kind_is_refused() {
    let mut place = Place::new().await;
    place.env.insert("HTTPS_PROXY".into(), "socks5://127.0.0.1:1080".into());
    let error = refused(&place, &place.remote(PRIVATE)).await;
    assert!(error.to_string().contains("a proxy of kind `socks5` is not supported"), "{error}");
}

#[tokio::test]
async fn no_login_goes_to_the_other_host_that_insteadof_names() {
    let place = Place::new().await;
    place.commit(PRIVATE, &[File::new("a", "1")]).await;
    // The same machine under another name is another host.
    let other = place.host.url(PRIVATE).replace("127.0.0.1", "localhost");
    place.gitconfig(&format!(
        "[url \"{other}\"]\n\tinsteadOf = {}\n[http]\n\tsslVerify = false\n",
        place.host.url(PRIVATE)
    ));
    let error = refused(&place, &place.remote(PRIVATE)).await;
    assert!(matches!(error, GitError::NoLogin { .. }), "{error:?}");
    assert_eq!(place.host.log().last().unwrap().user, None);
}
