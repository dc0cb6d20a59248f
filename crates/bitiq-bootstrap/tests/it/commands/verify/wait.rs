//! `verify --wait`: the report is made again until nothing fails.

use rustix::process::Signal;

use super::node;
use crate::support::child::{hear, tell};
use crate::support::sandbox::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_once_nothing_fails_any_more() {
    let world = World::without_vault().await;
    node(&world, "False").await;
    let run = world.command(&["verify", "demo", "--wait", "2m"]);
    let mut child = run.start();
    hear(&mut child, "for everything to be healthy: nodes (node-1 is not Ready").await;
    node(&world, "True").await;
    run.finish(child).await.exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_at_once_on_a_signal() {
    let world = World::without_vault().await;
    node(&world, "False").await;
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let run = world.command(&["verify", "demo", "--wait", "10m"]);
        let mut child = run.start();
        hear(&mut child, "for everything to be healthy: nodes (").await;
        tell(&child, signal);
        run.finish(child).await.exits(code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_is_over_tells_what_still_fails() {
    let world = World::without_vault().await;
    node(&world, "False").await;
    let ran = world.run(&["verify", "demo", "--wait", "3"]).await.exits(1);
    ran.says(&["for everything to be healthy: nodes (", "✗ nodes: "]);
}
