//! A proxy of a few lines: it knows CONNECT, and leads whoever asks to one server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

pub struct Proxy {
    pub url: String,
    visitors: Arc<AtomicUsize>,
}

impl Proxy {
    /// Leads to `server` (`https://127.0.0.1:<port>`), whatever name was asked for.
    pub async fn to(server: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let visitors = Arc::new(AtomicUsize::new(0));
        let (seen, server) = (Arc::clone(&visitors), server.trim_start_matches("https://").to_owned());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                seen.fetch_add(1, Ordering::SeqCst);
                let server = server.clone();
                tokio::spawn(async move { lead(client, &server).await.ok() });
            }
        });
        Self { url, visitors }
    }

    /// How many came.
    pub fn visitors(&self) -> usize {
        self.visitors.load(Ordering::SeqCst)
    }
}

async fn lead(client: TcpStream, server: &str) -> std::io::Result<()> {
    let mut client = BufReader::new(client);
    let mut line = String::new();
    client.read_line(&mut line).await?;
    let asked = line.starts_with("CONNECT ");
    while line.trim() != "" {
        line.clear();
        client.read_line(&mut line).await?;
    }
    if !asked {
        return client.write_all(b"HTTP/1.1 405 Method Not Allowed\r\n\r\n").await;
    }
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
    let mut server = TcpStream::connect(server).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await.map(|_| ())
}
