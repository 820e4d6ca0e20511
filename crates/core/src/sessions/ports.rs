//! What turns need of their neighbours, as seams: which model answers a name, and HTTP to that model's provider.
//!
//! The room of models and the egress broker implement them; tests bring their own. A turn never sees an address or a key.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use axion_protocol::{ErrorInfo, HttpMethod, ProviderId, SessionId, StepError, TurnId, TurnModel};

/// Which models there are.
#[async_trait]
pub trait Models: Send + Sync + 'static {
    /// The model of this name (`provider/name`, or the plain name where only one provider has it), or why it cannot be used.
    async fn resolve(&self, id: &str) -> Result<TurnModel, ErrorInfo>;
    /// The one that answers where the person named none.
    async fn usual(&self) -> Result<TurnModel, ErrorInfo>;
    /// The one that is asked now for a session. Where nothing may be sent to it, that is recorded as a refused request.
    async fn to_ask(&self, id: Option<&str>, session: &str) -> Result<TurnModel, ErrorInfo> {
        let _ = session;
        match id {
            Some(id) => self.resolve(id).await,
            None => self.usual().await,
        }
    }
}

/// One request of a turn to its provider.
#[derive(Debug, Clone)]
pub struct ModelRequest {
    /// For the ledger.
    pub session_id: SessionId,
    /// For the ledger.
    pub turn_id: TurnId,
    /// Who is asked; its address and key are put in by the broker.
    pub provider: ProviderId,
    /// GET or POST.
    pub method: HttpMethod,
    /// Put behind the provider's base address; not checked yet.
    pub path: String,
    /// As the runner wants them; not checked yet.
    pub headers: BTreeMap<String, String>,
    /// The body's text.
    pub body: Option<String>,
    /// Given up after so long without a byte.
    pub idle: Duration,
    /// Given up after so many bytes.
    pub max_bytes: u64,
}

/// The head of a reply, and its body.
pub struct ModelReply {
    /// The status.
    pub status: u16,
    /// The headers that a runner may see.
    pub headers: BTreeMap<String, String>,
    /// What follows. Dropped, it closes the connection.
    pub body: Box<dyn ModelBody>,
}

/// The body of a reply, piece by piece. Nothing is read ahead of who asks.
#[async_trait]
pub trait ModelBody: Send {
    /// The next piece, of at most 64 KiB; `None` at the end. Cancel safe.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, StepError>;
}

/// HTTP to model providers. Dropping the future of `open` gives the request up.
#[async_trait]
pub trait ModelHttp: Send + Sync + 'static {
    /// Sends a request and waits for the head of its reply.
    async fn open(&self, request: ModelRequest) -> Result<ModelReply, StepError>;
}
