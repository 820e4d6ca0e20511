//! Stands between the crate and a real engine: changes what passes, or cuts the line. What an engine does that ignores
//! options, lies about its version or dies in mid-run can only be had this way.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

/// Changes the JSON body of a request or an answer whose request line contains the given text.
pub type Change = Arc<dyn Fn(&mut Value) + Send + Sync>;

#[derive(Clone, Default)]
pub struct Rules {
    /// Requests to change on their way to the engine.
    pub requests: Vec<(&'static str, Change)>,
    /// Answers to change on their way back.
    pub answers: Vec<(&'static str, Change)>,
}

pub struct Proxy {
    pub address: String,
    cut: watch::Sender<bool>,
}

impl Proxy {
    pub fn between(folder: &Path, engine: &str, rules: Rules) -> Self {
        let path = folder.join("proxy.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let engine = PathBuf::from(engine.trim_start_matches("unix://"));
        let cut = watch::Sender::new(false);
        let cutting = cut.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (engine, rules, mut cutting) = (engine.clone(), rules.clone(), cutting.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        _ = pass(client, &engine, &rules) => {}
                        _ = cutting.wait_for(|cut| *cut) => {}
                    }
                });
            }
        });
        Self { address: format!("unix://{}", path.display()), cut }
    }

    /// From now on every connection is broken, as when the engine is killed.
    pub fn cut(&self) {
        self.cut.send_replace(true);
    }
}

/// The client opens a connection per request, so one exchange is all there is on each.
async fn pass(client: UnixStream, engine: &Path, rules: &Rules) -> std::io::Result<()> {
    let server = UnixStream::connect(engine).await?;
    let (from_client, mut to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    let (mut from_client, mut from_server) = (BufReader::new(from_client), BufReader::new(from_server));
    let head = head(&mut from_client).await?;
    let line = head.lines().next().unwrap_or_default().to_owned();
    let fitting = |rules: &[(&'static str, Change)]| rules.iter().find(|(text, _)| line.contains(text)).map(|(_, c)| c.clone());
    match fitting(&rules.requests) {
        Some(change) => changed(&head, &mut from_client, &mut to_server, change).await?,
        None => to_server.write_all(head.as_bytes()).await?,
    }
    let back = async {
        if let Some(change) = fitting(&rules.answers) {
            let head = self::head(&mut from_server).await?;
            changed(&head, &mut from_server, &mut to_client, change).await?;
        }
        tokio::io::copy(&mut from_server, &mut to_client).await?;
        to_client.shutdown().await
    };
    let forth = async {
        tokio::io::copy(&mut from_client, &mut to_server).await?;
        to_server.shutdown().await
    };
    tokio::try_join!(back, forth).map(|_| ())
}

async fn head(from: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if from.read_line(&mut head).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(head)
}

async fn changed(
    head: &str,
    from: &mut (impl AsyncBufReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    change: Change,
) -> std::io::Result<()> {
    let field = |name: &str| head.lines().find_map(|line| line.to_lowercase().strip_prefix(name).map(|v| v.trim().to_owned()));
    let mut body = Vec::new();
    match field("content-length:") {
        Some(length) => {
            body.resize(length.parse().unwrap(), 0);
            from.read_exact(&mut body).await?;
        }
        // Answers of unknown length come in pieces, each behind its size in hex.
        None => loop {
            let mut size = String::new();
            from.read_line(&mut size).await?;
            let size = usize::from_str_radix(size.trim(), 16).unwrap();
            let start = body.len();
            body.resize(start + size + 2, 0);
            from.read_exact(&mut body[start..]).await?;
            body.truncate(start + size);
            if size == 0 {
                break;
            }
        },
    }
    let mut value = serde_json::from_slice(&body).unwrap();
    change(&mut value);
    let body = value.to_string();
    let kept = head.lines().filter(|line| {
        let line = line.to_lowercase();
        !line.starts_with("content-length:") && !line.starts_with("transfer-encoding:") && !line.is_empty()
    });
    let head: String = kept.map(|line| format!("{line}\r\n")).collect();
    to.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await
}
