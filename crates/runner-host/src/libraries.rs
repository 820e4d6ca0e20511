//! Which files a program needs to start on this Linux: its loader and, transitively, its libraries, found the way the
//! loader finds them. The process jail allows exactly these to be read; the container image is made of them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::elf::{self, Elf, ElfError};

/// A file under the name by which it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub name: String,
    pub real: PathBuf,
}

/// All that a program needs besides itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Needed {
    /// `name` is the absolute path that the kernel opens.
    pub loader: Option<Found>,
    /// `name` is the library's file name.
    pub libraries: Vec<Found>,
}

/// Why they could not be found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LibraryError {
    #[error("{path} cannot be read: {source}")]
    Unreadable { path: PathBuf, source: ElfError },
    #[error("{name} is needed by {by} and was not found")]
    Missing { name: String, by: PathBuf },
    #[error("more than {MOST} libraries are needed")]
    TooMany,
}

const MOST: usize = 512;
const DEFAULT: [&str; 4] = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"];
const CACHE: &str = "/etc/ld.so.cache";

/// The needs of a program on this machine.
pub(crate) fn of(program: &Path) -> Result<Needed, LibraryError> {
    let cache = std::fs::read(CACHE).map(|bytes| cached(&bytes)).unwrap_or_default();
    let mut folders: Vec<PathBuf> = DEFAULT.iter().map(PathBuf::from).collect();
    for triplet in ["x86_64-linux-gnu", "aarch64-linux-gnu"] {
        folders.extend(["/lib", "/usr/lib"].map(|folder| Path::new(folder).join(triplet)));
    }
    walk(program, &cache, &folders)
}

fn walk(program: &Path, cache: &HashMap<String, Vec<PathBuf>>, folders: &[PathBuf]) -> Result<Needed, LibraryError> {
    let first = open(program)?;
    let mut needed = Needed::default();
    let mut known = HashSet::new();
    if let Some(name) = &first.loader {
        let missing = || LibraryError::Missing { name: name.clone(), by: program.to_owned() };
        let real = Path::new(name).canonicalize().map_err(|_| missing())?;
        // The loader is also asked for as a library, under its file name.
        known.extend(Path::new(name).file_name().and_then(|file| file.to_str()).map(str::to_owned));
        needed.loader = Some(Found { name: name.clone(), real });
    }
    let machine = first.machine;
    let mut queue = VecDeque::from([(program.to_owned(), first)]);
    while let Some((path, elf)) = queue.pop_front() {
        for name in &elf.needed {
            if !known.insert(name.clone()) {
                continue;
            }
            if needed.libraries.len() >= MOST {
                return Err(LibraryError::TooMany);
            }
            let candidates = candidates(name, &elf, &path, cache, folders);
            let found = candidates.into_iter().find_map(|candidate| {
                let real = candidate.canonicalize().ok()?;
                let elf = open(&real).ok()?;
                (elf.machine == machine).then_some((real, elf))
            });
            let missing = || LibraryError::Missing { name: name.clone(), by: path.clone() };
            let (real, library) = found.ok_or_else(missing)?;
            needed.libraries.push(Found { name: file_name(name), real: real.clone() });
            queue.push_back((real, library));
        }
    }
    Ok(needed)
}

fn open(path: &Path) -> Result<Elf, LibraryError> {
    let unreadable = |source: ElfError| LibraryError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(|error| unreadable(error.into()))?;
    elf::read(&mut std::io::BufReader::new(file)).map_err(unreadable)
}

fn file_name(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_owned()
}

fn candidates(name: &str, elf: &Elf, by: &Path, cache: &HashMap<String, Vec<PathBuf>>, folders: &[PathBuf]) -> Vec<PathBuf> {
    if name.contains('/') {
        return vec![PathBuf::from(name)];
    }
    let origin = by.parent().unwrap_or(Path::new("/")).display().to_string();
    let own = elf.search.iter().map(|folder| folder.replace("${ORIGIN}", &origin).replace("$ORIGIN", &origin));
    let own = own.map(|folder| Path::new(&folder).join(name));
    let known = cache.get(name).cloned().unwrap_or_default();
    own.chain(known).chain(folders.iter().map(|folder| folder.join(name))).collect()
}

/// Reads `ld.so.cache` (the format of glibc 2.2 and later, also behind the older one): library name → paths.
fn cached(bytes: &[u8]) -> HashMap<String, Vec<PathBuf>> {
    const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
    const HEAD: usize = 48;
    const ENTRY: usize = 24;
    let mut map: HashMap<String, Vec<PathBuf>> = HashMap::new();
    let Some(start) = bytes.windows(MAGIC.len()).position(|window| window == MAGIC) else { return map };
    let bytes = &bytes[start..];
    let number = |place: usize| -> Option<usize> {
        let four: [u8; 4] = bytes.get(place..place.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(four)).ok()
    };
    let text = |place: usize| -> Option<&str> {
        let rest = bytes.get(place..)?;
        std::str::from_utf8(&rest[..rest.iter().take(4096).position(|byte| *byte == 0)?]).ok()
    };
    let count = number(MAGIC.len()).unwrap_or(0).min(bytes.len() / ENTRY);
    for index in 0..count {
        let entry = HEAD + index * ENTRY;
        let pair = number(entry + 4).and_then(text).zip(number(entry + 8).and_then(text));
        // Variants for newer processors are left out: every processor starts with the plain one.
        let plain = number(entry + 16) == Some(0) && number(entry + 20) == Some(0);
        if let (Some((name, path)), true) = (pair, plain) {
            map.entry(name.to_owned()).or_default().push(path.into());
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::tests::build;

    #[test]
    fn libraries_are_followed_through_each_other_and_found_once() {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: Vec<u8>| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, bytes).unwrap();
            path.canonicalize().unwrap()
        };
        let program = put("bin/node", build(None, &["liba.so", "libc.so"], "$ORIGIN/../own"));
        let a = put("own/liba.so", build(None, &["libb.so", "libc.so"], ""));
        let b = put("system/libb.so", build(None, &["liba.so"], ""));
        let c = put("cached/libc.so", build(None, &[], ""));
        put("system/libc.so", build(None, &[], ""));
        let cache = HashMap::from([("libc.so".to_owned(), vec![c.clone()])]);
        let needed = walk(&program, &cache, &[dir.path().join("system")]).unwrap();
        let found: HashMap<String, PathBuf> = needed.libraries.into_iter().map(|f| (f.name, f.real)).collect();
        let expected = [("liba.so", a), ("libb.so", b), ("libc.so", c)].map(|(n, p)| (n.to_owned(), p));
        assert_eq!(found, HashMap::from(expected));
    }

    #[test]
    fn a_library_of_another_processor_is_passed_over_and_a_missing_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("node");
        std::fs::write(&program, build(None, &["libx.so"], "")).unwrap();
        let mut other = build(None, &[], "");
        other[18] = 3;
        std::fs::write(dir.path().join("libx.so"), other).unwrap();
        let error = walk(&program, &HashMap::new(), &[dir.path().to_owned()]).unwrap_err();
        assert!(matches!(error, LibraryError::Missing { name, .. } if name == "libx.so"));
    }

    #[test]
    fn the_cache_of_this_machine_is_read_and_a_damaged_one_is_harmless() {
        let Ok(bytes) = std::fs::read(CACHE) else { return };
        let map = cached(&bytes);
        assert!(map.get("libc.so.6").is_some_and(|paths| paths.iter().all(|path| path.is_absolute())));
        for cut in (0..bytes.len()).step_by(97) {
            let _ = cached(&bytes[..cut]);
        }
    }
}
