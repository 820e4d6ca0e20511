//! Names to addresses, and addresses to connections. Both are ports, so that tests can prove that neither was used.
//!
//! A connection is made to an address that was checked, never to a name: between the check and the connection nobody is asked again.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Asks for the addresses of a name.
#[async_trait]
pub trait Resolver: Send + Sync + 'static {
    /// All of them, in order of preference.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// Opens a connection to an address.
#[async_trait]
pub trait Dialer: Send + Sync + 'static {
    /// To exactly this address.
    async fn dial(&self, address: SocketAddr) -> io::Result<TcpStream>;
}

/// The system's resolver and sockets.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNet;

#[async_trait]
impl Resolver for SystemNet {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

#[async_trait]
impl Dialer for SystemNet {
    async fn dial(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(address).await?;
        // Requests are small and waited for.
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// How long one address is waited for before the next is tried beside it.
const STAGGER: Duration = Duration::from_millis(250);

/// The first connection that comes about; the others are dropped.
pub(crate) async fn first(dialer: &Arc<dyn Dialer>, addresses: &[IpAddr], port: u16) -> io::Result<(TcpStream, IpAddr)> {
    let mut waiting = addresses.iter().copied();
    let mut tries: JoinSet<io::Result<(TcpStream, IpAddr)>> = JoinSet::new();
    let mut problem = io::Error::other("it has no address");
    loop {
        if let Some(address) = waiting.next() {
            let dialer = dialer.clone();
            tries.spawn(async move { Ok((dialer.dial(SocketAddr::new(address, port)).await?, address)) });
        }
        let next = async {
            match tries.join_next().await {
                Some(Ok(outcome)) => Some(outcome),
                Some(Err(error)) => Some(Err(io::Error::other(error))),
                None => None,
            }
        };
        let outcome = if waiting.len() > 0 {
            tokio::time::timeout(STAGGER, next).await.unwrap_or(Some(Err(io::Error::from(io::ErrorKind::TimedOut))))
        } else {
            next.await
        };
        match outcome {
            Some(Ok(connected)) => return Ok(connected),
            Some(Err(error)) => problem = error,
            None => return Err(problem),
        }
    }
}

/// Certificates of the system, or those of Mozilla where the system has none. Read at the first encrypted request.
pub(crate) fn usual_tls() -> Result<Arc<ClientConfig>, String> {
    static TLS: OnceLock<Result<Arc<ClientConfig>, String>> = OnceLock::new();
    TLS.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        let (known, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if known == 0 {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        tls(roots)
    })
    .clone()
}

/// TLS 1.2 and 1.3, HTTP/1.1 only, with these roots.
pub(crate) fn tls(roots: RootCertStore) -> Result<Arc<ClientConfig>, String> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_somebody_to_trust_on_every_machine() {
        let config = usual_tls().unwrap();
        assert_eq!(config.alpn_protocols, [b"http/1.1".to_vec()]);
        assert!(!webpki_roots::TLS_SERVER_ROOTS.is_empty(), "where the system has no certificates");
    }
}
