//! Where a request goes: the parsed form of an address, and the origin that policy and keys are bound to. Pure.
//!
//! What is checked is what is sent: the same parser (`http::Uri`) makes both, so there is no second reading of an address
//! that could differ. Names are ASCII (an international name is given in its `xn--` form) and odd spellings of numbers are refused.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;

use crate::error::Refusal;

/// Scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Whether the connection is encrypted.
    pub secure: bool,
    /// Lower case; an IPv6 address stands without brackets.
    pub host: String,
    /// The port, also where it is the usual one.
    pub port: u16,
}

/// A parsed address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Where it goes.
    pub origin: Origin,
    /// Path and query, as they are sent.
    pub path_and_query: String,
}

impl Origin {
    /// Whether the host names this machine without asking anybody.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(address) => crate::address::reach(address) == crate::address::Reach::Loopback,
            Err(_) => self.host == "localhost" || self.host.ends_with(".localhost"),
        }
    }

    /// The host as it stands in an address and in the `Host` header.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let usual = if self.secure { 443 } else { 80 };
        if self.port == usual { host } else { format!("{host}:{}", self.port) }
    }

    /// The addresses of a host that needs no resolver.
    pub(crate) fn literal(&self) -> Option<Vec<IpAddr>> {
        if let Ok(address) = self.host.parse() {
            return Some(vec![address]);
        }
        // Never asked of a resolver: what `localhost` is does not depend on the network.
        self.is_loopback().then(|| vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()])
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.secure { "https" } else { "http" }, self.authority())
    }
}

impl Target {
    /// Reads an absolute address.
    ///
    /// # Errors
    /// If it is not a plain `http` or `https` address.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        // The parser drops a fragment in silence; an address with one was meant otherwise.
        if text.len() > 8000 || text.contains('#') {
            return Err(Refusal::Address("it is too long or has a fragment"));
        }
        let uri: Uri = text.parse().map_err(|_| Refusal::Address("it cannot be read"))?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(Refusal::Address("it does not begin with http:// or https://")),
        };
        let authority = uri.authority().ok_or(Refusal::Address("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(Refusal::Userinfo);
        }
        let host = host(authority.host())?;
        let port = match authority.port_u16() {
            Some(0) => return Err(Refusal::Address("port 0 is no port")),
            Some(port) => port,
            None if authority.as_str().len() > authority.host().len() => return Err(Refusal::Address("its port cannot be read")),
            None if secure => 443,
            None => 80,
        };
        let path_and_query = uri.path_and_query().map_or("/", |path| path.as_str());
        if !path_and_query.starts_with('/') || !path_and_query.is_ascii() {
            return Err(Refusal::Address("its path holds letters that must be percent-encoded"));
        }
        Ok(Self { origin: Origin { secure, host, port }, path_and_query: path_and_query.to_owned() })
    }

    /// Where a `Location` leads from here.
    ///
    /// # Errors
    /// If that is not a plain address.
    pub fn join(&self, location: &str) -> Result<Self, Refusal> {
        if location.starts_with("http://") || location.starts_with("https://") {
            return Self::parse(location.split('#').next().unwrap_or(location));
        }
        let scheme = if self.origin.secure { "https" } else { "http" };
        let location = location.split('#').next().unwrap_or(location);
        if location.starts_with("//") {
            return Self::parse(&format!("{scheme}:{location}"));
        }
        if location.starts_with('/') {
            return Self::parse(&format!("{}{location}", self.origin));
        }
        let path = self.path();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if location.contains(':') {
            return Err(Refusal::Address("it does not begin with http:// or https://"));
        }
        Self::parse(&format!("{}{folder}/{location}", self.origin))
    }

    /// The path without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path_and_query.split('?').next().unwrap_or("/")
    }

    /// The address without its query, for the ledger.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{}{}", self.origin, self.path())
    }
}

fn host(text: &str) -> Result<String, Refusal> {
    let lower = text.to_ascii_lowercase();
    if let Some(inner) = lower.strip_prefix('[') {
        let inner = inner.strip_suffix(']').unwrap_or(inner);
        let address: Ipv6Addr = inner.parse().map_err(|_| Refusal::Address("its host is no IPv6 address"))?;
        return Ok(address.to_string());
    }
    let name = lower.strip_suffix('.').unwrap_or(&lower);
    if let Ok(address) = name.parse::<Ipv4Addr>() {
        return Ok(address.to_string());
    }
    let labels_are_fine = name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        });
    if !labels_are_fine {
        return Err(Refusal::Address("its host is no name (an international name is written in its xn-- form)"));
    }
    // `2130706433`, `0x7f.1` and `017700000001` are 127.0.0.1 for some resolvers.
    let last = name.rsplit('.').next().unwrap_or(name);
    if last.bytes().all(|byte| byte.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
    {
        return Err(Refusal::Address("its host is a number in an odd spelling"));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_are_read() {
        let target = Target::parse("HTTPS://API.Example.com./v1/chat?x=1").unwrap();
        assert_eq!(target.origin, Origin { secure: true, host: "api.example.com".into(), port: 443 });
        assert_eq!((target.path_and_query.as_str(), target.shown().as_str()), ("/v1/chat?x=1", "https://api.example.com/v1/chat"));
        let six = Target::parse("http://[::1]:8080").unwrap();
        assert_eq!((six.origin.to_string().as_str(), six.path()), ("http://[::1]:8080", "/"));
        assert!(six.origin.is_loopback() && Target::parse("http://x.localhost/").unwrap().origin.is_loopback());
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "example.com",
            "/v1",
            "ftp://example.com",
            "file:///etc/passwd",
            "javascript:1",
            "http://",
            "http:///x",
            "http://a b/",
            "http://a\r\nX: y/",
            "http://exa\u{6d}ple.com/\u{e9}",
            "http://ex\u{e4}mple.com/",
            "http://example.com:0/",
            "http://example.com:99999/",
            "http://example.com:/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0x7f000001/",
            "http://017700000001/",
            "http://127.1/",
            "http://1.2.3.4.5/",
            "http://-a.com/",
            "http://a..com/",
            "http://[fe80::1%25eth0]/",
            "https://example.com/#x",
            "http://[::1",
            "http://example.com\\@evil.com/",
        ] {
            assert!(Target::parse(bad).is_err(), "{bad}");
        }
        for user in ["http://key@example.com/", "https://user:pass@example.com/", "https://example.com@evil.com/"] {
            assert!(matches!(Target::parse(user), Err(Refusal::Userinfo)), "{user}");
        }
    }

    #[test]
    fn locations_are_joined() {
        let at = Target::parse("https://a.example/one/two?q=1").unwrap();
        for (location, expected) in [
            ("https://b.example/x?y=1#z", "https://b.example/x?y=1"),
            ("//b.example/x", "https://b.example/x"),
            ("/x?y", "https://a.example/x?y"),
            ("x", "https://a.example/one/x"),
        ] {
            assert_eq!(at.join(location).unwrap(), Target::parse(expected).unwrap(), "{location}");
        }
        for bad in ["javascript:alert(1)", "file:///x", "data:,x", "//u@b.example/", "/\r\nx"] {
            assert!(at.join(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn whatever_is_accepted_means_one_host_and_reads_back_the_same() {
        const PARTS: [&str; 30] = [
            "http://",
            "https://",
            "//",
            "/",
            "\\",
            "@",
            ":",
            "#",
            "?",
            "%",
            ".",
            "..",
            "[",
            "]",
            "::1",
            "127.0.0.1",
            "localhost",
            "a",
            "evil.example",
            "0x7f",
            "443",
            " ",
            "\t",
            "\r\n",
            "\0",
            "\u{e9}",
            "\u{ff0e}",
            "-",
            "_",
            "%2f",
        ];
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut accepted = 0;
        for _ in 0..200_000 {
            let mut text = String::new();
            loop {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let pick = (state >> 33) as usize;
                if text.is_empty() && pick.is_multiple_of(4) {
                    text.push_str("https://a");
                }
                text.push_str(PARTS[pick % PARTS.len()]);
                if pick.is_multiple_of(5) || text.len() > 60 {
                    break;
                }
            }
            let Ok(target) = Target::parse(&text) else { continue };
            accepted += 1;
            let host = &target.origin.host;
            assert!(!host.is_empty() && !host.contains(['@', '/', '\\', '#', '?', ' ']) && host.is_ascii(), "{text:?} {host}");
            assert!(target.path_and_query.starts_with('/') && !target.path_and_query.contains(char::is_control), "{text:?}");
            let again = Target::parse(&format!("{}{}", target.origin, target.path_and_query));
            assert_eq!(again.as_ref(), Ok(&target), "{text:?}");
        }
        assert!(accepted > 1000, "{accepted}");
    }
}
