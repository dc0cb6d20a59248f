//! The next second of the clock.

/// Runs are told apart by the second they began in, and nobody makes a cluster anew within one.
pub async fn another_second() {
    let second = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let began = second();
    while second() == began {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
