//! Result of `trace --html`: a trace as one page. The page loads nothing, runs no script, and shows the words of others
//! as text.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use trace::{Cause, DisplayStatus, ErrorRecord, RunStatus, Step, Timestamp, Trace};

use super::document::{Document, TextView};
use super::sanitize::{sanitize_for_terminal, uncoloured};
use super::trace::took;
use crate::catalogue::{self, Topic};

const STYLE: &str = include_str!("page.css");

/// Of `trace --html`.
#[derive(Serialize)]
#[serde(transparent)]
pub struct HtmlPage<'a> {
    trace: &'a Trace,
    #[serde(skip)]
    pub page: String,
    /// The file with the page; `None` if stdout gets it.
    #[serde(skip)]
    pub file: Option<&'a Path>,
}

impl<'a> HtmlPage<'a> {
    /// Of a run; `file` is the value of `--html`.
    pub fn new(trace: &'a Trace, beside: &Beside, file: &'a Path) -> Self {
        let file = Some(file).filter(|file| *file != Path::new("-"));
        Self { trace, page: page(trace, beside, Timestamp::now()), file }
    }
}

/// Content of the page beside the trace.
#[derive(Default)]
pub struct Beside {
    /// The command that repeats the run.
    pub again: String,
    /// The last lines of the script's log.
    pub log: Vec<String>,
}

impl Document for HtmlPage<'_> {
    fn text(&self, _: &TextView<'_>) -> String {
        self.file.map(|file| format!("wrote {}\n", file.display())).unwrap_or_default()
    }

    fn raw(&self) -> Option<&[u8]> {
        self.file.is_none().then_some(self.page.as_bytes())
    }
}

/// The page of a run.
fn page(trace: &Trace, beside: &Beside, now: Timestamp) -> String {
    let title = format!("{} {}", trace.tool.command, trace.cluster);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{}: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        text(&title),
        text(trace.status.as_str())
    );
    head(trace, &title, now, &mut page);
    page.push_str("<main>\n");
    errors(trace, beside, &mut page);
    list("Warnings", "warn", &trace.warnings, &mut page);
    timeline(trace, now, &mut page);
    facts(trace, now, &mut page);
    links(trace, &mut page);
    details(trace, &mut page);
    explanations(trace, &mut page);
    page.push_str("</main>\n");
    write!(
        page,
        "<footer>{} {}, run {}</footer>\n</body>\n</html>\n",
        text(&trace.tool.name),
        text(&trace.tool.version),
        text(trace.run_id.as_str())
    )
    .ok();
    page
}

/// Escapes text of others, also between quotes. The page may go to a terminal or into the log of a pipeline: nothing in
/// it speaks to either, and what a runner takes for a command is written in other letters.
fn text(text: &str) -> String {
    let bare = uncoloured(&sanitize_for_terminal(text));
    let mut safe = String::with_capacity(bare.len() + 16);
    for (at, c) in bare.char_indices() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            ':' if bare[at..].starts_with("::") => safe.push_str("&#58;"),
            '#' if bare[at..].starts_with("##[") => safe.push_str("&#35;"),
            c => safe.push(c),
        }
    }
    safe
}

fn head(trace: &Trace, title: &str, now: Timestamp, page: &mut String) {
    let class = match trace.status {
        RunStatus::Succeeded => "good",
        RunStatus::Failed => "bad",
        RunStatus::Interrupted => "warn",
        RunStatus::Running => "note",
    };
    let status = trace.status.as_str();
    writeln!(
        page,
        "<header><h1>{} <span class=\"status {class}\">{status}</span></h1>\n<p class=\"headline\">{}</p></header>",
        text(title),
        text(&headline(trace, now))
    )
    .ok();
}

/// The run in one sentence.
fn headline(trace: &Trace, now: Timestamp) -> String {
    let changes: usize = trace.steps.iter().map(|step| step.changes.len()).sum();
    let changed = match changes {
        0 => "nothing changed".to_owned(),
        1 => "1 change".to_owned(),
        many => format!("{many} changes"),
    };
    let (command, took) = (&trace.tool.command, took(trace.length(now)));
    match (&trace.error, trace.status) {
        (Some(error), _) => {
            format!("{command} failed in step {} after {took}: {}", error.step, error.message)
        }
        (None, RunStatus::Succeeded) => format!("{command} succeeded in {took}: {changed}."),
        (None, status) => format!("{command} is {status} since {}.", trace.timestamp),
    }
}

/// The errors, the command that repeats the run, and the end of the script's log.
fn errors(trace: &Trace, beside: &Beside, page: &mut String) {
    let Some(first) = &trace.error else { return };
    page.push_str("<section aria-labelledby=\"errors\"><h2 id=\"errors\">Error</h2>\n");
    std::iter::once(first).chain(&first.also).for_each(|one| error(one, beside, page));
    if !beside.again.is_empty() {
        writeln!(page, "<p><strong>retry</strong></p>{}", command(&beside.again)).ok();
    }
    if !beside.log.is_empty() {
        let lines = text(&beside.log.join("\n"));
        writeln!(
            page,
            "<details open><summary>End of the script's log</summary><pre>{lines}</pre></details>"
        )
        .ok();
    }
    page.push_str("</section>\n");
}

/// A command; a click selects all of it.
fn command(line: &str) -> String {
    format!("<pre class=\"command\">{}</pre>", text(line))
}

fn error(error: &ErrorRecord, beside: &Beside, page: &mut String) {
    let ErrorRecord { id, step, message, causes, hint, .. } = error;
    writeln!(page, "<div class=\"box bad\"><h3>{}</h3><p>{}</p>", text(step), text(message)).ok();
    // The log has the lines of the script.
    let is_in_log = |cause: &&Cause| matches!(cause, Cause::ScriptOutput(_)) && !beside.log.is_empty();
    for cause in causes.iter().filter(|cause| !is_in_log(cause)) {
        writeln!(page, "<p class=\"soft\">because</p><pre>{}</pre>", text(&cause.to_string())).ok();
    }
    if let Some(hint) = hint {
        // Words first, then commands, a line each.
        let mut lines = hint.lines();
        writeln!(page, "<p><strong>next</strong> {}</p>", text(lines.next().unwrap_or_default())).ok();
        let rest = lines.collect::<Vec<_>>().join("\n");
        page.push_str(&if rest.is_empty() { rest } else { command(&rest) });
    }
    if let Some(code) = id.as_deref().filter(|code| catalogue::find(code).is_some()) {
        writeln!(page, "<p><strong>code</strong> <a href=\"#{0}\">{0}</a></p>", text(code)).ok();
    }
    page.push_str("</div>\n");
}

/// The page of each code of an error, from the catalogue.
fn explanations(trace: &Trace, page: &mut String) {
    let errors = trace.error.iter().flat_map(|error| std::iter::once(error).chain(&error.also));
    let codes: BTreeSet<&str> = errors.filter_map(|error| error.id.as_deref()).collect();
    let topics: Vec<Topic> = codes.into_iter().filter_map(catalogue::find).collect();
    if topics.is_empty() {
        return;
    }
    page.push_str("<section aria-labelledby=\"codes\"><h2 id=\"codes\">Codes</h2>\n");
    for topic in topics {
        let code = topic.code();
        writeln!(page, "<h3 id=\"{0}\">{0}</h3><pre>{1}</pre>", text(&code), text(topic.to_string().trim()))
            .ok();
        page.push_str(&command(&format!("bitiq-bootstrap explain {code}")));
    }
    page.push_str("</section>\n");
}

/// Facts by the system that they are about.
fn facts(trace: &Trace, now: Timestamp, page: &mut String) {
    let kubernetes = trace.kubernetes.clone().unwrap_or_default();
    let vault = trace.vault.clone().unwrap_or_default();
    let credentials = trace.credentials.clone().unwrap_or_default();
    let user = format!("{}@{}", trace.started_by.user, trace.started_by.host);
    let groups = [
        (
            "Run",
            vec![
                ("began", text(&trace.timestamp.to_string())),
                ("took", took(trace.length(now))),
                ("started by", text(user.trim_matches('@'))),
                ("exit code", trace.exit_code.map(|code| code.to_string()).unwrap_or_default()),
                ("trace id", text(&trace.trace_id())),
            ],
        ),
        (
            "Cluster",
            vec![
                ("server", text(&kubernetes.server)),
                ("version", text(&kubernetes.version)),
                ("cluster id", text(&kubernetes.cluster_id)),
                ("infraID", text(&kubernetes.infra_id.unwrap_or_default())),
            ],
        ),
        (
            "Repository",
            vec![
                ("URL", text(&trace.repo_url)),
                ("ref", text(&trace.repo_ref)),
                ("commit", commit(trace)),
                ("credentials", text(&credentials.path.unwrap_or(credentials.source))),
            ],
        ),
        (
            "Vault",
            vec![
                ("address", text(&vault.address)),
                ("auth mount", text(&vault.mount)),
                ("proof", text(&vault.proof.unwrap_or_default())),
            ],
        ),
        ("Script", vec![("ENV", text(&trace.env)), ("BASE_DOMAIN", text(&trace.apps_domain))]),
    ];
    page.push_str("<section aria-labelledby=\"facts\"><h2 id=\"facts\">Facts</h2>\n<div class=\"groups\">\n");
    for (title, rows) in groups {
        let rows: Vec<_> = rows.iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        if rows.is_empty() {
            continue;
        }
        writeln!(page, "<div><h3>{title}</h3><dl>").ok();
        for (name, value) in rows {
            writeln!(page, "<dt>{name}</dt><dd>{value}</dd>").ok();
        }
        page.push_str("</dl></div>\n");
    }
    page.push_str("</div></section>\n");
}

/// The commit, with a link if the Git host shows commits to a browser.
fn commit(trace: &Trace) -> String {
    let (sha, url) = (text(&trace.git_sha), trace.repo_url.trim_end_matches('/').trim_end_matches(".git"));
    if sha.is_empty() || !url.starts_with("https://") {
        return sha;
    }
    let path = if url.contains("gitlab") { "/-/commit/" } else { "/commit/" };
    format!("<a href=\"{}{path}{sha}\" rel=\"noreferrer\">{sha}</a>", text(url))
}

fn links(trace: &Trace, page: &mut String) {
    let opens = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    let mut links = trace.links.iter().filter(|link| opens(&link.url)).peekable();
    if links.peek().is_none() {
        return;
    }
    page.push_str("<nav aria-labelledby=\"links\"><h2 id=\"links\">Links</h2>\n<ul>\n");
    for link in links {
        let (name, url) = (text(&link.name), text(&link.url));
        writeln!(
            page,
            "<li><a href=\"{url}\" rel=\"noreferrer\">{name}</a> <span class=\"soft\">{url}</span></li>"
        )
        .ok();
    }
    page.push_str("</ul></nav>\n");
}

fn timeline(trace: &Trace, now: Timestamp, page: &mut String) {
    let whole = trace.length(now).max(1);
    write!(
        page,
        "<section aria-labelledby=\"timeline\"><h2 id=\"timeline\">Timeline</h2>\n<table>\n\
         <caption>A bar begins when its step began. The whole width is {}.</caption>\n\
         <thead><tr><th scope=\"col\">step</th><th scope=\"col\">status</th><th scope=\"col\" class=\"time\">time</th>\
         <th scope=\"col\" class=\"wide\">of the run</th></tr></thead>\n<tbody>\n",
        took(trace.length(now))
    )
    .ok();
    for step in &trace.steps {
        row(trace, step, whole, now, page);
    }
    let mark = |quarter: u64| format!("<span>{}</span>", took(whole * quarter / 4));
    writeln!(
        page,
        "</tbody><tfoot><tr><td></td><td></td><td></td><td class=\"wide\"><div class=\"axis\" aria-hidden=\"true\">{}</div></td></tr></tfoot>",
        (0..=4).map(mark).collect::<String>()
    )
    .ok();
    page.push_str("</table></section>\n");
}

fn row(trace: &Trace, step: &Step, whole: u64, now: Timestamp, page: &mut String) {
    let shown = trace.display_status(step);
    let class = class(shown);
    let time = step.duration_ms.map(took).unwrap_or_default();
    let bar = trace.time_span(step, now).map(|time_span| {
        let percent = |part: u64| {
            let tenths = u128::from(part.min(whole)) * 1_000 / u128::from(whole);
            format!("{}.{}", tenths / 10, tenths % 10)
        };
        let (left, width) = (percent(time_span.start), percent(time_span.length));
        format!("<div class=\"track\" aria-hidden=\"true\"><div class=\"bar {class}\" style=\"left:{left}%;width:{width}%\"></div></div>")
    });
    writeln!(
        page,
        "<tr><th scope=\"row\">{}</th><td class=\"{class}\">{}</td><td class=\"time\">{time}</td><td class=\"wide\">{}</td></tr>",
        text(&step.name),
        shown.as_str(),
        bar.unwrap_or_default()
    )
    .ok();
}

fn class(step: DisplayStatus) -> &'static str {
    match step {
        DisplayStatus::Changed => "good",
        DisplayStatus::Failed => "bad",
        DisplayStatus::Interrupted => "warn",
        DisplayStatus::Running => "note",
        DisplayStatus::Unchanged
        | DisplayStatus::Skipped
        | DisplayStatus::Pending
        | DisplayStatus::NotReached => "soft",
    }
}

fn list(title: &str, class: &str, all: &[String], page: &mut String) {
    if all.is_empty() {
        return;
    }
    let id = title.to_lowercase();
    writeln!(
        page,
        "<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}</h2>\n<div class=\"box {class}\"><ul>"
    )
    .ok();
    for one in all {
        writeln!(page, "<li>{}</li>", text(one)).ok();
    }
    page.push_str("</ul></div></section>\n");
}

/// Lists the details and changes of each step.
fn details(trace: &Trace, page: &mut String) {
    if trace.steps.iter().all(|step| step.detail.is_empty() && step.changes.is_empty()) {
        return;
    }
    page.push_str("<section aria-labelledby=\"steps\"><h2 id=\"steps\">Steps</h2>\n");
    for step in trace.steps.iter().filter(|step| !step.detail.is_empty() || !step.changes.is_empty()) {
        writeln!(page, "<h3>{}</h3>\n<ul>", text(&step.name)).ok();
        for line in step.detail.iter().cloned().chain(step.changes.iter().map(ToString::to_string)) {
            writeln!(page, "<li>{}</li>", text(&line)).ok();
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</section>\n");
}

#[cfg(test)]
mod tests {
    use trace::{Link, RunId, StepStatus};

    use super::*;

    fn trace() -> Trace {
        let at = |millisecond| Timestamp::from_millisecond(millisecond).unwrap();
        let mut trace = Trace::begin(RunId::new(at(0), 0), at(0), &["preflight", "script"], None);
        trace.cluster = "demo".into();
        trace.step_mut("preflight").begin(at(0));
        trace.step_mut("preflight").end(StepStatus::Changed, at(250));
        trace.step_mut("script").begin(at(250));
        trace.step_mut("script").end(StepStatus::Failed, at(1_000));
        trace.finish(RunStatus::Failed, 1, at(1_000));
        trace
    }

    #[test]
    fn what_others_wrote_is_text_and_never_markup() {
        let evil = "</title><script>alert(1)</script>\" onload='x' &";
        let mut trace = trace();
        trace.cluster = evil.into();
        trace.warnings.push(evil.into());
        trace.steps[0].detail.push(evil.into());
        let causes = vec![evil.into()];
        trace.error =
            Some(ErrorRecord { step: evil.into(), message: evil.into(), causes, ..Default::default() });
        let page = page(&trace, &Beside::default(), Timestamp::UNIX_EPOCH);
        assert!(
            !page.contains("<script") && !page.contains("\" onload") && !page.contains("' onload"),
            "{page}"
        );
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    }

    #[test]
    fn the_page_speaks_neither_to_a_terminal_nor_to_a_runner() {
        let mut trace = trace();
        let evil = "a\u{1b}]0;t\u{7}\u{1b}[31mred\u{1b}[0m\u{9b}2J\u{202e}\u{200b}\r\n::error::x\n  ::warning::y ##[error]z";
        trace.cluster = evil.into();
        trace.warnings.push(evil.into());
        trace.error = Some(ErrorRecord { message: evil.into(), ..Default::default() });
        let page = page(&trace, &Beside::default(), Timestamp::UNIX_EPOCH);
        assert!(!page.chars().any(super::super::sanitize::needs_escape), "{page:?}");
        assert!(
            !page.lines().any(|line| line.trim_start().starts_with("::") || line.contains("##[")),
            "{page}"
        );
        let told = "a\\u{1b}]0;t\\u{7}red\\u{9b}2J\\u{202e}\\u{200b}\\r\n&#58;:error&#58;:x\n  &#58;:warning&#58;:y &#35;#[error]z";
        assert!(page.contains(told), "{page}");
    }

    #[test]
    fn only_what_a_browser_opens_becomes_a_link() {
        let mut trace = trace();
        for url in ["https://console.example.com/?a=1&b=\"", "javascript:alert(1)", "data:text/html,x"] {
            trace.links.push(Link { name: "x".into(), url: url.into() });
        }
        let page = page(&trace, &Beside::default(), Timestamp::UNIX_EPOCH);
        assert_eq!(page.matches("<a href=").count(), 1, "{page}");
        assert!(page.contains("href=\"https://console.example.com/?a=1&amp;b=&quot;\""), "{page}");
    }

    #[test]
    fn a_bar_begins_when_its_step_began() {
        let page = page(&trace(), &Beside::default(), Timestamp::UNIX_EPOCH);
        assert!(page.contains("bar bad\" style=\"left:25.0%;width:75.0%\""), "{page}");
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        let page = page(&trace(), &Beside::default(), Timestamp::UNIX_EPOCH);
        for outside in ["src=", "url(", "@import", "<link", "<script"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
