//! Ctrl-C and a polite request to end, as one thing that happens.

use tokio::sync::mpsc;

/// Waits for the person to interrupt.
pub struct Interrupts(mpsc::Receiver<()>);

impl Interrupts {
    /// Listens from now on; the default, ending at once, no longer holds.
    pub fn listen() -> Self {
        let (sender, receiver) = mpsc::channel(4);
        tokio::spawn(async move {
            #[cfg(unix)]
            let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
            loop {
                #[cfg(unix)]
                let ended = async {
                    match &mut terminate {
                        Some(terminate) => {
                            terminate.recv().await;
                        }
                        None => std::future::pending().await,
                    }
                };
                #[cfg(not(unix))]
                let ended = std::future::pending::<()>();
                tokio::select! {
                    pressed = tokio::signal::ctrl_c() => if pressed.is_err() { return },
                    () = ended => {}
                }
                if sender.send(()).await.is_err() {
                    return;
                }
            }
        });
        Self(receiver)
    }

    /// Resolves at the next interrupt. Cancel safe.
    pub async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}
