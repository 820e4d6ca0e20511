//! A run's step counts and state, derived from its events one by one. Pure; what it keeps is bounded by how many steps
//! are in flight, not by how many there are.

use std::collections::HashMap;

use axion_protocol::{FinishedState, JournalEvent, NodeId, RunState, Scope, StepCounts};

type Instance = (NodeId, Option<Scope>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flight {
    Running,
    Waiting,
}

/// The derived state of one run.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    steps: StepCounts,
    in_flight: HashMap<Instance, Flight>,
    cancelling: bool,
    finished: Option<RunState>,
}

impl Tally {
    /// For a graph of this many nodes.
    pub fn new(nodes: u64) -> Self {
        Self { steps: StepCounts { total: nodes, ..StepCounts::default() }, ..Self::default() }
    }

    /// The counts now.
    pub fn steps(&self) -> StepCounts {
        let of = |flight| self.in_flight.values().filter(|known| **known == flight).count() as u64;
        let (running, waiting) = (of(Flight::Running), of(Flight::Waiting));
        let ended = self.steps.succeeded + self.steps.failed + self.steps.skipped + self.steps.cancelled;
        StepCounts { running, waiting, total: self.steps.total.max(ended + running + waiting), ..self.steps.clone() }
    }

    /// The run's state now.
    pub fn state(&self) -> RunState {
        if let Some(state) = self.finished {
            return state;
        }
        let waiting = self.in_flight.values().any(|known| *known == Flight::Waiting);
        let running = self.in_flight.values().any(|known| *known == Flight::Running);
        if waiting && !running { RunState::Waiting } else { RunState::Running }
    }

    /// Whether a person asked to end it.
    pub fn is_cancelling(&self) -> bool {
        self.cancelling
    }

    /// Whether `run-finished` was seen.
    pub fn is_finished(&self) -> bool {
        self.finished.is_some()
    }

    /// Takes in the next event of the journal.
    pub fn apply(&mut self, event: &JournalEvent) {
        match event {
            JournalEvent::StepStarted(step) => self.fly(&step.node, step.scope.as_ref(), Flight::Running),
            JournalEvent::StepRetrying(step) => self.fly(&step.node, step.scope.as_ref(), Flight::Waiting),
            JournalEvent::StepWaiting(step) => self.fly(&step.node, step.scope.as_ref(), Flight::Waiting),
            JournalEvent::StepFinished(step) => {
                self.in_flight.remove(&(step.node.clone(), step.scope.clone()));
                match step.state {
                    FinishedState::Succeeded | FinishedState::Cached | FinishedState::Pinned => self.steps.succeeded += 1,
                    FinishedState::Skipped => self.steps.skipped += 1,
                    FinishedState::Failed => self.steps.failed += 1,
                    FinishedState::Cancelled => self.steps.cancelled += 1,
                }
            }
            JournalEvent::RunInterrupted(_) => self.in_flight.clear(),
            JournalEvent::RunCancelling(_) => self.cancelling = true,
            JournalEvent::RunFinished(end) => {
                self.in_flight.clear();
                self.finished = Some(match end.state {
                    axion_protocol::RunOutcome::Succeeded => RunState::Succeeded,
                    axion_protocol::RunOutcome::Failed => RunState::Failed,
                    axion_protocol::RunOutcome::Cancelled => RunState::Cancelled,
                });
            }
            JournalEvent::RunStarted(_)
            | JournalEvent::RunResumed(_)
            | JournalEvent::EffectIntent(_)
            | JournalEvent::ApprovalRequested(_)
            | JournalEvent::ApprovalAnswered(_)
            | JournalEvent::Log(_) => {}
        }
    }

    fn fly(&mut self, node: &NodeId, scope: Option<&Scope>, flight: Flight) {
        self.in_flight.insert((node.clone(), scope.cloned()), flight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(json: &str) -> JournalEvent {
        serde_json::from_str(json).unwrap()
    }

    fn tally(events: &[&str]) -> Tally {
        let mut tally = Tally::new(4);
        for json in events {
            tally.apply(&event(json));
        }
        tally
    }

    const START_A: &str = r#"{"type":"step-started","ts":1,"node":"a"}"#;
    const START_A1: &str = r#"{"type":"step-started","ts":1,"node":"a","scope":"e:1"}"#;
    const WAIT_A: &str = r#"{"type":"step-waiting","ts":1,"node":"a","reason":"timer","until":5}"#;
    const END_A: &str = r#"{"type":"step-finished","ts":1,"node":"a","state":"succeeded","ms":1}"#;

    #[test]
    fn instances_are_told_apart_by_scope() {
        let steps = tally(&[START_A, START_A1, END_A]).steps();
        assert_eq!((steps.running, steps.succeeded, steps.total), (1, 1, 4));
    }

    #[test]
    fn a_run_waits_when_nothing_runs_beside() {
        assert_eq!(tally(&[START_A, WAIT_A]).state(), RunState::Waiting);
        assert_eq!(tally(&[START_A, WAIT_A, START_A1]).state(), RunState::Running);
        assert_eq!(tally(&[START_A, WAIT_A, END_A]).state(), RunState::Running);
    }

    #[test]
    fn what_was_in_flight_when_a_runner_was_lost_is_not_counted_twice() {
        let lost = r#"{"type":"run-interrupted","ts":2,"reason":"killed"}"#;
        let steps = tally(&[START_A, START_A1, lost, START_A, END_A]).steps();
        assert_eq!((steps.running, steps.succeeded), (0, 1));
    }

    #[test]
    fn more_steps_than_nodes_are_shown_as_they_are() {
        let ends: Vec<String> =
            (0..9).map(|n| format!(r#"{{"type":"step-finished","ts":1,"node":"a","scope":"e:{n}","state":"skipped","ms":0}}"#)).collect();
        let texts: Vec<&str> = ends.iter().map(String::as_str).collect();
        assert_eq!(tally(&texts).steps().total, 9);
    }

    #[test]
    fn the_end_is_the_end() {
        let end = r#"{"type":"run-finished","ts":3,"state":"cancelled","ms":2,"outputs":{},"steps":{"total":1,"succeeded":0,"failed":0,"skipped":0,"cancelled":1,"running":0,"waiting":0}}"#;
        let done = tally(&[START_A, r#"{"type":"run-cancelling","ts":1}"#, end]);
        assert!(done.is_finished() && done.is_cancelling());
        assert_eq!((done.state(), done.steps().running), (RunState::Cancelled, 0));
    }
}
