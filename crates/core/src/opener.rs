//! Opening the person's browser, if there is one and a screen to show it on.

use std::process::{Command, Stdio};

use axion_protocol::{ErrorCode, ErrorInfo};

/// Opens a page that something in the workbench named. The name comes from a model or a file: it may only be a plain web address.
pub(crate) fn follow(url: &str) -> Result<(), ErrorInfo> {
    if !is_web_address(url) {
        return Err(ErrorInfo::new(ErrorCode::InvalidParams, "Only addresses that begin with http:// or https:// are opened."));
    }
    if open(url) {
        Ok(())
    } else {
        Err(ErrorInfo::new(ErrorCode::NotFound, "No browser could be opened.").with_hint("Copy the address and open it yourself."))
    }
}

fn is_web_address(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '['))
        && url
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'^' | b'{' | b'|' | b'}'))
}

/// Tries to open `url`; says whether something was started.
pub fn open(url: &str) -> bool {
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        if !has_display() {
            return false;
        }
        ("xdg-open", &[])
    };
    let child = Command::new(program).args(arguments).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    match child {
        Ok(mut child) => {
            // Waited for elsewhere, so that it does not stay behind as a zombie.
            std::thread::spawn(move || child.wait());
            true
        }
        Err(_) => false,
    }
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_are_followed() {
        for good in ["https://example.com/", "http://127.0.0.1:8080/a?b=c#d", "https://[::1]/", "https://xn--e1afmkfd.example/%20"] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in [
            "",
            "https://",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "--help",
            "https:// example.com",
            "https://example.com/\n",
            "https://example.com/a b",
            "HTTPS://example.com",
            "https://-x/",
            "https:///etc",
            "https://exämple.com/",
            "https://example.com/`id`",
            "ssh://example.com",
            "https://\u{0}",
        ] {
            assert!(!is_web_address(bad), "{bad}");
            assert_eq!(follow(bad).unwrap_err().code, ErrorCode::InvalidParams);
        }
    }
}
