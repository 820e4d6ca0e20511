//! The command line's grammar. What the commands do is in their own modules.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Axion: graphs of agents and automations, run on your own machine in a jailed runner.
#[derive(Debug, Parser)]
#[command(name = "axion", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// Folder of Axion's data [default: AXION_HOME, else ~/.axion]
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a graph file and show its progress
    #[command(
        after_help = "Exit: 0 succeeded, 1 failed, 2 the graph or an argument is wrong (nothing was executed), 3 no runner is possible, 130 cancelled."
    )]
    Run(RunArgs),
    /// Check graph files; nothing is executed
    #[command(after_help = "Exit: 0 all files are valid, 2 some are not, or could not be checked (standard error says why and what to do).")]
    Validate(ValidateArgs),
    /// Serve the workbench to a browser on this machine
    Serve(ServeArgs),
    /// Call a command of the protocol
    #[command(
        after_help = "Against the instance that holds the home, or in this process if none does.\nThe result is JSON on standard output; an error is JSON on standard error, with exit 1."
    )]
    Call(CallArgs),
    /// Say what is there, what is missing and how to fix it
    Doctor(DoctorArgs),
}

/// `axion run`
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The graph, a .axion file
    pub file: PathBuf,
    /// A value for the Start form, as JSON (a word that is not JSON is taken as text)
    #[arg(long = "set", value_name = "NAME=JSON")]
    pub set: Vec<String>,
    /// Where to run
    #[arg(long, value_enum)]
    pub runner: Option<RunnerArg>,
    /// Bind a slot of the graph to a folder, read-only unless :rw is added
    #[arg(long = "grant", value_name = "SLOT=DIR[:ro|:rw]")]
    pub grant: Vec<String>,
    /// One event per line as JSON, and nothing else, on standard output
    #[arg(long)]
    pub json: bool,
}

/// `--runner`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunnerArg {
    /// A container where an engine answers, else a jailed process
    Auto,
    /// A container
    Docker,
    /// A jailed process
    Process,
}

impl RunnerArg {
    /// The word of the protocol.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Docker => "docker",
            Self::Process => "process",
        }
    }
}

/// `axion validate`
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Graph files
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

/// `axion serve`
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Port on 127.0.0.1; 0 lets the system choose
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// First line on standard output: {"url","port","token","pid"}
    #[arg(long)]
    pub json: bool,
    /// Do not open a browser
    #[arg(long)]
    pub no_open: bool,
}

/// `axion call`
#[derive(Debug, Args)]
pub struct CallArgs {
    /// Name of the command, for example list_runs
    pub command: String,
    /// Its parameters; - reads them from standard input
    #[arg(default_value = "{}")]
    pub params: String,
    /// Print the events that follow: those of the stream that was subscribed to, or of the run that was started
    #[arg(long)]
    pub follow: bool,
}

/// `axion doctor`
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// The report as JSON
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_grammar_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn home_may_stand_anywhere() {
        for line in [["axion", "--home", "/h", "doctor"], ["axion", "doctor", "--home", "/h"]] {
            assert_eq!(Cli::try_parse_from(line).unwrap().home, Some(PathBuf::from("/h")));
        }
    }
}
