//! The body of a request to the webhook: taken up to a size, and read to its end where it is refused. A client that is still sending when the connection
//! closes loses the answer with it, so what is refused is read for a while and thrown away, after the answer was given.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use tokio::sync::Semaphore;

/// How much of a refused body is read, how long at most, and how long where nothing comes.
const DISCARDED: u64 = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(2);
/// Refused bodies that are read at the same time; others are cut off.
const AT_ONCE: usize = 16;

/// Why a body could not be taken.
pub(super) enum Wrong {
    TooLarge,
    Broken,
}

/// A body that is on its way.
pub(super) struct Arriving {
    pieces: BodyDataStream,
    announced: Option<u64>,
    /// The client sends nothing before it is told to.
    waits: bool,
    /// It has ended, well or badly.
    over: bool,
}

/// Places for those that are thrown away.
#[derive(Clone)]
pub(super) struct Bin(Arc<Semaphore>);

impl Default for Bin {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Arriving {
    pub(super) fn new(headers: &HeaderMap, body: Body) -> Self {
        let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|value| value.parse().ok());
        Self { pieces: body.into_data_stream(), announced, waits: headers.contains_key(header::EXPECT), over: false }
    }

    /// All of it, if it has at most so many bytes. One that is announced as longer is not waited for.
    pub(super) async fn take(&mut self, most: usize) -> Result<Vec<u8>, Wrong> {
        if self.announced.is_some_and(|length| length > most as u64) {
            return Err(Wrong::TooLarge);
        }
        self.waits = false;
        let mut whole = Vec::new();
        while let Some(piece) = self.next().await {
            let piece = piece.map_err(|()| Wrong::Broken)?;
            if whole.len() + piece.len() > most {
                return Err(Wrong::TooLarge);
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }

    async fn next(&mut self) -> Option<Result<axum::body::Bytes, ()>> {
        if self.over {
            return None;
        }
        let piece = self.pieces.next().await.map(|piece| piece.map_err(drop));
        self.over = !matches!(piece, Some(Ok(_)));
        piece
    }

    /// Reads what is left of it beside the answer, and throws it away.
    pub(super) fn discard(mut self, bin: &Bin) {
        if self.over || self.waits || self.announced == Some(0) {
            return;
        }
        // Where many are refused at once the rest is cut off, as it would be without this.
        let Ok(place) = bin.0.clone().try_acquire_owned() else { return };
        tokio::spawn(async move {
            let mut left = DISCARDED;
            let rest = async {
                while let Ok(Some(Ok(piece))) = tokio::time::timeout(SILENCE, self.next()).await {
                    match left.checked_sub(piece.len() as u64) {
                        Some(fewer) => left = fewer,
                        None => return,
                    }
                }
            };
            drop(tokio::time::timeout(PATIENCE, rest).await);
            drop(place);
        });
    }
}
