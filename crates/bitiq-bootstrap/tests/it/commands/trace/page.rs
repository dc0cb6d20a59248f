//! `trace --html`: the page of a run.

use crate::support::sandbox::World;

/// What a headless Chromium makes of a page; none where there is no Chromium, which is said by name.
#[expect(clippy::disallowed_methods, reason = "a browser shows the page as it does for a person")]
fn browser(test: &str, page: &std::path::Path, arguments: &[&str]) -> Option<String> {
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".into());
    if !std::path::Path::new(&chromium).is_file() {
        eprintln!("left out, there is no Chromium at {chromium} (CHROMIUM names another): {test}");
        return None;
    }
    let profile = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_the_run_in_a_browser() {
    let world = World::without_vault().await;
    world.set("repo_ref", "main");
    world.run(&["run", "demo"]).await.exits(0);
    let file = world.sandbox.root().join("run.html");
    world.run(&["trace", "demo", "--html", file.to_str().unwrap()]).await.exits(0).says(&["run.html"]);
    let page = fs_err::read_to_string(&file).unwrap();
    assert!(world.secrets().iter().all(|secret| !page.contains(secret)));
    for loads in [" src=", "<link", "<script", "@import", "url(", "<iframe", "<object"] {
        assert!(!page.contains(loads), "the page is to be whole by itself: {loads}");
    }
    assert!(page.contains("default-src 'none'"), "what it does not hold it may not load");
    let Some(dom) = browser("a_page_shows_the_run_in_a_browser", &file, &["--dump-dom"]) else { return };
    for part in ["<h1>run demo", "succeeded", "gitops-src", "class=\"bar good\"", "Timeline</h2>"] {
        assert!(dom.contains(part), "{part} is not in {dom}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_fits_a_telephone() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let file = world.sandbox.root().join("run.html");
    let html = world.run(&["trace", "demo", "--html", "-"]).await.exits(0).stdout;
    // A frame of 360 columns tells how wide its page would like to be.
    fs_err::write(&file, html.replace("</body>", "")).unwrap();
    let frame = world.sandbox.root().join("frame.html");
    let script = "const d = f.contentDocument.documentElement; document.title = d.scrollWidth > 360 ? 'too wide' : 'fits';";
    let text = format!("<iframe id=f width=360 height=800 src=run.html onload=\"{script}\"></iframe>");
    fs_err::write(&frame, text).unwrap();
    let arguments = ["--dump-dom", "--allow-file-access-from-files", "--virtual-time-budget=3000"];
    let Some(dom) = browser("a_page_fits_a_telephone", &frame, &arguments) else { return };
    assert!(dom.contains("<title>fits</title>"), "{dom}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_replaces_a_regular_file_alone_and_is_its_owners() {
    let world = World::without_vault().await;
    world.run(&["run", "demo"]).await.exits(0);
    let place = |name: &str| world.sandbox.root().join(name);
    let html = async |name: &str| world.run(&["trace", "demo", "--html", name]).await;
    fs_err::write(place("mine"), "mine").unwrap();
    fs_err::os::unix::fs::symlink(place("mine"), place("link")).unwrap();
    html("link").await.exits(3).says(&["CLI-008"]);
    html(".").await.exits(3).says(&["CLI-008"]);
    html("/dev/null").await.exits(3).says(&["CLI-008"]);
    assert_eq!(fs_err::read_to_string(place("mine")).unwrap(), "mine");
    html("mine").await.exits(0);
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs_err::metadata(place("mine")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "what a run left is its owner's");
}
