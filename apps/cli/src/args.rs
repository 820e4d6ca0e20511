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
    #[command(
        after_help = "Exit: 0 all files are valid, 2 some are not, or could not be checked (standard error says why and what to do)."
    )]
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
    /// Talk with an agent
    #[command(
        after_help = "Without -p and with a terminal it is a conversation (/help in it). Without a terminal the message is read from standard input,\nand what needs an answer is refused: nobody is there to give one.\nExit: 0 answered, 1 failed, 2 a wrong argument (nothing was sent), 3 no runner is possible, 130 interrupted."
    )]
    Chat(ChatArgs),
    /// List the models that can be asked
    Models(ModelsArgs),
    /// List the channels by which sessions are opened
    Channels(ChannelsArgs),
    /// List what left this machine, or was kept from leaving it
    Egress(EgressArgs),
    /// The keys of model providers: by name only, they never come out again
    Keys(KeysArgs),
}

/// `axion chat`
#[derive(Debug, Args)]
pub struct ChatArgs {
    /// Go on with this session
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// The model to ask (see `axion models`)
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// What the agent may do without asking each time
    #[arg(long, value_enum)]
    pub mode: Option<ModeArg>,
    /// A folder that the agent may look at, or change if :rw is added
    #[arg(long = "grant", value_name = "DIR[:ro|:rw]")]
    pub grant: Vec<String>,
    /// Send this, print the answer and end; - reads it from standard input
    #[arg(short = 'p', long = "prompt", value_name = "TEXT")]
    pub prompt: Option<String>,
    /// One event of the session per line as JSON, and nothing else, on standard output
    #[arg(long)]
    pub json: bool,
}

/// `--mode`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModeArg {
    /// Changes are refused
    ReadOnly,
    /// Each change is asked about
    Ask,
    /// Changes of files are not asked about
    AcceptEdits,
}

impl ModeArg {
    /// The word of the protocol.
    pub fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Ask => "ask",
            Self::AcceptEdits => "accept-edits",
        }
    }
}

/// `axion models`
#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// The list as JSON
    #[arg(long)]
    pub json: bool,
    /// Ask nobody: the last good lists
    #[arg(long)]
    pub known: bool,
}

/// `axion channels`
#[derive(Debug, Args)]
pub struct ChannelsArgs {
    /// The list as JSON
    #[arg(long)]
    pub json: bool,
    /// Print the webhook's token, and nothing else
    #[arg(long, conflicts_with = "json")]
    pub token: bool,
    /// Make another token first; the one before is worth nothing then
    #[arg(long, requires = "token")]
    pub renew: bool,
}

/// A list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The list as JSON
    #[arg(long)]
    pub json: bool,
}

/// `axion egress`
#[derive(Debug, Args)]
pub struct EgressArgs {
    /// One entry per line as JSON
    #[arg(long)]
    pub json: bool,
    /// Only what this session asked for
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// So many of the newest
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub limit: u16,
}

/// `axion keys`
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: KeysAction,
}

/// `axion keys …`
#[derive(Debug, Subcommand)]
pub enum KeysAction {
    /// Keep a key; its value is read from standard input, or asked for without showing it
    Set {
        /// Its name, as a provider names it
        name: String,
    },
    /// The names of the keys, and where they are kept
    List(ListArgs),
    /// Forget a key
    Remove {
        /// Its name
        name: String,
    },
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
