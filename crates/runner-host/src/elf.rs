//! Reads from an ELF program what it needs to start: its loader, the libraries it names, where it says to look.
//! Only 64-bit little-endian, which is what Node is built for on Linux. Every offset in the file is taken as hostile.

use std::io::{Read, Seek, SeekFrom};

/// What one ELF file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elf {
    /// Processor (`e_machine`).
    pub machine: u16,
    /// `PT_INTERP`.
    pub loader: Option<String>,
    /// `DT_NEEDED`.
    pub needed: Vec<String>,
    /// `DT_RPATH` or `DT_RUNPATH`, split.
    pub search: Vec<String>,
}

/// Why a file could not be read as ELF.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ElfError {
    #[error("it is not a 64-bit Linux program")]
    NotElf,
    #[error("its {0} is out of bounds")]
    Bounds(&'static str),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

const LONGEST_NAME: usize = 4096;
const MOST_HEADERS: usize = 512;
const MOST_DYNAMIC: u64 = 1 << 20;
const MOST_NEEDED: usize = 256;

struct Segment {
    kind: u32,
    offset: u64,
    address: u64,
    size: u64,
}

/// Reads the headers; the body of the file is not touched.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> Result<Elf, ElfError> {
    let head: [u8; 64] = at(file, 0).map_err(|_| ElfError::NotElf)?;
    if &head[..4] != b"\x7fELF" || head[4] != 2 || head[5] != 1 {
        return Err(ElfError::NotElf);
    }
    let machine = u16_at(&head, 18);
    let segments = segments(file, u64_at(&head, 32), usize::from(u16_at(&head, 54)), usize::from(u16_at(&head, 56)))?;
    let loader = match segments.iter().find(|segment| segment.kind == 3) {
        Some(interp) => Some(text(file, interp.offset)?),
        None => None,
    };
    let mut elf = Elf { machine, loader, needed: Vec::new(), search: Vec::new() };
    if let Some(dynamic) = segments.iter().find(|segment| segment.kind == 2) {
        walk_dynamic(file, dynamic, &segments, &mut elf)?;
    }
    Ok(elf)
}

fn segments(file: &mut (impl Read + Seek), start: u64, size: usize, count: usize) -> Result<Vec<Segment>, ElfError> {
    if size < 56 || count > MOST_HEADERS {
        return Err(ElfError::Bounds("program header table"));
    }
    let mut segments = Vec::with_capacity(count);
    for index in 0..count {
        let offset = (index * size) as u64;
        let place = start.checked_add(offset).ok_or(ElfError::Bounds("program header table"))?;
        let head: [u8; 56] = at(file, place)?;
        segments.push(Segment { kind: u32_at(&head, 0), offset: u64_at(&head, 8), address: u64_at(&head, 16), size: u64_at(&head, 32) });
    }
    Ok(segments)
}

fn walk_dynamic(file: &mut (impl Read + Seek), dynamic: &Segment, segments: &[Segment], elf: &mut Elf) -> Result<(), ElfError> {
    const NEEDED: u64 = 1;
    const STRINGS: u64 = 5;
    const RPATH: u64 = 15;
    const RUNPATH: u64 = 29;
    if dynamic.size > MOST_DYNAMIC {
        return Err(ElfError::Bounds("dynamic section"));
    }
    let (mut names, mut paths, mut runpaths, mut strings) = (Vec::new(), Vec::new(), Vec::new(), None);
    for index in 0..dynamic.size / 16 {
        let place = dynamic.offset.checked_add(index * 16).ok_or(ElfError::Bounds("dynamic section"))?;
        let entry: [u8; 16] = at(file, place)?;
        let value = u64_at(&entry, 8);
        match u64_at(&entry, 0) {
            0 => break,
            NEEDED if names.len() < MOST_NEEDED => names.push(value),
            NEEDED => return Err(ElfError::Bounds("list of libraries")),
            STRINGS => strings = Some(value),
            RPATH => paths.push(value),
            RUNPATH => runpaths.push(value),
            _ => {}
        }
    }
    let Some(strings) = strings else { return Ok(()) };
    let base = segments
        .iter()
        .find(|s| s.kind == 1 && s.address <= strings && strings - s.address < s.size)
        .and_then(|s| s.offset.checked_add(strings - s.address))
        .ok_or(ElfError::Bounds("string table"))?;
    let mut named = |offset: u64| text(file, base.checked_add(offset).ok_or(ElfError::Bounds("string"))?);
    elf.needed = names.into_iter().map(&mut named).collect::<Result<_, _>>()?;
    // Where both are there, only the newer one counts.
    let chosen = if runpaths.is_empty() { paths } else { runpaths };
    for offset in chosen {
        elf.search.extend(named(offset)?.split(':').filter(|part| !part.is_empty()).map(str::to_owned));
    }
    Ok(())
}

fn at<const N: usize>(file: &mut (impl Read + Seek), place: u64) -> Result<[u8; N], ElfError> {
    file.seek(SeekFrom::Start(place))?;
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn text(file: &mut (impl Read + Seek), place: u64) -> Result<String, ElfError> {
    file.seek(SeekFrom::Start(place))?;
    let mut bytes = Vec::new();
    file.take(LONGEST_NAME as u64).read_to_end(&mut bytes)?;
    let end = bytes.iter().position(|byte| *byte == 0).ok_or(ElfError::Bounds("string"))?;
    bytes.truncate(end);
    String::from_utf8(bytes).map_err(|_| ElfError::Bounds("string"))
}

fn u16_at(bytes: &[u8], place: usize) -> u16 {
    u16::from_le_bytes([bytes[place], bytes[place + 1]])
}

fn u32_at(bytes: &[u8], place: usize) -> u32 {
    u32::from(u16_at(bytes, place)) | u32::from(u16_at(bytes, place + 2)) << 16
}

fn u64_at(bytes: &[u8], place: usize) -> u64 {
    u64::from(u32_at(bytes, place)) | u64::from(u32_at(bytes, place + 4)) << 32
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io::Cursor;

    /// A small but proper ELF file.
    pub(crate) fn build(loader: Option<&str>, needed: &[&str], search: &str) -> Vec<u8> {
        const HEAD: u64 = 64;
        const TABLE: u64 = 56 * 3;
        let mut strings = vec![0u8];
        let mut put = |text: &str| {
            let place = strings.len() as u64;
            strings.extend(text.bytes().chain([0]));
            place
        };
        let mut dynamic: Vec<(u64, u64)> = needed.iter().map(|name| (1, put(name))).collect();
        if !search.is_empty() {
            dynamic.push((29, put(search)));
        }
        let interp = loader.map(&mut put);
        let strings_at = HEAD + TABLE;
        let dynamic_at = strings_at + strings.len() as u64;
        const ADDRESS: u64 = 0x40_0000;
        dynamic.extend([(5, ADDRESS + strings_at), (0, 0)]);
        let mut file = vec![0u8; 64];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file[18] = 62;
        file[32..40].copy_from_slice(&HEAD.to_le_bytes());
        file[54..56].copy_from_slice(&56u16.to_le_bytes());
        file[56..58].copy_from_slice(&3u16.to_le_bytes());
        let mut segment = |kind: u32, offset: u64, address: u64, size: u64| {
            let mut head = vec![0u8; 56];
            head[..4].copy_from_slice(&kind.to_le_bytes());
            head[8..16].copy_from_slice(&offset.to_le_bytes());
            head[16..24].copy_from_slice(&address.to_le_bytes());
            head[32..40].copy_from_slice(&size.to_le_bytes());
            file.extend(head);
        };
        segment(1, 0, ADDRESS, 1 << 16);
        segment(2, dynamic_at, 0, dynamic.len() as u64 * 16);
        segment(if interp.is_some() { 3 } else { 0 }, strings_at + interp.unwrap_or(0), 0, 1);
        file.extend(strings);
        for (tag, value) in dynamic {
            file.extend(tag.to_le_bytes().into_iter().chain(value.to_le_bytes()));
        }
        file
    }

    #[test]
    fn loader_libraries_and_search_paths_are_read() {
        let bytes = build(Some("/lib64/ld.so"), &["libc.so.6", "libm.so.6"], "$ORIGIN/../lib::/opt/lib");
        let elf = read(&mut Cursor::new(bytes)).unwrap();
        assert_eq!(elf.loader.as_deref(), Some("/lib64/ld.so"));
        assert_eq!(elf.needed, ["libc.so.6", "libm.so.6"]);
        assert_eq!(elf.search, ["$ORIGIN/../lib", "/opt/lib"]);
        let alone = read(&mut Cursor::new(build(None, &[], ""))).unwrap();
        assert_eq!((alone.loader, alone.needed.len()), (None, 0));
    }

    #[test]
    fn other_files_are_refused() {
        let mut narrow = build(None, &[], "");
        narrow[4] = 1;
        for bytes in [Vec::new(), b"#!/bin/sh\n".to_vec(), b"\xcf\xfa\xed\xfe".repeat(40), narrow] {
            assert!(matches!(read(&mut Cursor::new(bytes)), Err(ElfError::NotElf)));
        }
    }

    #[test]
    fn no_damaged_file_does_more_than_fail() {
        let whole = build(Some("/lib64/ld.so"), &["libc.so.6"; 20], "/a:/b");
        for length in 0..whole.len() {
            let _ = read(&mut Cursor::new(&whole[..length]));
        }
        let mut state = 88_172_645_463_325_252u64;
        for _ in 0..20_000 {
            let mut bytes = whole.clone();
            for _ in 0..4 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let place = (state >> 8) as usize % bytes.len();
                bytes[place] = state as u8;
            }
            let _ = read(&mut Cursor::new(bytes));
        }
    }
}
