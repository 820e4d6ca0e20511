//! Whether there is a display to open a window on. Linux only: elsewhere there is always one.

/// What the app ends with where there is none: EX_UNAVAILABLE of sysexits.h. `npm start` then serves the workbench (tools/bootstrap/start.mjs).
pub const NO_DISPLAY: i32 = 69;

/// Tauri breaks off without a word of help where there is none, so it is asked first. Must be called on the main thread.
pub fn is_there() -> bool {
    gtk::init().is_ok()
}
