//! Core itself, streams and what windows look like.

use axion_protocol::{
    Caller, Done, ErrorCode, ErrorInfo, ReadStreamParams, SetViewStateParams, Shell, StreamPage, SubscribeMode, SubscribeParams,
    Subscription, SystemInfo, ViewState, clip,
};
use axion_store::{Place, StreamName};

use crate::clients::Clients;
use crate::core::Inner;
use crate::failure::{internal, storage};
use crate::{runs, wire};

/// What a client may count on.
const CAPABILITIES: &[&str] = &["projects", "graphs", "runs", "approvals", "settings", "runtime", "sessions", "models", "egress"];
/// Events of one page if the reader names no number.
const USUAL_PAGE: u64 = 1000;

impl Inner {
    pub(crate) fn system(&self) -> Result<SystemInfo, ErrorInfo> {
        Ok(SystemInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            shell: self.host.shell(),
            platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            home: clip(&self.home.to_string_lossy(), 4096),
            pid: u64::from(std::process::id()),
            capabilities: CAPABILITIES
                .iter()
                .chain((self.host.shell() == Shell::Desktop).then_some(&"links"))
                .map(|&name| name.to_owned())
                .collect(),
            notices: self.notices(),
        })
    }

    /// A page in a browser tab opens its links itself, and one far from this machine must not open any here.
    pub(crate) async fn open_link(&self, url: String) -> Result<(), ErrorInfo> {
        if self.host.shell() != Shell::Desktop {
            return Err(ErrorInfo::new(ErrorCode::Forbidden, "Only the desktop window opens pages in the browser."));
        }
        blocking(move || crate::opener::follow(&url)).await
    }

    /// Order matters: joined to what is published before the head is read, so that nothing falls between.
    pub(crate) async fn subscribe(&self, caller: &Caller, params: SubscribeParams) -> Result<Subscription, ErrorInfo> {
        let subscriptions = self.clients.subscriptions(caller)?;
        let name = params.stream.as_str();
        Clients::admit(&subscriptions, name)?;
        let stream = StreamName::parse(name).map_err(storage)?;
        let fresh = !subscriptions.has(name);
        subscriptions.prepare(name);
        let (epoch, after) = (params.epoch.clone(), params.after);
        let place = self.read(move |tx| tx.stream_place(&stream, epoch.as_deref(), after)).await;
        let (mode, epoch, head) = match place {
            Ok(Place::Tail { epoch, head }) => (SubscribeMode::Tail, epoch, head),
            Ok(Place::Snapshot { epoch, head }) => (SubscribeMode::Snapshot, epoch, head),
            Err(info) => {
                if fresh {
                    subscriptions.stop(name);
                }
                return Err(info);
            }
        };
        let cursor = if mode == SubscribeMode::Tail { params.after.unwrap_or(0) } else { head };
        subscriptions.start(name, &crate::core::place(&epoch, head), cursor);
        Ok(Subscription { stream: params.stream, epoch: epoch.to_string(), head, mode })
    }

    pub(crate) async fn read_stream(&self, params: ReadStreamParams) -> Result<StreamPage, ErrorInfo> {
        let stream = StreamName::parse(params.stream.as_str()).map_err(storage)?;
        let (after, limit) = (params.after.unwrap_or(0), params.limit.unwrap_or(USUAL_PAGE));
        let page = self.read(move |tx| tx.read_stream(&stream, after, limit)).await?;
        let events = wire::text_of(&page.events.array())?;
        Ok(StreamPage { stream: params.stream, epoch: page.epoch.to_string(), events, head: page.head })
    }

    pub(crate) async fn view_state(&self, window_id: String) -> Result<ViewState, ErrorInfo> {
        let state = self.read(move |tx| tx.get_view_state(&window_id)).await?;
        let state = state.map_or(Ok(serde_json::Value::Null), |json| wire::text_of(json.get()))?;
        Ok(ViewState { state })
    }

    pub(crate) async fn set_view_state(&self, params: SetViewStateParams) -> Result<Done, ErrorInfo> {
        let (state, now) = (runs::json(&params.state)?, self.now());
        self.write(move |tx| tx.set_view_state(&params.window_id, &state, now)).await?;
        Ok(Done {})
    }
}

/// Runs something that blocks for a moment.
pub(crate) async fn blocking<T: Send + 'static>(body: impl FnOnce() -> Result<T, ErrorInfo> + Send + 'static) -> Result<T, ErrorInfo> {
    tokio::task::spawn_blocking(body).await.map_err(|error| internal("A task broke off", error))?
}
