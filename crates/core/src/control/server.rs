//! The holder's side: lets peers of the same person in and serves each as a client.

use std::time::Duration;

use axion_protocol::{Envelope, StartedBy};
use futures_util::StreamExt;
use interprocess::local_socket::tokio::Stream;
use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::{ListenerOptions, PeerCreds, traits::StreamCommon};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};

use super::{HAND_OVER, place};
use crate::rpc::{Ear, LARGEST_MESSAGE, Mouth, converse};
use crate::{Core, home};

/// Peers that are served at a time.
const MOST_PEERS: usize = 64;
/// A peer that takes nothing for this long is gone.
const STALLED: Duration = Duration::from_secs(10);

/// Opens the socket and serves it until Core closes. Call it once, by the process that holds the home.
pub fn serve(core: &Core) -> std::io::Result<()> {
    home::private_folder(&core.home().join(home::RUN))?;
    place::clear(core.home())?;
    let place = place::of(core.home())?;
    let listener = ListenerOptions::new().name(place.name()?).create_tokio()?;
    let core = core.clone();
    tokio::spawn(async move {
        let _place = place;
        let closing = core.closing();
        let room = std::sync::Arc::new(tokio::sync::Semaphore::new(MOST_PEERS));
        loop {
            let peer = tokio::select! {
                () = closing.cancelled() => break,
                peer = listener.accept() => peer,
            };
            let Ok(stream) = peer else {
                // Out of descriptors, most likely: wait for some to be closed.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let (Ok(()), Ok(place)) = (same_person(&stream), room.clone().try_acquire_owned()) else {
                tracing::warn!("a wrong peer, or one too many, was turned away from the control socket");
                continue;
            };
            let core = core.clone();
            tokio::spawn(async move {
                let closing = core.closing();
                tokio::select! {
                    () = attend(core, stream) => {}
                    () = closing.cancelled() => {}
                }
                drop(place);
            });
        }
    });
    Ok(())
}

fn same_person(stream: &Stream) -> Result<(), ()> {
    let peer: PeerCreds = stream.peer_creds().map_err(|_| ())?;
    #[cfg(unix)]
    return if peer.euid() == Some(rustix::process::geteuid().as_raw()) { Ok(()) } else { Err(()) };
    #[cfg(windows)]
    {
        // Others cannot write to this pipe: that is what its default access list says.
        let _ = peer;
        Ok(())
    }
}

async fn attend(core: Core, stream: Stream) {
    let (client, outbox) = core.connect(StartedBy::Cli);
    let (ear, mouth) = converse(client, outbox);
    let (input, output) = tokio::io::split(stream);
    tokio::select! {
        () = listen(&core, ear, input) => {}
        () = speak(mouth, output) => {}
    }
}

async fn listen(core: &Core, ear: Ear, input: impl AsyncRead + Unpin) {
    let mut lines = FramedRead::new(input, LinesCodec::new_with_max_length(LARGEST_MESSAGE));
    while let Some(line) = lines.next().await {
        let line = match line {
            Ok(line) => line,
            Err(LinesCodecError::MaxLineLengthExceeded) => {
                tracing::warn!("a peer of the control socket sent too large a message");
                return;
            }
            Err(LinesCodecError::Io(_)) => return,
        };
        if let Ok(Envelope::Request(request)) = Envelope::parse(&line)
            && request.method == HAND_OVER
        {
            let address = serde_json::to_string(&core.host().address()).unwrap_or_else(|_| "null".into());
            ear.answer(request.id, Ok(address)).await;
        } else if !ear.hear(&line).await {
            return;
        }
    }
}

async fn speak(mut mouth: Mouth, mut output: impl AsyncWrite + Unpin) {
    while let Some(mut spoken) = mouth.next().await {
        spoken.text.push('\n');
        match tokio::time::timeout(STALLED, output.write_all(spoken.text.as_bytes())).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}
