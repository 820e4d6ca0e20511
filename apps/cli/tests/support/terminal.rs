//! A real terminal, made by `script` from util-linux, with the command in it.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use super::Home;

/// Nothing that is waited for takes this long, on a loaded machine either.
const PATIENCE: Duration = Duration::from_secs(60);

/// The command, and what was seen of it that nobody waited for yet.
pub struct Terminal {
    child: Child,
    output: Receiver<String>,
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
        // `script` starts the shell of the environment, and not every shell gives its process to the command: one that stays would take
        // Ctrl-C too, and answer for the command.
        let command = format!("exec {}", quoted.join(" "));
        let mut child = Command::new("/usr/bin/script")
            .args(["--quiet", "--return", "--flush", "--echo", "never", "--command", &command, "/dev/null"])
            .env("SHELL", "/bin/sh")
            .env("TERM", "xterm")
            .env_remove("AXION_HOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = stdout.read(&mut bytes) {
                if sender.send(String::from_utf8_lossy(&bytes[..count]).into_owned()).is_err() {
                    break;
                }
            }
        });
        Some(Self { child, output, seen: String::new() })
    }

    pub fn until(&mut self, text: &str) {
        while !self.seen.contains(text) {
            assert!(self.more(text), "ended before {text:?}: {}", self.seen);
        }
        self.seen = self.seen.split_off(self.seen.find(text).unwrap() + text.len());
    }

    pub fn type_in(&mut self, text: &str) {
        self.child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Asks the command politely to end, past the terminal.
    pub fn terminate(&self) {
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.child.id())).unwrap();
        assert!(Command::new("kill").args(["-TERM", children.trim()]).status().unwrap().success());
    }

    pub fn end(mut self) -> (i32, String) {
        while self.more("the end") {}
        (self.child.wait().unwrap().code().unwrap(), self.seen)
    }

    fn more(&mut self, wanted: &str) -> bool {
        match self.output.recv_timeout(PATIENCE) {
            Ok(text) => {
                self.seen.push_str(&text);
                true
            }
            Err(RecvTimeoutError::Disconnected) => false,
            Err(RecvTimeoutError::Timeout) => {
                // It would outlive the test otherwise.
                let _ = self.child.kill();
                panic!("waited {PATIENCE:?} for {wanted:?}: {}", self.seen)
            }
        }
    }
}
