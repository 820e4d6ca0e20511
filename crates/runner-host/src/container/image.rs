//! The runner's image: a root file system made of the local Node, its libraries and the runner bundle, imported over the
//! engine's API and tagged by the hash of its contents. No registry, no Dockerfile, no base image.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bollard::Docker;
use bollard::query_parameters::{CreateImageOptionsBuilder, ListImagesOptionsBuilder, RemoveImageOptionsBuilder};
use futures_util::{Stream, StreamExt, stream};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::bytes::Bytes;

use super::digest::{Digests, hex};
use super::{failed, inside, is_missing};
use crate::error::RunnerError;
use crate::libraries::{self, Needed};
use crate::spec::Checked;

const REPOSITORY: &str = "axion-runner";
/// Changes when the layout below does.
const LAYOUT: &str = "axion-runner layout 1";
/// Images kept: more than one, so that two versions of Axion do not rebuild each other's.
const KEPT: usize = 4;
/// Size of a piece of the tar on its way to the engine.
const PIECE: usize = 256 << 10;

/// One file of the image.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    inside: String,
    mode: u32,
    from: PathBuf,
}

/// An image by its contents.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    /// `axion-runner:<hash>`.
    pub tag: String,
    parts: Vec<Part>,
}

impl Image {
    /// Works out what belongs into the image and its name.
    pub async fn describe(checked: &Checked) -> Result<Self, RunnerError> {
        let (node, bundle, home) = (checked.node.clone(), checked.bundle.clone(), checked.home.clone());
        let work = move || describe(&node, &bundle, &home);
        tokio::task::spawn_blocking(work).await.map_err(|error| RunnerError::Image { why: error.to_string() })?
    }

    /// Imports the image unless it is there.
    pub async fn ensure(&self, docker: &Docker) -> Result<(), RunnerError> {
        // One import at a time: of two at once, one would lose its name and stay behind.
        static IMPORT: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        if self.is_there(docker).await? {
            return Ok(());
        }
        let _turn = IMPORT.lock().await;
        if self.is_there(docker).await? { Ok(()) } else { self.import(docker).await }
    }

    async fn is_there(&self, docker: &Docker) -> Result<bool, RunnerError> {
        match docker.inspect_image(&self.tag).await {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(failed("looking for the runner's image", &error)),
        }
    }

    async fn import(&self, docker: &Docker) -> Result<(), RunnerError> {
        // Name and tag together: Podman does not read the option that is meant for the tag.
        let options = CreateImageOptionsBuilder::new().from_src("-").repo(&self.tag).build();
        let (pieces, packing) = self.packed();
        let mut progress = docker.create_image(Some(options), Some(bollard::body_try_stream(pieces)), None);
        while let Some(step) = progress.next().await {
            step.map_err(|error| failed("importing the runner's image", &error))?;
        }
        let packed = packing.await.map_err(|error| RunnerError::Image { why: error.to_string() })?;
        packed.map_err(|error| RunnerError::Image { why: error.to_string() })?;
        docker.inspect_image(&self.tag).await.map_err(|error| failed("importing the runner's image", &error))?;
        tidy(docker, &self.tag).await;
        Ok(())
    }

    /// The tar as a stream; it is written as the engine takes it.
    fn packed(&self) -> (impl Stream<Item = io::Result<Bytes>> + Send + 'static, JoinHandle<io::Result<()>>) {
        let (pieces, taken) = mpsc::channel(4);
        let parts = self.parts.clone();
        let packing = tokio::task::spawn_blocking(move || {
            let mut pipe = Pipe { pieces, waiting: Vec::with_capacity(PIECE) };
            let packed = pack(&parts, &mut pipe).and_then(|()| pipe.flush());
            if let Err(error) = &packed {
                // The engine must not take half a file system for a whole one.
                let _ = pipe.pieces.blocking_send(Err(io::Error::other(error.to_string())));
            }
            packed
        });
        let pieces = stream::unfold(taken, |mut taken| async { taken.recv().await.map(|piece| (piece, taken)) });
        (pieces, packing)
    }
}

fn describe(node: &Path, bundle: &Path, home: &Path) -> Result<Image, RunnerError> {
    let needed = libraries::of(node).map_err(|error| RunnerError::Image { why: error.to_string() })?;
    let parts = parts(node, bundle, &needed);
    let mut digests = Digests::open(home);
    let mut hash = Sha256::new();
    hash.update(LAYOUT);
    for part in &parts {
        let unreadable = |error: io::Error| RunnerError::Image { why: format!("{}: {error}", part.from.display()) };
        let digest = digests.of(&part.from).map_err(unreadable)?;
        hash.update(format!("\n{} {:o} {digest}", part.inside, part.mode));
    }
    digests.keep();
    Ok(Image { tag: format!("{REPOSITORY}:{}", hex(&hash.finalize())), parts })
}

fn parts(node: &Path, bundle: &Path, needed: &Needed) -> Vec<Part> {
    let part = |inside: String, mode: u32, from: &Path| Part { inside, mode, from: from.to_owned() };
    let mut parts = vec![part(inside::NODE.to_owned(), 0o755, node), part(inside::BUNDLE.to_owned(), 0o644, bundle)];
    parts.extend(needed.loader.iter().map(|loader| part(loader.name.clone(), 0o755, &loader.real)));
    let library = |found: &libraries::Found| part(format!("{}/{}", inside::LIBRARIES, found.name), 0o755, &found.real);
    parts.extend(needed.libraries.iter().map(library));
    parts.sort_by(|a, b| a.inside.cmp(&b.inside));
    parts
}

/// Writes the root file system. Everything belongs to 0 and has no time, so that equal contents are equal bytes.
fn pack(parts: &[Part], to: &mut impl Write) -> io::Result<()> {
    const FOLDERS: [(&str, u32); 8] = [
        ("etc", 0o755),
        ("opt", 0o755),
        ("opt/axion", 0o755),
        ("opt/axion/lib", 0o755),
        ("run", 0o755),
        ("run/axion", 0o755),
        ("grants", 0o755),
        ("tmp", 0o1777),
    ];
    const TEXTS: [(&str, &str); 3] = [
        ("etc/passwd", "root:x:0:0:root:/tmp:/nonexistent\nnobody:x:65534:65534:nobody:/tmp:/nonexistent\n"),
        ("etc/group", "root:x:0:\nnogroup:x:65534:\n"),
        ("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
    ];
    let mut tar = tar::Builder::new(to);
    for (name, mode) in FOLDERS {
        tar.append_data(&mut header(tar::EntryType::Directory, mode, 0), format!("{name}/"), io::empty())?;
    }
    for (name, text) in TEXTS {
        tar.append_data(&mut header(tar::EntryType::Regular, 0o644, text.len() as u64), name, text.as_bytes())?;
    }
    for part in parts {
        let file = std::fs::File::open(&part.from)?;
        let size = file.metadata()?.len();
        let name = part.inside.trim_start_matches('/');
        tar.append_data(&mut header(tar::EntryType::Regular, part.mode, size), name, io::Read::take(file, size))?;
    }
    tar.into_inner().map(|_| ())
}

fn header(kind: tar::EntryType, mode: u32, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}

/// A blocking writer whose far end is a stream.
struct Pipe {
    pieces: mpsc::Sender<io::Result<Bytes>>,
    waiting: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::replace(&mut self.waiting, Vec::with_capacity(PIECE)));
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "the engine stopped reading");
        self.pieces.blocking_send(Ok(piece)).map_err(gone)
    }
}

/// Removes all but the newest images of ours. Those in use refuse, and the next import tries again.
async fn tidy(docker: &Docker, current: &str) {
    let filters = std::collections::HashMap::from([("reference", vec![REPOSITORY])]);
    let options = ListImagesOptionsBuilder::new().filters(&filters).build();
    let Ok(mut images) = docker.list_images(Some(options)).await else { return };
    images.sort_by_key(|image| std::cmp::Reverse(image.created));
    let ours = |tag: &&String| tag.starts_with("axion-runner:") && tag.as_str() != current;
    let old: Vec<String> = images.iter().flat_map(|image| image.repo_tags.iter().filter(ours)).cloned().collect();
    for tag in old.iter().skip(KEPT - 1) {
        let options = RemoveImageOptionsBuilder::new().build();
        let _ = docker.remove_image(tag, Some(options), None).await;
    }
}

#[cfg(test)]
#[path = "image_tests.rs"]
mod tests;
