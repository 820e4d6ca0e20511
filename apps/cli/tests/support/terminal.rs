//! A real terminal, made by `script` from util-linux, with the command in it.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::Home;

/// The command, and what was seen of it that nobody waited for yet.
pub struct Terminal {
    child: Child,
    seen: String,
}

impl Terminal {
    pub fn open(home: &Home, arguments: &[&str]) -> Option<Self> {
        if !Path::new("/usr/bin/script").exists() {
            eprintln!("SKIPPED: there is no `script` to make a terminal with");
            return None;
        }
        let quoted: Vec<String> = std::iter::once(env!("CARGO_BIN_EXE_axion"))
            .chain(["--home", home.path().to_str().unwrap()])
            .chain(arguments.iter().copied())
            .map(|word| format!("'{}'", word.replace('\'', "'\\''")))
            .collect();
        let child = Command::new("/usr/bin/script")
            .args(["--quiet", "--return", "--flush", "--echo", "never", "--command", &quoted.join(" "), "/dev/null"])
            .env("TERM", "xterm")
            .env_remove("AXION_HOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Self { child, seen: String::new() })
    }

    pub fn until(&mut self, text: &str) {
        let mut bytes = [0; 4096];
        while !self.seen.contains(text) {
            let count = self.child.stdout.as_mut().unwrap().read(&mut bytes).unwrap();
            assert_ne!(count, 0, "ended before {text:?}: {}", self.seen);
            self.seen.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
        self.seen = self.seen.split_off(self.seen.find(text).unwrap() + text.len());
    }

    pub fn type_in(&mut self, text: &str) {
        self.child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    pub fn end(mut self) -> (i32, String) {
        self.child.stdout.as_mut().unwrap().read_to_string(&mut self.seen).unwrap();
        (self.child.wait().unwrap().code().unwrap(), self.seen)
    }
}
