//! docs/tour.md is what the real program said in a sandbox: run anew here, and compared.

use std::fmt::Write as _;

use regex::Regex;

use crate::support::sandbox::{World, left_out_on_a_real_cluster, options};

/// What differs from run to run.
const REDACTED: &[(&str, &str)] = &[
    (r"/\S*bitiq-sandbox-\w+/root", "/srv/clusters"),
    (r"/\S*/bitiq-bootstrap ", "bitiq-bootstrap "),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:8443"),
    (r"\d{8}T\d{6}Z-[0-9a-f]{6}", "20260101T000000Z-000000"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?", "2026-01-01T00:00:00Z"),
    (r"(?m)^2026-01-01T00:00:00Z ", ""),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "00000000-0000-0000-0000-000000000000"),
    (r"\b[0-9a-f]{40}\b", "0123456789abcdef0123456789abcdef01234567"),
    (r"\b(is at|main) [0-9a-f]{10}\b", "$1 0123456789"),
    (r" +\d+(\.\d)?s\b", " 1.0s"),
    (r"(?m)^(  took +).*$", "${1}1.0s"),
    (r"(?m)^(  time +).*$", "${1}script 1.0s"),
    (r"(?m)^  by .*$", "  by           you@here"),
    (r"(?m) +[█▏▎▍▌▋▊▉]+$", "   ████"),
    (r"(?m)^ +0 ─.*\n", ""),
    (r"(?m)^.*environment: .*\n", ""),
    (r"(?m)^… .*\n", ""),
    (r"  [0-9a-f]{10}  main", "  0123456789  main"),
    (r"demo-[a-z0-9]{5}\b", "demo-x7k2p"),
    (r"v1\.\d+\.\d+", "v1.33.0"),
    (r"\(2\.\d+\.\d+\)", "(2.0.0)"),
];

/// The looks come in as they are done: sorted, they are the same each time.
fn steady(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, with) in REDACTED {
        text = Regex::new(pattern).unwrap().replace_all(&text, *with).into_owned();
    }
    let mut lines: Vec<&str> = text.lines().collect();
    let is_look = |line: &str| {
        let step = ["changed ", "skipped ", "failed"].iter().any(|it| line.contains(it));
        line.starts_with(['✓', '✗']) && !step
    };
    let first = lines.iter().position(|line| is_look(line)).unwrap_or(0);
    let count = lines[first..].iter().take_while(|line| is_look(line)).count();
    lines[first..first + count].sort_unstable();
    lines.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_is_what_the_program_says() {
    let test = "the_tour_is_what_the_program_says";
    if left_out_on_a_real_cluster(test) || sandbox::vault_left_out(test) {
        return;
    }
    let world = World::of(sandbox::Options { vault: true, ..options() }).await;
    let page = tour(&world).await;
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tour.md");
    if is_to_be_renewed() {
        fs_err::write(&file, &page).unwrap();
    }
    let published = fs_err::read_to_string(&file).unwrap_or_default();
    let renew = "BITIQ_RENEW_TOUR=1 cargo test -p bitiq-bootstrap --test it -- tour::";
    assert_eq!(published, page, "docs/tour.md is stale: {renew}");
}

#[expect(clippy::disallowed_methods, reason = "a developer's errand, asked for by a variable")]
fn is_to_be_renewed() -> bool {
    std::env::var_os("BITIQ_RENEW_TOUR").is_some()
}

async fn tour(world: &World) -> String {
    let mut page = "# A tour\n\nWhat the program says, from the first look to a failure, in the sandbox (`make demo`); what differs \
                    from run to run is made the same, and a test fails where the program says something else. In a pipe each line begins with its time.\n"
        .to_owned();
    let mut show =
        async |title: &str, said: &str, arguments: &[&str], env: Option<(&str, &str)>, code: i32| {
            let mut run = world.command(arguments);
            if let Some((name, value)) = env {
                run = run.env(name, value);
            }
            let ran = run.ran().await.exits(code);
            let set = env.map(|(name, value)| format!("{name}='{value}' ")).unwrap_or_default();
            let output = steady(format!("{}{}", ran.stdout, ran.stderr).trim_end());
            write!(
                page,
                "\n## {title}\n\n{said}\n\n```console\n$ {set}bitiq-bootstrap {}\n{output}\n```\n",
                arguments.join(" ")
            )
            .unwrap();
        };
    show("Is cluster.yaml right?", "Offline, at once.", &["validate", "demo"], None, 0).await;
    show("What would change?", "Everything is looked at, nothing is written.", &["plan", "demo"], None, 0)
        .await;
    show("The hand-over", "One command.", &["run", "demo"], None, 0).await;
    show("Once more", "A second run changes nothing.", &["run", "demo", "--quiet"], None, 0).await;
    show(
        "A failure",
        "The last lines say what broke, what to do, and what to run then. Exit code 3: nothing was written.",
        &["run", "demo", "--quiet", "--require-tool", "no-such-tool"],
        None,
        3,
    )
    .await;
    show(
        "A script that fails",
        "Its last lines are the cause; the whole output is in the log. Exit code 1.",
        &["run", "demo", "--quiet"],
        Some(("SANDBOX_SCRIPT", "say=helm has timed out,fail=1")),
        1,
    )
    .await;
    show("What a run left", "In a terminal with a bar for each step.", &["trace", "demo"], None, 0).await;
    show(
        "Where each cluster stands",
        "From the files, and from the clusters that answer.",
        &["status"],
        None,
        0,
    )
    .await;
    page
}
