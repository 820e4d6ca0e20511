//! The tar that becomes the image, and its name.

use super::*;
use crate::elf::tests::build;
use crate::libraries::Found;

fn place() -> (tempfile::TempDir, Vec<Part>) {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let needed = Needed {
        loader: Some(Found { name: "/lib64/ld.so".into(), real: file("ld.so", b"loader") }),
        libraries: vec![Found { name: "libc.so.6".into(), real: file("libc-2.so", &[7; 1000]) }],
    };
    let parts = parts(&file("node", b"node"), &file("runner.mjs", b"bundle"), &needed);
    (dir, parts)
}

#[test]
fn the_tar_holds_each_part_under_its_name_and_nothing_of_this_machine() {
    let (_dir, parts) = place();
    let mut bytes = Vec::new();
    pack(&parts, &mut bytes).unwrap();
    let mut again = Vec::new();
    pack(&parts, &mut again).unwrap();
    assert!(bytes == again, "equal contents are equal bytes");
    let mut seen = Vec::new();
    for entry in tar::Archive::new(&bytes[..]).entries().unwrap() {
        let entry = entry.unwrap();
        let header = entry.header();
        assert_eq!((header.uid().unwrap(), header.gid().unwrap(), header.mtime().unwrap()), (0, 0, 0));
        seen.push((entry.path().unwrap().display().to_string(), header.mode().unwrap(), entry.size()));
    }
    for expected in [
        ("opt/axion/node".to_owned(), 0o755, 4),
        ("opt/axion/runner.mjs".to_owned(), 0o644, 6),
        ("opt/axion/lib/libc.so.6".to_owned(), 0o755, 1000),
        ("lib64/ld.so".to_owned(), 0o755, 6),
        ("tmp/".to_owned(), 0o1777, 0),
    ] {
        assert!(seen.contains(&expected), "{expected:?} in {seen:?}");
    }
    assert!(seen.iter().all(|(path, ..)| !path.starts_with('/') && !path.contains("..")));
}

#[test]
fn the_name_follows_the_contents() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    std::fs::create_dir_all(home.join(crate::folder::RUN)).unwrap();
    let (node, bundle) = (dir.path().join("node"), dir.path().join("runner.mjs"));
    std::fs::write(&node, build(None, &[], "")).unwrap();
    std::fs::write(&bundle, "one").unwrap();
    let one = describe(&node, &bundle, &home).unwrap().tag;
    assert_eq!(describe(&node, &bundle, &home).unwrap().tag, one);
    assert!(one.starts_with("axion-runner:") && one.len() == "axion-runner:".len() + 64);
    std::fs::write(&bundle, "two!").unwrap();
    assert_ne!(describe(&node, &bundle, &home).unwrap().tag, one);
    std::fs::write(&node, "#!/bin/sh").unwrap();
    assert_eq!(describe(&node, &bundle, &home).unwrap_err().code(), "image_failed");
}

#[tokio::test]
async fn a_part_that_vanishes_breaks_the_stream_instead_of_ending_it() {
    let (dir, parts) = place();
    std::fs::remove_file(dir.path().join("libc-2.so")).unwrap();
    let image = Image { tag: "axion-runner:x".into(), parts };
    let (pieces, packing) = image.packed();
    let pieces: Vec<_> = pieces.collect().await;
    assert!(pieces.last().unwrap().is_err());
    assert!(packing.await.unwrap().is_err());
}
