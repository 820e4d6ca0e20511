//! A connected byte channel to a runner, whatever it is made of, and the body (process or container) behind it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::watch;
use tokio_util::codec::FramedRead;

use crate::codec::{NdjsonCodec, TO_HOST_LIMIT};

/// Frames from the runner.
pub(crate) type Frames = FramedRead<Box<dyn AsyncRead + Send + Unpin>, NdjsonCodec>;
/// Bytes to the runner.
pub(crate) type Output = Box<dyn AsyncWrite + Send + Unpin>;

/// Both directions.
pub(crate) struct Link {
    pub frames: Frames,
    pub output: Output,
}

impl Link {
    /// Puts the codec on a pair of streams.
    pub fn new(input: impl AsyncRead + Send + Unpin + 'static, output: impl AsyncWrite + Send + Unpin + 'static) -> Self {
        let input: Box<dyn AsyncRead + Send + Unpin> = Box::new(input);
        Self { frames: FramedRead::new(input, NdjsonCodec::new(TO_HOST_LIMIT)), output: Box::new(output) }
    }
}

/// How a body ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BodyEnd {
    Code(i32),
    Signal(i32),
    /// The kernel ended it for want of memory.
    OutOfMemory,
    /// Nobody can say; the engine went away.
    Lost(String),
}

impl std::fmt::Display for BodyEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
            Self::OutOfMemory => write!(f, "out of memory"),
            Self::Lost(why) => write!(f, "{why}"),
        }
    }
}

/// What lives behind a link and must be ended with it.
pub(crate) struct Body {
    pub pid: Option<u32>,
    /// Ends it at once; harmless when it has ended.
    pub kill: Arc<dyn Fn() + Send + Sync>,
    pub ended: watch::Receiver<Option<BodyEnd>>,
    pub stderr: Tail,
    /// Kept for as long as the body lives: its folder, its control group. Dropped last.
    pub keep: Vec<Box<dyn Send + Sync>>,
}

impl Body {
    /// Ends it and waits until that is known. An engine that does not tell in time is not waited for.
    pub async fn end(&self) -> BodyEnd {
        (self.kill)();
        let unknown = || BodyEnd::Lost("nobody told that it ended".into());
        tokio::time::timeout(KILLED, self.wait()).await.unwrap_or_else(|_| unknown())
    }

    /// Waits for the end.
    pub async fn wait(&self) -> BodyEnd {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(end) => end.clone().unwrap_or_else(|| BodyEnd::Lost("no end was recorded".into())),
            Err(_) => BodyEnd::Lost("its watcher ended first".into()),
        }
    }
}

/// How long the news of a kill may take.
const KILLED: Duration = Duration::from_secs(5);

impl Drop for Body {
    fn drop(&mut self) {
        (self.kill)();
    }
}

const TAIL: usize = 4096;

/// The last few kilobytes of what a runner wrote to standard error: enough to explain an end, never enough to hurt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tail(Arc<Mutex<VecDeque<u8>>>);

impl Tail {
    pub fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(&bytes[bytes.len().saturating_sub(TAIL)..]);
        let over = kept.len().saturating_sub(TAIL);
        kept.drain(..over);
    }

    /// As text, control characters (terminal escapes) taken out.
    pub fn text(&self) -> String {
        let kept: Vec<u8> = self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        let plain = |c: &char| *c == '\n' || *c == '\t' || !c.is_control();
        String::from_utf8_lossy(&kept).chars().filter(plain).collect()
    }

    /// Drains a stream into the tail until it ends.
    pub async fn drain(self, mut from: impl AsyncRead + Unpin) {
        let mut buffer = [0u8; 2048];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            self.push(&buffer[..count]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_keeps_the_end_and_no_escapes() {
        let tail = Tail::default();
        for _ in 0..100 {
            tail.push(&[b'a'; 1000]);
        }
        tail.push(b"\x1b[31mlast\n");
        let text = tail.text();
        assert!(text.len() <= TAIL && text.ends_with("a[31mlast\n"), "{}", text.len());
    }
}
