//! Reads lines `Type<TAB>JSON`, reads each JSON as that type and answers with what Rust writes, or `!` and the reason. Used by the
//! property test that samples values from the schemas (tools/protocol).

#[path = "../tests/generated/echo.rs"]
#[rustfmt::skip]
mod generated;

use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (type_name, json) = line.split_once('\t').unwrap_or((line.as_str(), ""));
        match generated::echo(type_name, json) {
            Some(Ok(text)) => writeln!(out, "{text}")?,
            Some(Err(error)) => writeln!(out, "!{error}")?,
            None => writeln!(out, "!no type {type_name}")?,
        }
    }
    out.flush()
}
