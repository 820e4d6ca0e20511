//! Where sessions are kept, as a seam: the one that ships is SQLite in the home (`axion-store`). What is asked is about
//! sessions, never about tables.

use async_trait::async_trait;
use axion_store::{
    BranchForModel, EventDraft, FolderRow, MessagePage, MessageRow, NewSession, OpenTurn, PageAt, Pending, QueuedRow, RequestRow,
    SearchHit, SessionRow, SessionSnapshot, SessionUpdate, Store, StoreError, StreamName,
};

/// A result of a store.
pub type Kept<T> = Result<T, StoreError>;

/// Events for a session, and what no event says of it, to be written together.
#[derive(Default)]
pub struct Write {
    /// The head that the events follow, where something else between would be wrong.
    pub follows: Option<u64>,
    /// The events.
    pub drafts: Vec<EventDraft>,
    /// Title, model and the like.
    pub update: Option<SessionUpdate>,
    /// An instruction file that the person let apply.
    pub seen: Option<String>,
    /// When.
    pub ts: u64,
}

/// Where in a session's messages.
#[derive(Debug, Clone)]
pub enum At {
    /// The last ones.
    Latest,
    /// Those before this one.
    Before(String),
    /// This one with some before and after it.
    Around(String),
}

/// A turn as it stands: what a runner needs to take it up, and the state that its own events say.
pub struct StoredTurn {
    /// Its row; `None` if it has ended.
    pub open: Option<OpenTurn>,
    /// What was written of it.
    pub journal: Vec<EventDraft>,
    /// Where the session's stream stands.
    pub head: u64,
    /// Whether that stream ends with `turn-interrupted`.
    pub interrupted: bool,
}

/// Sessions that outlive this process.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Makes one; the flag is false if it was there.
    async fn create(&self, new: NewSession) -> Kept<(SessionRow, bool)>;
    /// Forgets one and all that belongs to it.
    async fn delete(&self, session: &str, ts: u64) -> Kept<()>;
    /// Copies a branch into a new one.
    async fn fork(&self, session: &str, message: &str, copy: &str, ts: u64) -> Kept<SessionRow>;
    /// Queues a write. The order of calls is the order of writes; the answer is the head when it is on disk.
    fn append(&self, session: &str, write: Write) -> Pending<u64>;
    /// Keeps a value of a session under its hash.
    fn put_blob(&self, session: &str, hash: String, json: String) -> Pending<()>;
    /// Resolves when everything that was queued before is on disk or has failed.
    async fn settled(&self) -> Kept<()>;

    /// One.
    async fn get(&self, session: &str) -> Kept<SessionRow>;
    /// All, the one that was active last first.
    async fn list(&self, archived: bool) -> Kept<Vec<SessionRow>>;
    /// One without its messages.
    async fn snapshot(&self, session: &str) -> Kept<SessionSnapshot>;
    /// Messages of the shown branch.
    async fn page(&self, session: &str, at: At, limit: u64) -> Kept<MessagePage>;
    /// One message.
    async fn message(&self, session: &str, message: &str) -> Kept<MessageRow>;
    /// The branch up to a message as a model gets it, of about so many bytes.
    async fn branch(&self, session: &str, message: &str, room: u64) -> Kept<BranchForModel>;
    /// The end of the newest branch that a message is on.
    async fn tip_below(&self, session: &str, message: &str) -> Kept<String>;
    /// What waits for the turn.
    async fn queue(&self, session: &str) -> Kept<Vec<QueuedRow>>;
    /// What the agent may see.
    async fn folders(&self, session: &str) -> Kept<Vec<FolderRow>>;
    /// A request that waits for the person.
    async fn open_request(&self, session: &str, request: &str) -> Kept<Option<RequestRow>>;
    /// Hashes of instruction files that apply.
    async fn seen(&self, session: &str) -> Kept<Vec<String>>;
    /// Hashes of a session's values.
    async fn blobs(&self, session: &str) -> Kept<Vec<String>>;
    /// A value.
    async fn blob(&self, hash: &str) -> Kept<Vec<u8>>;
    /// Turns that have not ended.
    async fn open_turns(&self) -> Kept<Vec<OpenTurn>>;
    /// One turn.
    async fn turn(&self, session: &str, turn: &str) -> Kept<StoredTurn>;
    /// Searches titles, messages and what tools said.
    async fn search(&self, query: &str, session: Option<String>, limit: u64) -> Kept<Vec<SearchHit>>;
}

#[derive(serde::Deserialize)]
struct Kind<'e> {
    #[serde(borrow)]
    r#type: std::borrow::Cow<'e, str>,
}

/// Sessions in `axion.db`.
pub struct InDatabase(pub Store);

impl InDatabase {
    async fn read<T: Send + 'static>(&self, body: impl FnOnce(&axion_store::ReadTx<'_>) -> Kept<T> + Send + 'static) -> Kept<T> {
        let store = self.0.clone();
        let read = tokio::task::spawn_blocking(move || store.read(body)).await;
        read.map_err(|error| StoreError::Internal(error.to_string()))?
    }
}

#[async_trait]
impl SessionStore for InDatabase {
    async fn create(&self, new: NewSession) -> Kept<(SessionRow, bool)> {
        self.0.write(move |tx| tx.create_session(&new)).await
    }
    async fn delete(&self, session: &str, ts: u64) -> Kept<()> {
        let session = session.to_owned();
        self.0.write(move |tx| tx.delete_session(&session, ts)).await
    }
    async fn fork(&self, session: &str, message: &str, copy: &str, ts: u64) -> Kept<SessionRow> {
        let (session, message, copy) = (session.to_owned(), message.to_owned(), copy.to_owned());
        self.0.write(move |tx| tx.fork_session(&session, &message, &copy, ts)).await
    }
    fn append(&self, session: &str, write: Write) -> Pending<u64> {
        let session = session.to_owned();
        let bytes = write.drafts.iter().map(|draft| draft.as_str().len() + 64).sum();
        self.0.write_sized(bytes, move |tx| {
            let (_, head) = tx.stream_head(&StreamName::session(&session))?;
            if let Some(follows) = write.follows.filter(|follows| *follows != head) {
                return Err(StoreError::Internal(format!("a group that follows event {follows} cannot be put after {head}")));
            }
            if let Some(update) = &write.update {
                tx.update_session(&session, update, write.ts)?;
            }
            if let Some(hash) = &write.seen {
                tx.add_seen_instructions(&session, hash)?;
            }
            if write.drafts.is_empty() { Ok(head) } else { Ok(tx.append_session(&session, &write.drafts)?.0.head) }
        })
    }
    fn put_blob(&self, session: &str, hash: String, json: String) -> Pending<()> {
        let session = session.to_owned();
        self.0.write_sized(json.len(), move |tx| tx.put_session_blob(&session, &hash, json.as_bytes()))
    }
    async fn settled(&self) -> Kept<()> {
        self.0.write(|_| Ok(())).await
    }

    async fn get(&self, session: &str) -> Kept<SessionRow> {
        let session = session.to_owned();
        self.read(move |tx| tx.get_session(&session)).await
    }
    async fn list(&self, archived: bool) -> Kept<Vec<SessionRow>> {
        self.read(move |tx| tx.list_sessions(archived)).await
    }
    async fn snapshot(&self, session: &str) -> Kept<SessionSnapshot> {
        let session = session.to_owned();
        self.read(move |tx| tx.session_snapshot(&session)).await
    }
    async fn page(&self, session: &str, at: At, limit: u64) -> Kept<MessagePage> {
        let session = session.to_owned();
        let page = move |tx: &axion_store::ReadTx<'_>| {
            let at = match &at {
                At::Latest => PageAt::Latest,
                At::Before(id) => PageAt::Before(id),
                At::Around(id) => PageAt::Around(id),
            };
            tx.read_messages(&session, at, limit)
        };
        self.read(page).await
    }
    async fn message(&self, session: &str, message: &str) -> Kept<MessageRow> {
        let (session, message) = (session.to_owned(), message.to_owned());
        self.read(move |tx| tx.get_message(&session, &message)).await
    }
    async fn branch(&self, session: &str, message: &str, room: u64) -> Kept<BranchForModel> {
        let (session, message) = (session.to_owned(), message.to_owned());
        self.read(move |tx| tx.branch_for_model(&session, &message, room)).await
    }
    async fn tip_below(&self, session: &str, message: &str) -> Kept<String> {
        let (session, message) = (session.to_owned(), message.to_owned());
        self.read(move |tx| tx.latest_tip_below(&session, &message)).await
    }
    async fn queue(&self, session: &str) -> Kept<Vec<QueuedRow>> {
        let session = session.to_owned();
        self.read(move |tx| tx.session_queue(&session)).await
    }
    async fn folders(&self, session: &str) -> Kept<Vec<FolderRow>> {
        let session = session.to_owned();
        self.read(move |tx| tx.session_folders(&session)).await
    }
    async fn open_request(&self, session: &str, request: &str) -> Kept<Option<RequestRow>> {
        let (session, request) = (session.to_owned(), request.to_owned());
        self.read(move |tx| tx.open_request(&session, &request)).await
    }
    async fn seen(&self, session: &str) -> Kept<Vec<String>> {
        let session = session.to_owned();
        self.read(move |tx| tx.seen_instructions(&session)).await
    }
    async fn blobs(&self, session: &str) -> Kept<Vec<String>> {
        let session = session.to_owned();
        self.read(move |tx| tx.session_blobs(&session)).await
    }
    async fn blob(&self, hash: &str) -> Kept<Vec<u8>> {
        let hash = hash.to_owned();
        self.read(move |tx| tx.get_blob(&hash)).await
    }
    async fn open_turns(&self) -> Kept<Vec<OpenTurn>> {
        self.read(|tx| tx.open_turns()).await
    }
    async fn turn(&self, session: &str, turn: &str) -> Kept<StoredTurn> {
        let (session, turn) = (session.to_owned(), turn.to_owned());
        let stored = move |tx: &axion_store::ReadTx<'_>| {
            let open = tx.open_turn(&session)?.filter(|open| open.turn_id == turn);
            let stream = StreamName::session(&session);
            let (_, head) = tx.stream_head(&stream)?;
            let last = tx.read_stream(&stream, head.saturating_sub(1), 1)?;
            let interrupted =
                last.events.iter().any(|event| serde_json::from_str::<Kind<'_>>(event).is_ok_and(|head| head.r#type == "turn-interrupted"));
            Ok(StoredTurn { open, journal: tx.turn_journal(&session, &turn)?, head, interrupted })
        };
        self.read(stored).await
    }
    async fn search(&self, query: &str, session: Option<String>, limit: u64) -> Kept<Vec<SearchHit>> {
        let query = query.to_owned();
        self.read(move |tx| tx.search_sessions(&query, session.as_deref(), limit)).await
    }
}
