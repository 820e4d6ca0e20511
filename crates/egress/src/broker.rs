//! The broker: one request at a time through policy, resolution, a pinned connection, limits and the ledger.
//!
//! No connection is kept for a second request and no proxy of the environment is used: both would lead somewhere that was not
//! checked for this request. Redirects are new requests: checked anew, in the ledger anew, without the keys once they leave the first origin.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use axion_protocol::EgressPurpose;
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HOST, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::body::{Body, Hold};
use crate::connect::{Dialer, Resolver, SystemNet, first, usual_tls};
use crate::error::{EgressError, Refusal};
use crate::ledger::{Ledger, Record};
use crate::policy::{Policy, Zone};
use crate::refused::Refused;
use crate::request::Request;
use crate::target::{Origin, Target};

/// Redirects that are followed.
const REDIRECTS: usize = 3;
/// Requests open at once.
const OPEN: usize = 128;

/// The head of an answer, and its body.
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// What follows; dropped, it closes the connection.
    pub body: Body,
}

/// How a broker reaches the world.
#[derive(Clone)]
pub struct Net {
    /// Names to addresses.
    pub resolver: Arc<dyn Resolver>,
    /// Addresses to connections.
    pub dialer: Arc<dyn Dialer>,
    /// Encryption; `None` for the system's certificates.
    pub tls: Option<Arc<ClientConfig>>,
}

impl Default for Net {
    fn default() -> Self {
        Self { resolver: Arc::new(SystemNet), dialer: Arc::new(SystemNet), tls: None }
    }
}

/// The one way out.
pub struct Broker {
    net: Net,
    ledger: Arc<dyn Ledger>,
    refused: Refused,
    policy: watch::Sender<Arc<Policy>>,
    open: Arc<AtomicUsize>,
}

/// An answer before its body is given to anybody.
struct Answer {
    response: http::Response<Incoming>,
    hold: Hold,
}

impl Broker {
    /// With nothing allowed yet.
    #[must_use]
    pub fn new(net: Net, ledger: Arc<dyn Ledger>) -> Self {
        Self { net, refused: Refused::new(ledger.clone()), ledger, policy: watch::Sender::new(Arc::default()), open: Arc::default() }
    }

    /// Changes what is allowed. Requests under way that are no longer allowed are cut off.
    pub fn set_policy(&self, policy: Policy) {
        self.policy.send_replace(Arc::new(policy));
    }

    /// What is allowed now.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.policy.borrow().clone()
    }

    /// Sends a request and waits for the head of the answer. Dropping the future gives it up.
    ///
    /// # Errors
    /// If it was not let out, or no answer came.
    pub async fn send(&self, mut request: Request) -> Result<Reply, EgressError> {
        let deadline = Instant::now() + request.limits.total;
        let mut target = self.read(&request).await?;
        let first = target.origin.clone();
        let keyed = !request.secrets.is_empty();
        for hop in 0..=REDIRECTS {
            let told = keyed && hop > 0;
            if let Err(refusal) = self.policy().admit(request.purpose, &target.origin) {
                return Err(self.refused.put(&request, Some(&target), told, refusal).await.into());
            }
            let mut record = Record::begin(&self.ledger, &request, Some(&target), told).await?;
            let answer = match self.ask(&request, &target, &mut record, deadline).await {
                Ok(answer) => answer,
                Err(error) => {
                    record.failed(&error);
                    return Err(error);
                }
            };
            record.status(answer.response.status().as_u16());
            let Some(next) = redirect(&answer.response, &request, &target).inspect_err(|error| record.failed(error))? else {
                return self.reply(answer, &request, &target, record, deadline);
            };
            record.done();
            if next.origin != first {
                request.secrets.clear();
            }
            target = next;
        }
        Err(EgressError::Redirect("too often"))
    }

    async fn read(&self, request: &Request) -> Result<Target, EgressError> {
        match Target::parse(&request.url) {
            Ok(target) => Ok(target),
            Err(refusal) => Err(self.refused.put(request, None, false, refusal).await.into()),
        }
    }

    /// Records a request that somebody else refused before it came here, and answers why it was.
    pub async fn refuse(&self, request: &Request, why: Refusal) -> EgressError {
        let target = Target::parse(&request.url).ok();
        self.refused.put(request, target.as_ref(), false, why).await.into()
    }

    async fn ask(&self, request: &Request, target: &Target, record: &mut Record, deadline: Instant) -> Result<Answer, EgressError> {
        let mut policy = self.policy.subscribe();
        let zone = self.policy().admit(request.purpose, &target.origin)?;
        let hold = Hold::take(&self.open, OPEN).ok_or(Refusal::Busy(OPEN))?;
        let out_of_time = |_| EgressError::Time(request.limits.total);
        // While it is not answered the person may close the air gap: then it is given up at once.
        tokio::select! {
            refusal = shut(&mut policy, request.purpose, &target.origin) => Err(refusal.into()),
            answer = timeout_at(deadline, self.exchange(request, target, zone, record, hold)) => answer.map_err(out_of_time)?,
        }
    }

    async fn exchange(
        &self,
        request: &Request,
        target: &Target,
        zone: Zone,
        record: &mut Record,
        mut hold: Hold,
    ) -> Result<Answer, EgressError> {
        let limits = &request.limits;
        let message = message(request, target)?;
        let host = target.origin.authority();
        let unconnected = |why: String| EgressError::Connect { host: host.clone(), why };
        let connect_by = Instant::now() + limits.connect;
        let late = |_| EgressError::Time(limits.connect);
        let addresses = match target.origin.literal() {
            Some(addresses) => addresses,
            None => {
                let found = timeout_at(connect_by, self.net.resolver.resolve(&target.origin.host)).await.map_err(late)?;
                found.ok().filter(|found| !found.is_empty()).ok_or_else(|| EgressError::Resolve(target.origin.host.clone()))?
            }
        };
        zone.check(&target.origin.host, &addresses)?;
        let (stream, address) = timeout_at(connect_by, first(&self.net.dialer, &addresses, target.origin.port))
            .await
            .map_err(late)?
            .map_err(|error| unconnected(error.to_string()))?;
        record.address(address);
        let mut sender = if target.origin.secure {
            let broken = |why: String| EgressError::Tls { host: host.clone(), why };
            let tls = self.net.tls.clone().map_or_else(usual_tls, Ok).map_err(broken)?;
            let name = ServerName::try_from(target.origin.host.clone()).map_err(|error| broken(error.to_string()))?;
            let stream = timeout_at(connect_by, TlsConnector::from(tls).connect(name, stream)).await.map_err(late)?;
            handshake(stream.map_err(|error| broken(error.to_string()))?, limits.head_bytes, &mut hold).await
        } else {
            handshake(stream, limits.head_bytes, &mut hold).await
        }
        .map_err(|error| protocol(&host, limits.head_bytes, &error))?;
        let sent = request.body.as_ref().map_or(0, Bytes::len) as u64;
        record.sent(sent);
        // A long body is given the time that a slow line needs for it.
        let by = Instant::now() + limits.head + Duration::from_millis(sent / 64);
        let response = timeout_at(by, sender.send_request(message)).await.map_err(|_| EgressError::Idle(limits.head))?;
        let response = response.map_err(|error| protocol(&host, limits.head_bytes, &error))?;
        Ok(Answer { response, hold })
    }

    fn reply(
        &self,
        answer: Answer,
        request: &Request,
        target: &Target,
        mut record: Record,
        deadline: Instant,
    ) -> Result<Reply, EgressError> {
        let (head, incoming) = answer.response.into_parts();
        let encoded = head.headers.get_all(CONTENT_ENCODING).iter().find(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));
        let length = head.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let error = if let Some(encoding) = encoded {
            Some(EgressError::Compressed(String::from_utf8_lossy(encoding.as_bytes()).chars().take(40).collect()))
        } else if length.is_some_and(|length| length > request.limits.body) {
            Some(EgressError::TooLarge(request.limits.body))
        } else {
            None
        };
        if let Some(error) = error {
            record.failed(&error);
            return Err(error);
        }
        let body = Body::new(incoming, answer.hold, record, self.policy.subscribe(), request, target.origin.clone(), deadline);
        Ok(Reply { status: head.status.as_u16(), headers: head.headers, body })
    }
}

/// Resolves when the policy no longer admits the request.
pub(crate) async fn shut(policy: &mut watch::Receiver<Arc<Policy>>, purpose: EgressPurpose, origin: &Origin) -> Refusal {
    loop {
        let refused = policy.borrow_and_update().admit(purpose, origin).err();
        if let Some(refusal) = refused {
            return refusal;
        }
        if policy.changed().await.is_err() {
            // There is no broker any more, so nobody can close anything.
            std::future::pending::<()>().await;
        }
    }
}

fn message(request: &Request, target: &Target) -> Result<http::Request<Full<Bytes>>, EgressError> {
    let bad = |name: &str| Refusal::Header(name.to_owned());
    let body = request.body.clone().unwrap_or_default();
    let mut message = http::Request::new(Full::new(body));
    *message.method_mut() = request.method.clone();
    *message.uri_mut() = target.path_and_query.parse().map_err(|_| Refusal::Address("its path cannot be sent"))?;
    let headers = message.headers_mut();
    *headers = request.headers.clone();
    for (name, value) in &request.secrets {
        let mut value = value.clone();
        value.set_sensitive(true);
        headers.insert(name.clone(), value);
    }
    headers.insert(HOST, HeaderValue::from_str(&target.origin.authority()).map_err(|_| bad("host"))?);
    // A packed body could unpack to any size: what arrives is what is counted.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if !headers.contains_key(USER_AGENT) {
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("axion/", env!("CARGO_PKG_VERSION"))));
    }
    Ok(message)
}

async fn handshake<S>(stream: S, head_bytes: usize, hold: &mut Hold) -> hyper::Result<http1::SendRequest<Full<Bytes>>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.max_buf_size(head_bytes.max(8192)).max_header_size(head_bytes).max_headers(128);
    let (sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
    // The connection's own errors come back through the request and the body.
    hold.drives(tokio::spawn(async move {
        let _ = connection.await;
    }));
    Ok(sender)
}

pub(crate) fn protocol(host: &str, head_bytes: usize, error: &hyper::Error) -> EgressError {
    // hyper tells the kind apart for servers only.
    if error.is_parse() && error.to_string().contains("too large") {
        return EgressError::HeadTooLarge(head_bytes);
    }
    let mut why = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        why = format!("{why}: {inner}");
        source = inner.source();
    }
    EgressError::Protocol { host: host.to_owned(), why }
}

/// Where an answer sends the request on, if it does.
fn redirect(response: &http::Response<Incoming>, request: &Request, target: &Target) -> Result<Option<Target>, EgressError> {
    let status = response.status();
    let moved = [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ];
    if !moved.contains(&status) {
        return Ok(None);
    }
    let location =
        response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).ok_or(EgressError::Redirect("without saying where to"))?;
    let next = target.join(location)?;
    if target.origin.secure && !next.origin.secure {
        return Err(EgressError::Redirect("from an encrypted address to one that is not"));
    }
    // What a person wrote goes to the address that was configured, and nowhere else.
    let repeats = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    if request.method != Method::GET && (!repeats || next.origin != target.origin) {
        return Err(EgressError::Redirect("a request with content elsewhere, which is not followed; configure the new address"));
    }
    Ok(Some(next))
}
