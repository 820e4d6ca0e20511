//! What `run` and `chat` end with, as `--help` says.

pub const SUCCEEDED: u8 = 0;
pub const FAILED: u8 = 1;
/// The graph or an argument is wrong; nothing was executed or sent.
pub const REFUSED: u8 = 2;
pub const NO_RUNNER: u8 = 3;
/// The person broke it off; what a shell makes of Ctrl-C.
pub const CANCELLED: u8 = 130;
