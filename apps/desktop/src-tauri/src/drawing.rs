//! How WebKit draws the page on a machine whose graphics have no processor of their own: a virtual machine, a remote desktop, a display without one.
//!
//! There WebKitGTK lets Mesa's software renderer put the whole window together anew for each frame (1440 × 900 on two cores: about 40 ms), whatever little of
//! it has changed; told to do without, it paints what has changed (about 4 ms). Where a processor is, nothing is touched. Linux only.
//!
//! It is told by its environment. The setting of a web view that does the same can only be changed once its page's process begins, and that process was seen to
//! crash then.

use std::fs::{OpenOptions, read_dir};
use std::path::{Path, PathBuf};

/// WebKitGTK reads it when the first web view is made; what the person has set stays.
const WITHOUT: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";

/// Must be the first thing that the process does, while it has one thread.
pub fn suit() {
    if std::env::var_os(WITHOUT).is_some() || nodes().iter().any(|node| is_processor(node) && opens(node)) {
        return;
    }
    // SAFETY: no other thread exists yet that could read the environment meanwhile.
    unsafe { std::env::set_var(WITHOUT, "1") };
}

fn nodes() -> Vec<PathBuf> {
    ["/dev", "/dev/dri"].iter().filter_map(|folder| read_dir(folder).ok()).flatten().flatten().map(|entry| entry.path()).collect()
}

/// Render nodes of the kernel's drivers, and what drivers beside it (NVIDIA, Windows' subsystem, phones) put in their place.
fn is_processor(node: &Path) -> bool {
    let name = node.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let numbered =
        |start: &str| name.strip_prefix(start).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
    match node.parent().and_then(Path::to_str) {
        Some("/dev/dri") => numbered("renderD"),
        _ => numbered("nvidia") || numbered("mali") || matches!(name, "dxg" | "kgsl-3d0"),
    }
}

/// One that this person may not use is none.
fn opens(node: &Path) -> bool {
    OpenOptions::new().read(true).write(true).open(node).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graphics_processor_is_told_by_its_node() {
        for node in ["/dev/dri/renderD128", "/dev/dri/renderD129", "/dev/nvidia0", "/dev/mali0", "/dev/dxg", "/dev/kgsl-3d0"] {
            assert!(is_processor(Path::new(node)), "{node}");
        }
        // A card that only shows a picture, and nodes of other things.
        for node in [
            "/dev/dri/card0",
            "/dev/dri/controlD64",
            "/dev/dri/renderD",
            "/dev/renderD128",
            "/dev/nvidiactl",
            "/dev/nvidia-uvm",
            "/dev/nvidia",
            "/dev/fb0",
            "/dev/null",
        ] {
            assert!(!is_processor(Path::new(node)), "{node}");
        }
    }
}
