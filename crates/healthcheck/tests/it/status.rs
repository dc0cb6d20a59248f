//! `status`: each cluster in one row.

use std::time::Duration;

use cluster_spec::Repository;
use healthcheck::status::{observe, on_this_machine};
use sandbox::Options;

use crate::world::{World, on_a_large_stack};

const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn a_row_is_of_the_files_and_of_the_record_in_the_cluster() {
    on_a_large_stack(async {
        let world = World::openshift().await;
        let (repository, request) = (Repository::at(world.sandbox.root()), world.request());
        let settings = &request.settings.cluster;
        let row = observe(&repository, "demo", settings, LIMIT).await;
        assert_eq!((row.status.as_str(), row.answers, row.env.as_str()), ("never", Some(true), "sno"));
        world.hand_over().await;
        let row = observe(&repository, "demo", settings, LIMIT).await;
        assert_eq!(
            (row.status.as_str(), row.repo_ref.as_str(), row.git_sha.len()),
            ("elsewhere", "main", 40)
        );
        world.write_trace("run", "succeeded", "id");
        world.write_run("release", "failed");
        let row = on_this_machine(&repository, "demo");
        assert_eq!((row.status.as_str(), row.answers, row.cluster.as_str()), ("succeeded", None, "demo"));
        world.write_run("release", "succeeded");
        assert_eq!(on_this_machine(&repository, "demo").status, "released");
        fs_err::write(world.sandbox.work().join("gitops-bootstrap.json"), "{").unwrap();
        let row = on_this_machine(&repository, "demo");
        assert_eq!((row.status.as_str(), row.notes.len()), ("unknown", 1));
        fs_err::write(world.sandbox.cluster_yaml(), "name: [").unwrap();
        let row = on_this_machine(&repository, "demo");
        assert!(row.is_broken && row.notes.len() == 2, "{row:?}");
    });
}

#[test]
fn a_cluster_that_can_not_be_asked_is_told_in_its_row() {
    on_a_large_stack(async {
        let world = World::new(Options::bare()).await;
        let (repository, request) = (Repository::at(world.sandbox.root()), world.request());
        let row = async |cluster: &str, limit| {
            let row = observe(&repository, cluster, &request.settings.cluster, limit).await;
            (row.answers, row.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        };
        let (answers, notes) = row("none", LIMIT).await;
        assert!(answers.is_none() && notes.ends_with("none is not there"), "{notes}");
        let (answers, notes) = row("..", LIMIT).await;
        assert!(answers.is_none() && !notes.is_empty(), "{notes}");
        let (answers, notes) = row("demo", Duration::ZERO).await;
        assert!(answers == Some(false) && notes.ends_with(" did not answer within 0 s"), "{notes}");
        let kubeconfig = fs_err::read_to_string(world.sandbox.kubeconfig()).unwrap();
        let elsewhere = kubeconfig.replace(&world.sandbox.cluster.server(), "https://127.0.0.1:1");
        fs_err::write(world.sandbox.kubeconfig(), elsewhere).unwrap();
        let (answers, notes) = row("demo", LIMIT).await;
        assert!(answers == Some(false) && notes.starts_with("failed to "), "{notes}");
        fs_err::write(world.sandbox.kubeconfig(), "{").unwrap();
        let (answers, notes) = row("demo", LIMIT).await;
        assert!(answers == Some(false) && notes.starts_with("failed to "), "{notes}");
        fs_err::remove_file(world.sandbox.kubeconfig()).unwrap();
        assert_eq!(row("demo", LIMIT).await, (None, String::new()));
        assert_eq!(on_this_machine(&repository, "..").status, "unknown");
    });
}
