//! `axion validate FILE…`: each problem with file, node and field. Nothing is executed.

use std::path::{Path, PathBuf};

use axion_protocol::{ErrorCode, ErrorInfo, ValidationReport};

use crate::args::ValidateArgs;
use crate::door::{Door, locate};
use crate::{input, say};

/// Exit 0 if all are valid, 2 if some are not or could not be looked at: the engine that checks graphs needs Node.
pub async fn validate(home: Option<PathBuf>, args: ValidateArgs) -> u8 {
    let mut door: Option<Door> = None;
    let mut code = 0;
    for file in &args.files {
        let text = match input::graph_text(file) {
            Ok(text) => text,
            Err(wrong) => {
                say::out(&format!("{}: {}", file.display(), say::plain(&wrong.message)));
                code = 2;
                continue;
            }
        };
        match check(&mut door, home.as_ref(), text).await {
            Ok(report) => code = code.max(tell(file, &report)),
            // What is missing is missing for the files that follow, too.
            Err(info) if matches!(info.code, ErrorCode::NoRunner | ErrorCode::RuntimeMissing) => {
                say::note(&format!("{} was not checked.", file.display()));
                say::error(&info);
                code = 2;
                break;
            }
            Err(info) => {
                say::out(&format!("{}: {}", file.display(), say::plain(&info.message)));
                for problem in info.problems.iter().flatten() {
                    say::out(&format!("{}: {}", file.display(), say::describe(problem)));
                }
                code = 2;
            }
        }
    }
    if let Some(door) = door {
        door.close().await;
    }
    code
}

async fn check(door: &mut Option<Door>, home: Option<&PathBuf>, text: String) -> Result<ValidationReport, ErrorInfo> {
    let door = match door {
        Some(door) => door,
        None => door.insert(Door::open(locate(home.cloned())?).await?),
    };
    door.get("validate_graph", &serde_json::json!({ "text": text })).await
}

fn tell(file: &Path, report: &ValidationReport) -> u8 {
    for problem in &report.problems {
        say::out(&format!("{}: {}", file.display(), say::describe(problem)));
    }
    if report.ok {
        say::out(&format!("{}: valid, {} nodes", file.display(), report.nodes));
        return 0;
    }
    2
}
