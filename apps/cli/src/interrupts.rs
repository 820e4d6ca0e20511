//! Ctrl-C and a polite request to end, as one thing that happens.

use tokio::sync::mpsc;

use crate::exit::CANCELLED;

/// So many interrupts wait to be heard. Whatever keeps this program from hearing them (a reader that does not read, most likely): the next one ends it.
const UNHEARD: usize = 2;

/// Waits for the person to interrupt.
pub struct Interrupts(mpsc::Receiver<()>);

impl Interrupts {
    /// Listens from now on; the default, ending at once, no longer holds when this returns.
    pub fn listen() -> Self {
        let (sender, receiver) = mpsc::channel(UNHEARD);
        let mut asked = Asked::listen();
        tokio::spawn(async move {
            while asked.next().await {
                if sender.try_send(()).is_err() {
                    std::process::exit(i32::from(CANCELLED));
                }
            }
        });
        Self(receiver)
    }

    /// Whether one came that nobody waited for; it is taken.
    pub fn came(&mut self) -> bool {
        self.0.try_recv().is_ok()
    }

    /// Resolves at the next interrupt. Cancel safe.
    pub async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
struct Asked {
    interrupt: Option<tokio::signal::unix::Signal>,
    terminate: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Asked {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self { interrupt: signal(SignalKind::interrupt()).ok(), terminate: signal(SignalKind::terminate()).ok() }
    }

    async fn next(&mut self) -> bool {
        async fn of(signal: &mut Option<tokio::signal::unix::Signal>) -> bool {
            match signal {
                Some(signal) => signal.recv().await.is_some(),
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            came = of(&mut self.interrupt) => came,
            came = of(&mut self.terminate) => came,
        }
    }
}

#[cfg(not(unix))]
struct Asked;

#[cfg(not(unix))]
impl Asked {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) -> bool {
        tokio::signal::ctrl_c().await.is_ok()
    }
}
