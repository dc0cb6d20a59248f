//! Answers that no API server gives: whatever stands there, it says nothing about what the cluster holds.

use std::time::Duration;

use cluster_access::{AccessError, Cluster, Network, ObjectRef, connect, get, list, list_metadata};

use crate::kubeconfig::{Folder, kubeconfig};
use crate::server::serve;

const LIMIT: Duration = Duration::from_secs(20);

async fn answering(body: &str) -> Cluster {
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let port = serve(None, answer.leak()).await;
    let cluster = kubeconfig(&format!("server: http://127.0.0.1:{port}"), "token: t0ken-t0ken");
    connect(&Folder::with(cluster).read(), &Network::default(), LIMIT, &[]).await.unwrap()
}

fn secrets() -> ObjectRef {
    ObjectRef::secret("default", "it")
}

#[tokio::test]
async fn what_is_no_list_is_an_error() {
    for body in ["[]", "null", "\"x\"", r#"{"items":5}"#, r#"{"items":[1]}"#, r#"{"items":[null,{}]}"#] {
        let cluster = answering(body).await;
        assert!(list(&cluster, &secrets(), None).await.is_err(), "{body}");
        assert!(list_metadata(&cluster, &secrets(), None).await.is_err(), "{body}");
    }
}

#[tokio::test]
async fn what_is_no_object_is_an_error() {
    for body in ["[]", "null", "\"x\"", "5"] {
        let found = get(&answering(body).await, &secrets()).await;
        assert!(matches!(&found, Err(error) if error.is_lasting()), "{body}: {found:?}");
    }
}

#[tokio::test]
async fn a_list_of_nothing_may_be_written_as_null() {
    for body in [r#"{"items":null}"#, r#"{"items":[]}"#, "{}"] {
        let found: Result<_, AccessError> = list(&answering(body).await, &secrets(), None).await;
        assert_eq!(found.unwrap().len(), 0, "{body}");
    }
}
