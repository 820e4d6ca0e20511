//! `axion`: the command line over Core. It links no webview.
//!
//! Each command is a module; this file starts logging and the runtime and turns an outcome into an exit code.

mod args;
mod call;
mod chat;
mod doctor;
mod door;
mod exit;
mod follow;
mod input;
mod interrupts;
mod lists;
mod run;
mod say;
mod serve;
mod validate;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; a wrong argument is exit 2, as the table of exits says.
            let code = if error.use_stderr() { 2 } else { 0 };
            // A closed pipe is the only way to fail here, and there is nobody left to tell.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("AXION_LOG").unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say::problem(&format!("Axion could not start: {error}."), None);
            return ExitCode::from(1);
        }
    };
    let code = runtime.block_on(dispatch(cli));
    // A reader of standard input may still block on it; it ends with the process.
    runtime.shutdown_background();
    ExitCode::from(code)
}

async fn dispatch(cli: Cli) -> u8 {
    let home = cli.home;
    match cli.command {
        Command::Run(args) => run::run(home, args).await,
        Command::Validate(args) => validate::validate(home, args).await,
        Command::Serve(args) => serve::serve(home, args).await,
        Command::Call(args) => call::call(home, args).await,
        Command::Doctor(args) => doctor::doctor(home, args).await,
        Command::Chat(args) => chat::chat(home, args).await,
        Command::Models(args) => lists::models(home, args).await,
        Command::Channels(args) => lists::channels(home, args).await,
        Command::Egress(args) => lists::egress(home, args).await,
        Command::Keys(args) => lists::keys(home, args).await,
    }
}
