//! Gives Tauri the list of commands that exist, from the protocol: what is not listed is refused before any code of ours runs.
//! The permission set of the workbench's window is generated too (`generated/permissions.json`).

const COMMANDS: &[&str] = include!("generated/names.rs");

fn main() {
    println!("cargo:rerun-if-changed=generated");
    println!("cargo:rerun-if-changed=isolation");
    let attributes = tauri_build::Attributes::new()
        .app_manifest(tauri_build::AppManifest::new().commands(COMMANDS).permissions_path_pattern("generated/permissions.json"));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:warning=the Tauri configuration does not fit: {error:#}");
        std::process::exit(1);
    }
}
