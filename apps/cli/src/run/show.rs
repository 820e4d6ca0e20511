//! Showing a run: events as JSON lines, live lines on a terminal, or plain lines where there is none.

use std::collections::{HashMap, HashSet};
use std::io::{IsTerminal, Write};
use std::time::Instant;

use axion_protocol::{FinishedState, NodeId, PortValue, RunEvent, RunFinished, RunOutcome, Scope, StepFinished};

use crate::say;

/// Live lines at most; the rest is counted.
const MOST_LINES: usize = 12;
/// Plain lines at most, so that a graph of 100,000 nodes does not drown its result.
const MOST_PLAIN: u64 = 2_000;

/// How a run is shown.
pub struct Show(Kind);

enum Kind {
    Json,
    Progress(Progress),
}

struct Progress {
    names: HashMap<String, String>,
    live: bool,
    /// Steps in flight, in the order in which they began.
    flight: Vec<(NodeId, Option<Scope>, Instant, &'static str)>,
    waiting: HashSet<String>,
    finished: u64,
    drawn: usize,
    printed: u64,
}

impl Show {
    /// One event per line on standard output, nothing else there.
    pub fn json() -> Self {
        Self(Kind::Json)
    }

    /// For a person, on standard error; the outputs go to standard output.
    pub fn progress(names: HashMap<String, String>) -> Self {
        let live = std::io::stderr().is_terminal() && std::env::var_os("TERM").is_some_and(|term| term != "dumb");
        Self(Kind::Progress(Progress { names, live, flight: Vec::new(), waiting: HashSet::new(), finished: 0, drawn: 0, printed: 0 }))
    }

    /// Takes in an event; false if nobody reads any more.
    pub fn event(&mut self, text: &str, event: &RunEvent) -> bool {
        match &mut self.0 {
            Kind::Json => say::out(text),
            Kind::Progress(progress) => {
                progress.event(event);
                true
            }
        }
    }

    /// The last event.
    pub fn end(&mut self, end: &RunFinished) {
        match &mut self.0 {
            Kind::Json => {
                say::out(&serde_json::to_string(&RunEvent::RunFinished(end.clone())).unwrap_or_default());
            }
            Kind::Progress(progress) => progress.end(end),
        }
    }

    /// Draws the live lines anew.
    pub fn tick(&mut self) {
        if let Kind::Progress(progress) = &mut self.0
            && progress.live
        {
            progress.draw();
        }
    }

    /// Takes the live lines away.
    pub fn clear(&mut self) {
        if let Kind::Progress(progress) = &mut self.0 {
            progress.erase();
        }
    }

    /// A remark above the live lines.
    pub fn note(&mut self, text: &str) {
        self.clear();
        say::note(text);
    }
}

impl Progress {
    fn event(&mut self, event: &RunEvent) {
        match event {
            RunEvent::RunStarted(start) => {
                let engine = start.runner.engine.as_ref().map_or_else(String::new, |engine| format!(" ({engine})"));
                self.line(&format!("Running {} in a {}{engine}", say::plain(&start.graph_name), runner_word(start.runner.mode)));
                if let Some(why) = &start.runner.fallback {
                    self.line(&format!("  not in a container: {}", say::plain(why)));
                }
            }
            RunEvent::RunInterrupted(lost) => {
                self.flight.clear();
                self.line(&format!("Interrupted: {}", say::plain(&lost.reason)));
            }
            RunEvent::RunResumed(_) => self.line("Resumed; what was finished is not done again."),
            RunEvent::StepStarted(step) => self.fly(&step.node, step.scope.as_ref(), "running"),
            RunEvent::StepWaiting(step) => self.fly(&step.node, step.scope.as_ref(), "waiting"),
            RunEvent::StepRetrying(step) => self.fly(&step.node, step.scope.as_ref(), "retrying"),
            RunEvent::StepFinished(step) => self.step(step),
            RunEvent::Log(log) => {
                let text = format!("  {}: {}", log.level, say::plain(&log.text));
                self.line(&text);
            }
            RunEvent::RunCancelling(_) => self.line("Cancelling"),
            RunEvent::EffectIntent(_) | RunEvent::ApprovalRequested(_) | RunEvent::ApprovalAnswered(_) | RunEvent::RunFinished(_) => {}
        }
        if self.live {
            self.draw();
        }
    }

    fn fly(&mut self, node: &NodeId, scope: Option<&Scope>, word: &'static str) {
        match self.flight.iter_mut().find(|known| known.0 == *node && known.1.as_ref() == scope) {
            Some(known) => known.3 = word,
            None => self.flight.push((node.clone(), scope.cloned(), Instant::now(), word)),
        }
        if !self.live && word == "waiting" && self.waiting.insert(node.to_string()) {
            let text = format!("… {} waits", self.name(node, scope));
            self.line(&text);
        }
    }

    fn step(&mut self, step: &StepFinished) {
        self.flight.retain(|known| known.0 != step.node || known.1 != step.scope);
        self.finished += 1;
        let mark = match step.state {
            FinishedState::Succeeded | FinishedState::Cached | FinishedState::Pinned => '✓',
            FinishedState::Skipped => '–',
            FinishedState::Failed => '✗',
            FinishedState::Cancelled => '■',
        };
        // Iterations are many: only what failed in them is told.
        if step.scope.is_some() && step.state != FinishedState::Failed {
            return;
        }
        let why = match (&step.error, &step.reason) {
            (Some(error), _) => format!(": {}", say::plain(&error.message)),
            (None, Some(reason)) => format!(" ({})", say::plain(reason)),
            (None, None) => String::new(),
        };
        let text = format!("{mark} {}  {}{why}", self.name(&step.node, step.scope.as_ref()), duration(step.ms));
        self.line(&text);
    }

    fn end(&mut self, end: &RunFinished) {
        self.erase();
        let word = match end.state {
            RunOutcome::Succeeded => "Succeeded",
            RunOutcome::Failed => "Failed",
            RunOutcome::Cancelled => "Cancelled",
        };
        let steps = &end.steps;
        say::note(&format!(
            "{word} in {}: {} succeeded, {} failed, {} skipped, {} cancelled",
            duration(end.ms),
            steps.succeeded,
            steps.failed,
            steps.skipped,
            steps.cancelled
        ));
        if let Some(error) = &end.error {
            say::problem(&say::plain(&error.message), error.hint.as_deref().map(say::plain).as_deref());
        }
        for (name, value) in &end.outputs {
            let text = match value {
                PortValue::Inline(inline) => inline.value.as_str().map_or_else(|| inline.value.to_string(), str::to_owned),
                PortValue::Blob(blob) => blob.preview.clone(),
            };
            say::out(&format!("{} = {}", say::plain(name), shown(&text)));
        }
    }

    fn name(&self, node: &NodeId, scope: Option<&Scope>) -> String {
        let name = say::plain(self.names.get(node.as_str()).map_or(node.as_str(), String::as_str));
        scope.map_or_else(|| name.clone(), |scope| format!("{name} [{scope}]"))
    }

    fn line(&mut self, text: &str) {
        self.printed += 1;
        if self.printed > MOST_PLAIN {
            if self.printed == MOST_PLAIN + 1 {
                self.erase();
                say::note("… more steps follow; --json shows all of them.");
            }
            return;
        }
        self.erase();
        say::note(text);
    }

    fn draw(&mut self) {
        self.erase();
        if self.flight.is_empty() {
            return;
        }
        let width = 100;
        let mut lines: Vec<String> = Vec::new();
        for (node, scope, since, word) in self.flight.iter().take(MOST_LINES) {
            let ms = since.elapsed().as_secs_f64() * 1000.0;
            lines.push(format!("  ● {}  {word}  {}", self.name(node, scope.as_ref()), duration(ms)));
        }
        if self.flight.len() > MOST_LINES {
            lines.push(format!("  … and {} more", self.flight.len() - MOST_LINES));
        }
        let mut err = std::io::stderr().lock();
        for line in &lines {
            let cut: String = line.chars().take(width).collect();
            // A terminal that went away is noticed by the run's end at the latest.
            let _ = writeln!(err, "{cut}");
        }
        self.drawn = lines.len();
    }

    fn erase(&mut self) {
        if self.drawn == 0 {
            return;
        }
        let mut err = std::io::stderr().lock();
        let _ = write!(err, "\u{1b}[{}A\u{1b}[J", self.drawn).and_then(|()| err.flush());
        self.drawn = 0;
    }
}

fn runner_word(mode: axion_protocol::RunnerMode) -> &'static str {
    match mode {
        axion_protocol::RunnerMode::Docker => "container",
        axion_protocol::RunnerMode::Process => "jailed process",
    }
}

/// A value in a terminal: its line breaks stay, other control characters do not.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c }).collect()
}

fn duration(ms: f64) -> String {
    match ms {
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms if ms < 1000.0 => format!("{ms:.0} ms"),
        ms if ms < 60_000.0 => format!("{:.1} s", ms / 1000.0),
        ms => format!("{:.0} min {:.0} s", (ms / 60_000.0).floor(), (ms % 60_000.0) / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_a_person_says_them() {
        assert_eq!([duration(0.44), duration(250.0), duration(1234.0), duration(61_000.0)], ["0.4 ms", "250 ms", "1.2 s", "1 min 1 s"]);
    }
}
