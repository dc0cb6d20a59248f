//! A host to which a redirect leads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpListener;

/// Another host, to which nobody should come.
pub struct Elsewhere {
    pub url: String,
    visitors: Arc<AtomicUsize>,
}

impl Elsewhere {
    pub async fn listen() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let visitors = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&visitors);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                seen.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { url, visitors }
    }

    /// How many connected: one who never connects sends nothing.
    pub fn visitors(&self) -> usize {
        self.visitors.load(Ordering::SeqCst)
    }
}
