//! The escape suite below Node: this program starts itself in the process jail and makes the system calls that JavaScript
//! has no way to make. Each must be refused; the outer half then looks whether anything happened.

#![allow(clippy::unwrap_used, reason = "in tests a panic is how a failure is told")]

#[cfg(target_os = "linux")]
#[path = "calls/inside.rs"]
mod inside;
mod support;

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() {
    if std::env::var_os("AXION_TOKEN").is_some() {
        inside::main();
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut failed = 0;
    let cases = [("with all of Landlock", None), ("with Landlock 2, as in Linux 6.1", Some(2))];
    println!("\nrunning {} tests", cases.len());
    for (name, landlock_at_most) in cases {
        let faults = runtime.block_on(outside::look(landlock_at_most));
        println!("test system calls {name} ... {}", if faults.is_empty() { "ok" } else { "FAILED" });
        failed += usize::from(!faults.is_empty());
        for fault in faults {
            println!("    {fault}");
        }
    }
    let passed = cases.len() - failed;
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {verdict}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out\n");
    std::process::exit(i32::from(failed > 0));
}

#[cfg(target_os = "linux")]
mod outside {
    use std::os::unix::fs::PermissionsExt;

    use axion_runner_host::{Access, RunnerMode, start};
    use serde_json::json;

    use crate::support::{Jail, Place, ask, grant, recorder};

    /// Everything that was not as it must be.
    pub async fn look(landlock_at_most: Option<u32>) -> Vec<String> {
        let place = Place::new();
        let (input, output) = (place.folder("input"), place.folder("output"));
        std::fs::write(input.join("given"), "given").unwrap();
        std::fs::set_permissions(input.join("given"), std::fs::Permissions::from_mode(0o644)).unwrap();
        std::fs::write(place.path("secret"), "secret").unwrap();
        // Descriptors of ours that a careless start would hand down.
        let leaked = std::fs::File::open(place.path("secret")).unwrap();
        std::mem::forget(leaked.try_clone().unwrap());
        let mut spec = place.spec(Jail::Process);
        spec.mode = RunnerMode::Process;
        spec.node = std::env::current_exe().unwrap();
        spec.landlock_at_most = landlock_at_most;
        spec.grants = vec![grant("in", input.clone(), Access::ReadOnly), grant("out", output, Access::ReadWrite)];
        let runner = start(spec, recorder()).await.unwrap();
        let told = json!({ "host": std::process::id(), "secret": place.path("secret"), "given": input.join("given") });
        let attempts = ask(&runner, "attempts", told).await;
        runner.stop(std::time::Duration::from_secs(5)).await;

        let attempts = attempts.as_array().unwrap();
        let mut faults: Vec<String> = attempts
            .iter()
            .filter(|attempt| attempt["right"] != true)
            .map(|attempt| format!("{}: {}", attempt["name"], attempt["got"]))
            .collect();
        if attempts.len() < 60 {
            faults.push(format!("only {} attempts were made", attempts.len()));
        }
        let mode = std::fs::metadata(input.join("given")).unwrap().permissions().mode() & 0o777;
        let text = std::fs::read_to_string(input.join("given")).unwrap();
        if (mode, text.as_str()) != (0o644, "given") {
            faults.push(format!("a read-only file was changed: mode {mode:o}, text {text:?}"));
        }
        faults
    }
}
