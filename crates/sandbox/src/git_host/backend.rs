//! `git http-backend`, started once for each request, as the Common Gateway Interface (RFC 3875) has it.

use std::path::PathBuf;

use axum::body::{Body, Bytes};
use axum::http::{Response, StatusCode, request};

use crate::git::{Git, feed};
use crate::loopback::plain;

#[derive(Debug)]
pub(super) struct Backend {
    git: Git,
    program: PathBuf,
    projects: PathBuf,
}

impl Backend {
    pub(super) fn new(git: Git, exec_path: PathBuf, projects: PathBuf) -> Self {
        Self { git, program: exec_path.join("git-http-backend"), projects }
    }

    pub(super) async fn answer(&self, head: &request::Parts, body: Bytes) -> Response<Body> {
        let mut command = self.git.start(&self.program);
        command.env("GIT_PROJECT_ROOT", &self.projects).env("GIT_HTTP_EXPORT_ALL", "1");
        command.env("PATH_INFO", head.uri.path()).env("QUERY_STRING", head.uri.query().unwrap_or_default());
        command.env("REQUEST_METHOD", head.method.as_str()).env("CONTENT_LENGTH", body.len().to_string());
        command.env("REMOTE_ADDR", "127.0.0.1");
        for (variable, name) in [
            ("CONTENT_TYPE", "content-type"),
            ("HTTP_CONTENT_ENCODING", "content-encoding"),
            ("GIT_PROTOCOL", "git-protocol"),
        ] {
            if let Some(value) = head.headers.get(name).and_then(|value| value.to_str().ok()) {
                command.env(variable, value);
            }
        }
        match feed(command, &body).await {
            Ok(output) => parse(output.stdout),
            Err(why) => plain(StatusCode::INTERNAL_SERVER_ERROR, why.to_string()),
        }
    }
}

/// Headers up to an empty line, `Status` among them, then the body.
fn parse(output: Vec<u8>) -> Response<Body> {
    let output = Bytes::from(output);
    let Some(end) = output.windows(4).position(|four| four == b"\r\n\r\n") else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "git http-backend said nothing");
    };
    let mut response = Response::builder();
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        let Some((name, value)) = line.split_once(": ") else { continue };
        response = if name.eq_ignore_ascii_case("status") {
            response.status(value.split(' ').next().unwrap_or("500"))
        } else {
            response.header(name, value)
        };
    }
    let body = Body::from(output.slice(end + 4..));
    response.body(body).unwrap_or_else(|why| plain(StatusCode::INTERNAL_SERVER_ERROR, why.to_string()))
}
