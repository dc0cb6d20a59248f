//! Result of `trace --html`, a trace as one page: all that it needs is in it, nothing runs in it, and whatever others wrote is text.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use trace::{DisplayStatus, ErrorRecord, RunStatus, Step, Timestamp, Trace};

use super::document::{Document, TextView};
use super::sanitize::{sanitize_for_terminal, uncoloured};
use super::trace::took;

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
    /// Of a run; `file` is what `--html` names.
    pub fn new(trace: &'a Trace, file: &'a Path) -> Self {
        let file = Some(file).filter(|file| *file != Path::new("-"));
        Self { trace, page: page(trace, Timestamp::now()), file }
    }
}

impl Document for HtmlPage<'_> {
    fn text(&self, _: &TextView<'_>) -> String {
        self.file.map(|file| format!("{} is written\n", file.display())).unwrap_or_default()
    }

    fn raw(&self) -> Option<&[u8]> {
        self.file.is_none().then_some(self.page.as_bytes())
    }
}

/// The page of a run.
fn page(trace: &Trace, now: Timestamp) -> String {
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
    head(trace, &title, &mut page);
    page.push_str("<main>\n");
    errors(trace, &mut page);
    facts(trace, now, &mut page);
    links(trace, &mut page);
    timeline(trace, now, &mut page);
    list("Warnings", "odd", &trace.warnings, &mut page);
    details(trace, &mut page);
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

fn head(trace: &Trace, title: &str, page: &mut String) {
    let class = match trace.status {
        RunStatus::Succeeded => "good",
        RunStatus::Failed => "bad",
        RunStatus::Interrupted => "odd",
        RunStatus::Running => "note",
    };
    let status = trace.status.as_str();
    writeln!(
        page,
        "<header><h1>{} <span class=\"status {class}\">{status}</span></h1></header>",
        text(title)
    )
    .ok();
}

/// First what broke, why, and what to do.
fn errors(trace: &Trace, page: &mut String) {
    let Some(first) = &trace.error else { return };
    page.push_str("<section aria-labelledby=\"errors\"><h2 id=\"errors\">What stopped it</h2>\n");
    std::iter::once(first).chain(&first.also).for_each(|one| error(one, page));
    page.push_str("</section>\n");
}

fn error(error: &ErrorRecord, page: &mut String) {
    let ErrorRecord { step, message, causes, hint, .. } = error;
    writeln!(page, "<div class=\"box bad\"><h3>{}</h3><p>{}</p>", text(step), text(message)).ok();
    for cause in causes {
        writeln!(page, "<p class=\"soft\">because</p><pre>{}</pre>", text(&cause.to_string())).ok();
    }
    if let Some(hint) = hint {
        writeln!(page, "<p><strong>next:</strong></p><pre>{}</pre>", text(hint)).ok();
    }
    page.push_str("</div>\n");
}

fn facts(trace: &Trace, now: Timestamp, page: &mut String) {
    let kubernetes = trace.kubernetes.clone().unwrap_or_default();
    let vault = trace.vault.clone().unwrap_or_default();
    let login = trace.credentials.clone().unwrap_or_default();
    let rows = [
        ("began", trace.timestamp.to_string()),
        ("took", took(trace.length(now))),
        ("by", format!("{}@{}", trace.started_by.user, trace.started_by.host)),
        ("cluster", format!("{} {}", kubernetes.server, kubernetes.version)),
        ("cluster id", kubernetes.cluster_id),
        ("infraID", kubernetes.infra_id.unwrap_or_default()),
        ("repository", format!("{} {}", trace.repo_url, trace.repo_ref)),
        ("commit", trace.git_sha.clone()),
        ("ENV", trace.env.clone()),
        ("BASE_DOMAIN", trace.apps_domain.clone()),
        ("login from", login.path.unwrap_or(login.source)),
        ("Vault", format!("{} {}", vault.address, vault.mount)),
        ("proof", vault.proof.unwrap_or_default()),
        ("exit code", trace.exit_code.map(|code| code.to_string()).unwrap_or_default()),
        ("trace id", trace.trace_id()),
    ];
    page.push_str("<section aria-labelledby=\"facts\"><h2 id=\"facts\">The run</h2>\n<dl>\n");
    for (name, value) in rows.iter().filter(|(_, value)| !value.trim().is_empty() && value != "@") {
        writeln!(page, "<dt>{name}</dt><dd>{}</dd>", text(value.trim())).ok();
    }
    page.push_str("</dl></section>\n");
}

fn links(trace: &Trace, page: &mut String) {
    let opens = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    let mut links = trace.links.iter().filter(|link| opens(&link.url)).peekable();
    if links.peek().is_none() {
        return;
    }
    page.push_str("<nav aria-labelledby=\"links\"><h2 id=\"links\">Where to look</h2>\n<ul>\n");
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
         <caption>Each step's bar stands where it began and is as long as it took, of {} in all.</caption>\n\
         <thead><tr><th scope=\"col\">step</th><th scope=\"col\">status</th><th scope=\"col\" class=\"time\">time</th>\
         <th scope=\"col\" class=\"wide\">of the run</th></tr></thead>\n<tbody>\n",
        took(trace.length(now))
    )
    .ok();
    for step in &trace.steps {
        row(trace, step, whole, now, page);
    }
    page.push_str("</tbody></table></section>\n");
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
        DisplayStatus::Changed | DisplayStatus::Unchanged => "good",
        DisplayStatus::Failed => "bad",
        DisplayStatus::Interrupted => "odd",
        DisplayStatus::Running => "note",
        DisplayStatus::Skipped | DisplayStatus::Pending | DisplayStatus::NotReached => "soft",
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
        let page = page(&trace, Timestamp::UNIX_EPOCH);
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
        let page = page(&trace, Timestamp::UNIX_EPOCH);
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
        let page = page(&trace, Timestamp::UNIX_EPOCH);
        assert_eq!(page.matches("<a href=").count(), 1, "{page}");
        assert!(page.contains("href=\"https://console.example.com/?a=1&amp;b=&quot;\""), "{page}");
    }

    #[test]
    fn a_bar_stands_where_its_step_began() {
        let page = page(&trace(), Timestamp::UNIX_EPOCH);
        assert!(page.contains("bar bad\" style=\"left:25.0%;width:75.0%\""), "{page}");
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        let page = page(&trace(), Timestamp::UNIX_EPOCH);
        for outside in ["src=", "url(", "@import", "<link", "<script"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
