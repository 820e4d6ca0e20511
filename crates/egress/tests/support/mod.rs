//! Servers that do what a test tells them, and a world in which names and addresses lead where a test wants.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking, and uses its part")]

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axion_egress::{Broker, Dialer, Ledger, Net, Policy, Resolver, Rule};
use axion_protocol::{EgressEntry, EgressPurpose};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

trait Pipe: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Pipe for T {}

/// One connection, from the server's side, after its request was read.
pub struct Conn {
    /// Head of the request.
    pub request: String,
    /// Bytes that were sent.
    pub sent: u64,
    pipe: Box<dyn Pipe>,
    noted: watch::Sender<Option<u64>>,
}

impl Conn {
    /// Sends; `false` when nobody takes it any more.
    pub async fn send(&mut self, bytes: &[u8]) -> bool {
        let sent = self.pipe.write_all(bytes).await.is_ok() && self.pipe.flush().await.is_ok();
        self.sent += if sent { bytes.len() as u64 } else { 0 };
        sent
    }
    /// Sends if it is taken within a time.
    pub async fn send_within(&mut self, bytes: &[u8], time: Duration) -> bool {
        tokio::time::timeout(time, self.send(bytes)).await.unwrap_or(false)
    }
    pub async fn until_closed(&mut self) {
        let mut rest = [0; 1024];
        while self.pipe.read(&mut rest).await.is_ok_and(|count| count > 0) {}
    }
    pub fn note(&self, number: u64) {
        self.noted.send_replace(Some(number));
    }
}

pub struct Server {
    pub url: String,
    address: SocketAddr,
    seen: watch::Receiver<Vec<String>>,
    ended: watch::Receiver<usize>,
    noted: watch::Receiver<Option<u64>>,
}

impl Server {
    pub fn authority(&self) -> String {
        self.address.to_string()
    }
    pub fn seen(&self) -> Vec<String> {
        self.seen.borrow().clone()
    }
    pub async fn arrived(&self) {
        self.seen.clone().wait_for(|seen| !seen.is_empty()).await.unwrap();
    }
    pub async fn closed(&self) {
        self.ended.clone().wait_for(|ended| *ended > 0).await.unwrap();
    }
    pub async fn noted(&self) -> u64 {
        self.noted.clone().wait_for(Option::is_some).await.unwrap().unwrap()
    }
}

type Answer = Pin<Box<dyn Future<Output = ()> + Send>>;

pub fn text(status: &str, headers: &str, body: &str) -> impl FnOnce(Conn) -> Answer + Send + 'static {
    let whole = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    move |mut conn| {
        Box::pin(async move {
            conn.send(whole.as_bytes()).await;
        })
    }
}

pub async fn head(conn: &mut Conn, status: &str, headers: &str) {
    conn.send(format!("HTTP/1.1 {status}\r\n{headers}\r\n").as_bytes()).await;
}

pub async fn serve<F, Fut>(handler: F) -> Server
where
    F: Fn(Conn) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    serve_on(None, handler).await
}

async fn serve_on<F, Fut>(tls: Option<TlsAcceptor>, handler: F) -> Server
where
    F: Fn(Conn) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (seen, all) = watch::channel(Vec::new());
    let (ended, ends) = watch::channel(0);
    let (noted, notes) = watch::channel(None);
    let handler = Arc::new(handler);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (seen, ended, noted, handler, tls) = (seen.clone(), ended.clone(), noted.clone(), handler.clone(), tls.clone());
            tokio::spawn(async move {
                let pipe: Option<Box<dyn Pipe>> = match tls {
                    Some(tls) => tls.accept(stream).await.ok().map(|stream| Box::new(stream) as Box<dyn Pipe>),
                    None => Some(Box::new(stream)),
                };
                if let Some(mut pipe) = pipe
                    && let Some(request) = request(&mut pipe).await
                {
                    seen.send_modify(|seen| seen.push(request.clone()));
                    handler(Conn { request, sent: 0, pipe, noted }).await;
                }
                ended.send_modify(|ended| *ended += 1);
            });
        }
    });
    Server { url: format!("http://{address}"), address, seen: all, ended: ends, noted: notes }
}

async fn request(pipe: &mut Box<dyn Pipe>) -> Option<String> {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        if pipe.read(&mut byte).await.ok()? == 0 {
            return None;
        }
        text.push(byte[0]);
    }
    let text = String::from_utf8(text).unwrap();
    let length = text.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
    pipe.read_exact(&mut vec![0; length.unwrap_or(0)]).await.ok()?;
    Some(text)
}

/// A server with a certificate, and who trusts it.
pub struct Sealed {
    pub plain: Server,
    trust: Arc<ClientConfig>,
}

pub async fn serve_tls<F, Fut>(name: &str, handler: F) -> Sealed
where
    F: Fn(Conn) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let certificate = CertificateDer::from(made.cert.der().to_vec());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
    let server = builder.with_no_client_auth().with_single_cert(vec![certificate.clone()], key).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let trust = Arc::new(builder.with_root_certificates(roots).with_no_client_auth());
    Sealed { plain: serve_on(Some(TlsAcceptor::from(Arc::new(server))), handler).await, trust }
}

/// The names and addresses of a test, and who was asked for which.
#[derive(Default)]
struct Map {
    names: Mutex<HashMap<String, Vec<IpAddr>>>,
    later: Mutex<HashMap<String, Vec<IpAddr>>>,
    leads: Mutex<HashMap<IpAddr, SocketAddr>>,
    asked: Mutex<Vec<String>>,
    dialled: Mutex<Vec<String>>,
}

#[async_trait]
impl Resolver for Map {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().unwrap().push(host.to_owned());
        let found = self.names.lock().unwrap().get(host).cloned();
        self.names.lock().unwrap().extend(self.later.lock().unwrap().drain());
        found.ok_or_else(|| io::Error::other("no such name"))
    }
}

#[async_trait]
impl Dialer for Map {
    async fn dial(&self, address: SocketAddr) -> io::Result<TcpStream> {
        self.dialled.lock().unwrap().push(address.to_string());
        let lead = self.leads.lock().unwrap().get(&address.ip()).copied();
        // Nothing of a test leaves this machine, whatever the broker does.
        let to = lead.or_else(|| address.ip().is_loopback().then_some(address));
        TcpStream::connect(to.ok_or_else(|| io::Error::other("leads nowhere"))?).await
    }
}

#[derive(Default)]
pub struct Book {
    entries: Mutex<Vec<EgressEntry>>,
    pub full: AtomicBool,
    /// Refused requests that have no entry of their own.
    pub counted: AtomicU64,
    pub written: Notify,
}

impl Book {
    /// Waits until so many refused requests are counted that have no entry.
    pub async fn until_counted(&self, refused: u64) {
        let mut told = std::pin::pin!(self.written.notified());
        while self.counted.load(Ordering::SeqCst) < refused {
            told.as_mut().await;
            told.set(self.written.notified());
        }
    }
}

#[async_trait]
impl Ledger for Book {
    async fn begin(&self, entry: &EgressEntry) -> Result<u64, String> {
        if self.full.load(Ordering::SeqCst) {
            return Err("the disk is full".into());
        }
        let mut entries = self.entries.lock().unwrap();
        entries.push(entry.clone());
        Ok(entries.len() as u64)
    }
    fn end(&self, entry: &EgressEntry) {
        self.entries.lock().unwrap()[entry.number as usize - 1] = entry.clone();
    }
    fn more(&self, entry: &EgressEntry, refused: u64) {
        self.end(entry);
        self.counted.fetch_add(refused, Ordering::SeqCst);
        self.written.notify_waiters();
    }
    fn now(&self) -> u64 {
        1
    }
}

pub struct World {
    pub broker: Broker,
    pub ledger: Arc<Book>,
    map: Arc<Map>,
}

/// With these origins allowed for models.
pub fn world(allowed: &[&str]) -> World {
    world_with(allowed, None)
}

pub fn world_with(allowed: &[&str], trust: Option<&Sealed>) -> World {
    let (map, ledger): (Arc<Map>, Arc<Book>) = Default::default();
    let net = Net { resolver: map.clone(), dialer: map.clone(), tls: trust.map(|sealed| sealed.trust.clone()) };
    let broker = Broker::new(net, ledger.clone());
    let rules = allowed.iter().map(|url| Rule::for_url(EgressPurpose::Model, url).unwrap()).collect();
    broker.set_policy(Policy { rules, ..Policy::default() });
    World { broker, ledger, map }
}

impl World {
    pub fn names(&self, names: &[(&str, &[&str])]) {
        self.map.names.lock().unwrap().extend(parsed(names));
    }
    /// What names lead to once they were asked for.
    pub fn then(&self, names: &[(&str, &[&str])]) {
        self.map.later.lock().unwrap().extend(parsed(names));
    }
    pub fn lead(&self, address: &str, server: &Server) {
        self.map.leads.lock().unwrap().insert(address.parse().unwrap(), server.address);
    }
    pub fn asked(&self) -> Vec<String> {
        self.map.asked.lock().unwrap().clone()
    }
    pub fn dialled(&self) -> Vec<String> {
        self.map.dialled.lock().unwrap().clone()
    }
    pub fn entries(&self) -> Vec<EgressEntry> {
        self.ledger.entries.lock().unwrap().clone()
    }
}

fn parsed(names: &[(&str, &[&str])]) -> Vec<(String, Vec<IpAddr>)> {
    names.iter().map(|(name, list)| ((*name).to_owned(), list.iter().map(|text| text.parse().unwrap()).collect())).collect()
}
