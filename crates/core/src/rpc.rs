//! One JSON-RPC 2.0 conversation as texts in and texts out, the same over a WebSocket and over the control socket.
//!
//! At most [`AT_ONCE`] commands of a connection go on at a time; after that nothing more is heard, so a client that asks
//! faster than it is served waits in its own pipe. What Core sends by itself is pulled from the outbox when the answers
//! are out, so a slow reader costs no memory.

use std::sync::Arc;

use axion_protocol::{Envelope, EnvelopeId, ErrorCode, ErrorInfo, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::clients::{Client, Held};
use crate::streams::{Outbox, Said};

/// Commands of one connection that go on at a time.
pub const AT_ONCE: usize = 32;
/// The largest message that a client may send: the parameters of `import_graph` and the envelope.
pub const LARGEST_MESSAGE: usize = (128 << 20) + (1 << 20);

/// A text to send; drop it when it is sent.
pub struct Spoken {
    /// One JSON message without a line break.
    pub text: String,
    _held: Option<Held>,
    _room: Option<OwnedSemaphorePermit>,
}

/// Where a connection's messages go in.
pub struct Ear {
    client: Arc<Client>,
    room: Arc<Semaphore>,
    replies: mpsc::Sender<Spoken>,
}

/// Where a connection's messages come out.
pub struct Mouth {
    replies: mpsc::Receiver<Spoken>,
    outbox: Outbox,
    /// Replies that came without a notification between; lets events through while a client asks without pause.
    in_a_row: u8,
}

/// The two ends of a conversation.
pub fn converse(client: Arc<Client>, outbox: Outbox) -> (Ear, Mouth) {
    let (sender, replies) = mpsc::channel(AT_ONCE * 2);
    (Ear { client, room: Arc::new(Semaphore::new(AT_ONCE)), replies: sender }, Mouth { replies, outbox, in_a_row: 0 })
}

impl Ear {
    /// Takes in one message. Waits while too many commands go on. False if the conversation has ended.
    pub async fn hear(&self, text: &str) -> bool {
        let Ok(room) = self.room.clone().acquire_owned().await else { return false };
        let request = match Envelope::parse(text) {
            Ok(Envelope::Request(request)) => request,
            Ok(Envelope::Response(_)) => {
                return self.refuse(None, "Core asks nothing of its clients, so there is nothing to answer.", room).await;
            }
            Err(error) => return self.refuse(None, &format!("This is not a JSON-RPC 2.0 message: {error}."), room).await,
        };
        let Some(id) = request.id.clone() else {
            return self.refuse(None, "A command needs an id, so that it can be answered.", room).await;
        };
        let (client, replies) = (self.client.clone(), self.replies.clone());
        tokio::spawn(async move {
            let answer = client.call(&request.method, request.params_text()).await;
            let text = render(Some(id), answer.outcome);
            // If nobody listens any more the answer has nowhere to go.
            let _ = replies.send(Spoken { text, _held: answer.held, _room: Some(room) }).await;
        });
        true
    }

    /// Sends an answer that the shell made itself.
    pub async fn answer(&self, id: Option<EnvelopeId>, outcome: Result<String, ErrorInfo>) -> bool {
        self.replies.send(Spoken { text: render(id, outcome), _held: None, _room: None }).await.is_ok()
    }

    async fn refuse(&self, id: Option<EnvelopeId>, why: &str, room: OwnedSemaphorePermit) -> bool {
        let text = render(id, Err(ErrorInfo::new(ErrorCode::InvalidParams, why)));
        self.replies.send(Spoken { text, _held: None, _room: Some(room) }).await.is_ok()
    }

    /// The client.
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }
}

impl Mouth {
    /// What to send next; `None` when the conversation is over. Cancel safe.
    pub async fn next(&mut self) -> Option<Spoken> {
        loop {
            if self.in_a_row < 16 {
                tokio::select! {
                    biased;
                    reply = self.replies.recv() => {
                        self.in_a_row += 1;
                        return reply;
                    }
                    event = self.outbox.next() => return self.event(event),
                }
            }
            tokio::select! {
                biased;
                event = self.outbox.next() => return self.event(event),
                () = std::future::ready(()) => self.in_a_row = 0,
            }
        }
    }

    fn event(&mut self, event: Option<Said>) -> Option<Spoken> {
        self.in_a_row = 0;
        let Said { method, json } = event?;
        let text = format!("{{\"jsonrpc\":\"2.0\",\"method\":\"{method}\",\"params\":{json}}}");
        Some(Spoken { text, _held: None, _room: None })
    }
}

fn render(id: Option<EnvelopeId>, outcome: Result<String, ErrorInfo>) -> String {
    let response = Response::new(id, outcome);
    serde_json::to_string(&response).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer could not be written");
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32603,\"message\":\"The answer could not be written.\"}}".to_owned()
    })
}
