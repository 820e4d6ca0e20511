//! Who may speak to the loopback server: Host and Origin on every request and upgrade, and the headers on every answer.
//!
//! A page of another site can reach 127.0.0.1 in the person's browser, and a name can be rebound to it; neither has our
//! Host or Origin. The token is checked after that, in `hello`.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// What the server answers to.
#[derive(Debug, Clone)]
pub struct Guard {
    port: u16,
    csp: HeaderValue,
}

const NAMES: [&str; 2] = ["127.0.0.1", "localhost"];

impl Guard {
    /// For a server on this port.
    pub fn new(port: u16) -> Self {
        let csp = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
             connect-src 'self' ws://127.0.0.1:{port} ws://localhost:{port}; manifest-src 'self'; worker-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        // The text above is ASCII whatever the port is; an empty policy would only arise from a changed template.
        Self { port, csp: HeaderValue::from_str(&csp).unwrap_or(HeaderValue::from_static("default-src 'none'")) }
    }

    /// Why a request is refused, if it is.
    pub fn refusal(&self, method: &Method, headers: &HeaderMap, upgrade: bool) -> Option<(StatusCode, &'static str)> {
        if method != Method::GET && method != Method::HEAD {
            return Some((StatusCode::METHOD_NOT_ALLOWED, "only GET"));
        }
        if !self.host_is_ours(headers) {
            return Some((StatusCode::MISDIRECTED_REQUEST, "this host name is not served here"));
        }
        let mut origins = headers.get_all(header::ORIGIN).iter();
        if origins.any(|origin| !self.origin_is_ours(origin)) {
            return Some((StatusCode::FORBIDDEN, "requests of other sites are refused"));
        }
        // Browsers say where a request comes from; following a link to the page is all that others may do.
        let said = |name: &'static str| headers.get(HeaderName::from_static(name)).map(HeaderValue::as_bytes);
        let foreign = matches!(said("sec-fetch-site"), Some(site) if site != b"same-origin" && site != b"none");
        let visit = said("sec-fetch-mode") == Some(b"navigate".as_slice()) && said("sec-fetch-dest") == Some(b"document".as_slice());
        if foreign && (upgrade || !visit) {
            return Some((StatusCode::FORBIDDEN, "requests of other sites are refused"));
        }
        None
    }

    fn host_is_ours(&self, headers: &HeaderMap) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
        let Ok(host) = host.to_str() else { return false };
        NAMES.iter().any(|name| host.eq_ignore_ascii_case(&format!("{name}:{}", self.port)))
    }

    fn origin_is_ours(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str() else { return false };
        NAMES.iter().any(|name| origin == format!("http://{name}:{}", self.port))
    }

    fn seal(&self, headers: &mut HeaderMap) {
        headers.insert(header::CONTENT_SECURITY_POLICY, self.csp.clone());
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
}

/// The middleware around everything.
pub async fn guard(State(guard): State<Guard>, request: Request<Body>, next: Next) -> Response {
    let upgrade = request.headers().contains_key(header::UPGRADE);
    let mut response = match guard.refusal(request.method(), request.headers(), upgrade) {
        Some((status, why)) => (status, why).into_response(),
        None => next.run(request).await,
    };
    guard.seal(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&'static str, &'static str)], upgrade: bool) -> Option<u16> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        Guard::new(4000).refusal(&Method::GET, &headers, upgrade).map(|(status, _)| status.as_u16())
    }

    #[test]
    fn only_our_host_and_origin_get_in() {
        let ours = ("host", "127.0.0.1:4000");
        assert_eq!(asked(&[ours], false), None);
        assert_eq!(asked(&[("host", "LOCALHOST:4000")], false), None);
        for host in ["127.0.0.1", "127.0.0.1:4001", "evil.example:4000", "127.0.0.1:4000.evil.example", "[::1]:4000"] {
            assert_eq!(asked(&[("host", host)], false), Some(421), "{host}");
        }
        assert_eq!(asked(&[], false), Some(421));
        assert_eq!(asked(&[ours, ours], false), Some(421));
        assert_eq!(asked(&[ours, ("origin", "http://127.0.0.1:4000")], true), None);
        for origin in ["null", "http://evil.example", "https://127.0.0.1:4000", "http://127.0.0.1:40001", "http://127.0.0.1"] {
            assert_eq!(asked(&[ours, ("origin", origin)], true), Some(403), "{origin}");
        }
    }

    #[test]
    fn another_site_may_only_link_to_the_page() {
        let ours = ("host", "127.0.0.1:4000");
        let cross = ("sec-fetch-site", "cross-site");
        let visit = [ours, cross, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        assert_eq!(asked(&visit, false), None);
        assert_eq!(asked(&visit, true), Some(403));
        assert_eq!(asked(&[ours, cross, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")], false), Some(403));
        assert_eq!(asked(&[ours, cross, ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "script")], false), Some(403));
        assert_eq!(asked(&[ours, ("sec-fetch-site", "same-origin")], true), None);
    }

    #[test]
    fn the_policy_names_this_server_and_nothing_unsafe() {
        let guard = Guard::new(4000);
        let policy = guard.csp.to_str().unwrap();
        assert!(policy.contains("ws://127.0.0.1:4000") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe") && !policy.contains('*'));
    }
}
