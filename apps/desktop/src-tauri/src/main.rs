//! The desktop app's executable.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    std::process::exit(axion_desktop::run());
}
