//! The floor of the start, size and memory benches: what a Tauri window costs before anything of ours.
fn main() {
    if let Err(error) = tauri::Builder::default().run(tauri::generate_context!()) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
