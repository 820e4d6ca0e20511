//! The registry against real servers on this machine.
