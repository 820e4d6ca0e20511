//! `axion call COMMAND [JSON] [--follow]`: any command of the protocol, for scripts.

use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use axion_protocol::{COMMAND_NAMES, ErrorCode, ErrorInfo, RuntimeState, RuntimeStatus, Subscription};
use serde_json::Value;

use crate::args::CallArgs;
use crate::door::{Door, locate};
use crate::follow::Follow;
use crate::say;

/// Runs the command.
pub async fn call(home: Option<PathBuf>, args: CallArgs) -> u8 {
    match try_call(home, args).await {
        Ok(()) => 0,
        Err(info) => {
            say::note(&serde_json::to_string(&info).unwrap_or(info.message));
            1
        }
    }
}

async fn try_call(home: Option<PathBuf>, args: CallArgs) -> Result<(), ErrorInfo> {
    if !COMMAND_NAMES.contains(&args.command.as_str()) {
        let info = ErrorInfo::new(ErrorCode::UnknownCommand, format!("There is no command `{}`.", axion_protocol::clip(&args.command, 80)));
        return Err(info.with_hint(format!("The commands are: {}.", COMMAND_NAMES.join(", "))));
    }
    let params = if args.params == "-" { standard_input()? } else { args.params };
    let parsed: Value = serde_json::from_str(&params)
        .map_err(|error| ErrorInfo::new(ErrorCode::InvalidParams, format!("The parameters are not JSON: {error}.")))?;
    let door = Door::open(locate(home)?).await?;
    let outcome = converse(&door, &args.command, &params, &parsed, args.follow).await;
    let outcome = match outcome {
        Ok(()) if args.command == "install_runtime" && door.is_here() => installed(&door).await,
        outcome => outcome,
    };
    if outcome.is_ok() && door.runs_in_progress() > 0 {
        say::note("axion: a run goes on in this process; waiting for its end (Ctrl-C leaves it to be resumed).");
        tokio::select! {
            () = door.runs_done() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    door.close().await;
    outcome
}

/// The installation goes on behind the command's answer; in this process it would end with it.
async fn installed(door: &Door) -> Result<(), ErrorInfo> {
    loop {
        let status: RuntimeStatus = door.get("get_runtime", &serde_json::json!({})).await?;
        if status.state != RuntimeState::Installing {
            say::out(&serde_json::to_string(&status).unwrap_or_default());
            return match status.message {
                Some(why) => Err(ErrorInfo::new(ErrorCode::RuntimeMissing, why)),
                None => Ok(()),
            };
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(200)) => {}
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

async fn converse(door: &Door, command: &str, params: &str, parsed: &Value, follow: bool) -> Result<(), ErrorInfo> {
    if !follow {
        let result = door.call(command, params).await?;
        say::out(result.get());
        return Ok(());
    }
    let (mut reader, until_end) = match command {
        // From here on this process reads the stream itself; what was asked says where to begin.
        "subscribe" => {
            let result = door.call(command, params).await?;
            say::out(result.get());
            let known: Subscription = serde_json::from_str(result.get())
                .map_err(|error| ErrorInfo::new(ErrorCode::Internal, format!("The answer cannot be read: {error}.")))?;
            let after = if known.mode == axion_protocol::SubscribeMode::Tail { parsed["after"].as_u64().unwrap_or(0) } else { known.head };
            (Follow::new(known.stream.as_str(), Some(known.epoch), after), false)
        }
        "start_run" => {
            let result = door.call(command, params).await?;
            say::out(result.get());
            let run = parsed["runId"].as_str().unwrap_or_default();
            (Follow::new(format!("run:{run}"), None, 0), true)
        }
        _ => {
            // What the command changes is announced on `workspace`: read from before it was called.
            let head: Subscription = door.get("subscribe", &serde_json::json!({ "stream": "workspace" })).await?;
            let result = door.call(command, params).await?;
            say::out(result.get());
            (Follow::new("workspace", Some(head.epoch), head.head), false)
        }
    };
    reader.begin(door).await?;
    loop {
        let event = tokio::select! {
            event = reader.next(door) => event?,
            _ = tokio::signal::ctrl_c() => return Ok(()),
        };
        let Some(event) = event else {
            return Err(ErrorInfo::new(ErrorCode::Offline, "The Axion instance that holds this home has ended."));
        };
        if !say::out(&event) || (until_end && event.contains("\"type\":\"run-finished\"")) {
            return Ok(());
        }
    }
}

fn standard_input() -> Result<String, ErrorInfo> {
    let mut text = String::new();
    let limit = axion_core::rpc::LARGEST_MESSAGE as u64;
    std::io::stdin()
        .lock()
        .take(limit)
        .read_to_string(&mut text)
        .map_err(|error| ErrorInfo::new(ErrorCode::InvalidParams, format!("Standard input cannot be read: {error}.")))?;
    Ok(text)
}
