//! What kind of place an address is. Everything that is not plainly public is refused by name, so that a new special range
//! is closed until somebody looks at it. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// This machine.
    Loopback,
    /// The public internet.
    Public,
    /// Anything else, with what it is.
    Special(&'static str),
}

/// Says where an address leads.
#[must_use]
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (127, ..) => Reach::Loopback,
        (0, ..) => Reach::Special("an address of no host"),
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => Reach::Special("a private network"),
        (100, 64..=127, _) => Reach::Special("a carrier's shared network"),
        // Clouds answer here with the machine's own credentials.
        (169, 254, _) => Reach::Special("a link-local or metadata address"),
        (192, 0, 0) | (192, 88, 99) => Reach::Special("a reserved address"),
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => Reach::Special("an address for documents"),
        (198, 18..=19, _) => Reach::Special("a test network"),
        (224..=239, ..) => Reach::Special("a multicast address"),
        (240..=255, ..) => Reach::Special("a reserved address"),
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    let parts = address.segments();
    if address == Ipv6Addr::LOCALHOST {
        return Reach::Loopback;
    }
    // Networks without IPv4 reach it through this prefix: what counts is the address inside.
    if parts[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        let [.., a, b, c, d] = address.octets();
        return match reach_v4(Ipv4Addr::new(a, b, c, d)) {
            Reach::Public => Reach::Public,
            Reach::Loopback => Reach::Special("a translated loopback address"),
            special => special,
        };
    }
    match (parts[0], parts[1]) {
        (0, _) if parts[..5] == [0; 5] && parts[5] == 0xffff => Reach::Special("an IPv4 address in disguise"),
        (0xfc00..=0xfdff, _) => Reach::Special("a private network"),
        (0xfe80..=0xfebf, _) => Reach::Special("a link-local address"),
        (0xff00..=0xffff, _) => Reach::Special("a multicast address"),
        (0x2001, 0x0db8) | (0x3fff, 0..=0x0fff) => Reach::Special("an address for documents"),
        (0x2001, 0..=0x01ff) | (0x2002, _) => Reach::Special("a tunnel or a reserved address"),
        (0x2000..=0x3fff, _) => Reach::Public,
        _ => Reach::Special("a reserved address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        for public in [
            "1.1.1.1",
            "93.184.216.34",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.1.1",
            "100.128.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "64:ff9b::101:101",
        ] {
            assert_eq!(reach(public.parse().unwrap()), Reach::Public, "{public}");
        }
        for local in ["127.0.0.1", "127.255.255.254", "::1"] {
            assert_eq!(reach(local.parse().unwrap()), Reach::Loopback, "{local}");
        }
    }

    #[test]
    fn every_special_range_is_special_at_both_ends() {
        for special in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "169.254.0.0",
            "169.254.169.254",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "fc00::1",
            "fd00:ec2::254",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "4000::1",
            "5f00::1",
        ] {
            assert!(matches!(reach(special.parse().unwrap()), Reach::Special(_)), "{special}");
        }
    }
}
