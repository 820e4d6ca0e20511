//! What may be asked of whom: an allow-list by purpose. Pure; the broker asks it before it resolves a name and once more
//! with the addresses that came back.
//!
//! Loopback is open only to origins that are listed as such (a provider on this machine). A host that was allowed by name never opens it.

use std::net::IpAddr;

use axion_protocol::EgressPurpose;

use crate::address::{Reach, reach};
use crate::error::Refusal;
use crate::target::{Origin, Target};

/// One origin that may be asked for one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// For what.
    pub purpose: EgressPurpose,
    /// Whom.
    pub origin: Origin,
}

impl Rule {
    /// Allows the origin of an address.
    ///
    /// # Errors
    /// If the address is not a plain one.
    pub fn for_url(purpose: EgressPurpose, url: &str) -> Result<Self, Refusal> {
        Ok(Self { purpose, origin: Target::parse(url)?.origin })
    }
}

/// Where a request may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// This machine only.
    Local,
    /// Public addresses only.
    Public,
}

/// The allow-list as it is now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Nothing but this machine.
    pub air_gap: bool,
    /// Origins by purpose.
    pub rules: Vec<Rule>,
    /// Hosts that the person allowed for everything, each `name` or `name:port`; encrypted, port 443 unless said.
    pub hosts: Vec<String>,
}

impl Policy {
    /// Whether an origin may be asked, and in which zone its addresses must be.
    ///
    /// # Errors
    /// If it may not, with the reason.
    pub fn admit(&self, purpose: EgressPurpose, origin: &Origin) -> Result<Zone, Refusal> {
        let listed = self.rules.iter().any(|rule| rule.purpose == purpose && rule.origin == *origin);
        if origin.is_loopback() {
            return if listed { Ok(Zone::Local) } else { Err(Refusal::Host(origin.authority())) };
        }
        if self.air_gap {
            return Err(Refusal::AirGap);
        }
        if !origin.secure {
            return Err(Refusal::Plain);
        }
        if listed || self.hosts.iter().any(|entry| names(entry, origin)) {
            Ok(Zone::Public)
        } else {
            Err(Refusal::Host(origin.authority()))
        }
    }
}

fn names(entry: &str, origin: &Origin) -> bool {
    let entry = entry.trim().to_ascii_lowercase();
    Target::parse(&format!("https://{entry}/")).is_ok_and(|target| target.origin == *origin && target.path_and_query == "/")
}

impl Zone {
    /// Whether all addresses of a host are of this zone. One that is not refuses all: a name that leads here and there is not to be trusted.
    ///
    /// # Errors
    /// With the first address that is elsewhere.
    pub fn check(self, host: &str, addresses: &[IpAddr]) -> Result<(), Refusal> {
        for address in addresses {
            let what = match (self, reach(*address)) {
                (Self::Local, Reach::Loopback) | (Self::Public, Reach::Public) => continue,
                (Self::Local, Reach::Public) => "not this machine",
                (Self::Public, Reach::Loopback) => "this machine",
                (_, Reach::Special(what)) => what,
            };
            return Err(Refusal::Reach { host: host.to_owned(), address: *address, what });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EgressPurpose::{Model, ModelList, Runtime};

    fn policy() -> Policy {
        Policy {
            air_gap: false,
            rules: vec![
                Rule::for_url(Model, "https://api.example.com/v1").unwrap(),
                Rule::for_url(Model, "http://127.0.0.1:11434").unwrap(),
                Rule::for_url(Runtime, "https://registry.example.org/").unwrap(),
                Rule::for_url(Model, "http://lan.example.com").unwrap(),
            ],
            hosts: vec!["Mirror.example.net".into(), "odd.example.net:8443".into(), "127.0.0.1".into(), "x.example/path".into()],
        }
    }

    fn admit(policy: &Policy, purpose: EgressPurpose, url: &str) -> Result<Zone, Refusal> {
        policy.admit(purpose, &Target::parse(url).unwrap().origin)
    }

    #[test]
    fn a_host_is_allowed_for_its_purpose_only() {
        let policy = policy();
        for (purpose, url, expected) in [
            (Model, "https://api.example.com/v1/chat", Some(Zone::Public)),
            (Model, "http://127.0.0.1:11434/api/chat", Some(Zone::Local)),
            (Runtime, "https://registry.example.org/x", Some(Zone::Public)),
            (Model, "https://mirror.example.net/", Some(Zone::Public)),
            (Runtime, "https://odd.example.net:8443/", Some(Zone::Public)),
            (ModelList, "https://api.example.com/", None),
            (Runtime, "https://api.example.com/", None),
            (Model, "https://api.example.com:444/", None),
            (Model, "https://xapi.example.com/", None),
            (Model, "https://api.example.com.evil.example/", None),
            (Model, "http://127.0.0.1:11435/", None),
            (Model, "http://localhost:11434/", None),
            (Model, "http://[::1]:11434/", None),
            (Runtime, "http://127.0.0.1:11434/", None),
            (Model, "https://127.0.0.1/", None),
            (Model, "https://odd.example.net/", None),
            (Model, "https://x.example/", None),
        ] {
            assert_eq!(admit(&policy, purpose, url).ok(), expected, "{purpose} {url}");
        }
    }

    #[test]
    fn elsewhere_is_encrypted() {
        assert_eq!(admit(&policy(), Model, "http://lan.example.com/"), Err(Refusal::Plain));
        assert_eq!(admit(&policy(), Model, "http://api.example.com/"), Err(Refusal::Plain));
    }

    #[test]
    fn the_air_gap_leaves_this_machine_only() {
        let policy = Policy { air_gap: true, ..policy() };
        assert_eq!(admit(&policy, Model, "https://api.example.com/"), Err(Refusal::AirGap));
        assert_eq!(admit(&policy, Model, "https://8.8.8.8/"), Err(Refusal::AirGap));
        assert_eq!(admit(&policy, Model, "http://127.0.0.1:11434/"), Ok(Zone::Local));
    }

    #[test]
    fn addresses_must_be_of_the_zone() {
        let of = |list: &[&str]| list.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpAddr>>();
        assert!(Zone::Public.check("h", &of(&["1.1.1.1", "2606:4700::1"])).is_ok());
        for bad in [["1.1.1.1", "10.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["169.254.169.254", "1.1.1.1"], ["1.1.1.1", "::ffff:1.1.1.1"]] {
            assert!(Zone::Public.check("h", &of(&bad)).is_err(), "{bad:?}");
        }
        assert!(Zone::Local.check("h", &of(&["127.0.0.1", "::1"])).is_ok());
        assert!(Zone::Local.check("h", &of(&["127.0.0.1", "192.168.1.1"])).is_err());
        assert!(Zone::Local.check("h", &of(&["1.1.1.1"])).is_err());
    }
}
