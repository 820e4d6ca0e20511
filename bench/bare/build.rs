//! Lets Tauri read the configuration.
fn main() {
    tauri_build::build();
}
