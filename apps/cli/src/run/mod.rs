//! `axion run FILE`: starts a run, shows it to its end and says by the exit code how it ended.

mod ask;
mod order;
mod show;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axion_protocol::{ApprovalRequested, ErrorCode, ErrorInfo, Notice, PortValue, RunEvent, RunOutcome, RunSummary, SystemInfo, ValueText};

use crate::args::RunArgs;
use crate::door::{Door, locate};
use crate::exit::{CANCELLED, FAILED, NO_RUNNER, REFUSED, SUCCEEDED};
use crate::follow::Follow;
use crate::interrupts::Interrupts;
use crate::say;
use order::Order;
use show::Show;

/// After this long without an event Core is asked whether the run stands still.
const QUIET: Duration = Duration::from_secs(2);

/// The holder of a home that was killed is gone after this at the latest.
const DYING: Duration = Duration::from_secs(5);

/// Runs the command.
pub async fn run(home: Option<PathBuf>, args: RunArgs) -> u8 {
    let mut order = match Order::read(&args) {
        Ok(order) => order,
        Err(wrong) => {
            say::problem(&wrong.message, wrong.hint.as_deref());
            return REFUSED;
        }
    };
    let opened = match locate(home) {
        Ok(home) => Door::open(home.clone()).await.map(|door| (home, door)),
        Err(info) => Err(info),
    };
    let (home, mut door) = match opened {
        Ok(opened) => opened,
        Err(info) => return refused(&info),
    };
    if !args.json {
        tell_of_others(&door).await;
    }
    let mut interrupts = Interrupts::listen();
    match begin(&home, &mut door, &mut order, args.json, &mut interrupts).await {
        Ok(_) => {}
        Err(code) => {
            door.close().await;
            return code;
        }
    }
    let mut attended = Attended { home, door, order, json: args.json, interrupts, broke_off: false };
    let code = attended.see_through().await;
    attended.leave().await;
    code
}

/// Runs that an instance which was killed left open are not lost; who takes them up is said here.
async fn tell_of_others(door: &Door) {
    let Door::Here { core, .. } = door else { return };
    match core.open_runs().await {
        Ok(0) | Err(_) => {}
        Ok(1) => say::note("axion: 1 earlier run was interrupted; `axion serve` takes it up again, and `axion call list_runs` shows it."),
        Ok(count) => {
            say::note(&format!(
                "axion: {count} earlier runs were interrupted; `axion serve` takes them up again, and `axion call list_runs` shows them."
            ));
        }
    }
}

fn refused(info: &ErrorInfo) -> u8 {
    say::error(info);
    match info.code {
        ErrorCode::GraphInvalid | ErrorCode::SlotsUnbound | ErrorCode::InvalidParams | ErrorCode::TooLarge => REFUSED,
        ErrorCode::NoRunner | ErrorCode::RuntimeMissing => NO_RUNNER,
        ErrorCode::Cancelled => CANCELLED,
        _ => FAILED,
    }
}

/// Starts the run; asks for folders where somebody can answer.
async fn begin(home: &Path, door: &mut Door, order: &mut Order, json: bool, interrupts: &mut Interrupts) -> Result<RunSummary, u8> {
    let mut since: Option<Instant> = None;
    loop {
        let params = order.params().map_err(|info| refused(&info))?;
        let started = tokio::select! {
            started = door.call("start_run", &params) => started,
            () = interrupts.next() => {
                let cancelling = serde_json::json!({ "runId": order.run_id }).to_string();
                // Whether it started or not: it is not wanted.
                let _ = door.call("cancel_run", &cancelling).await;
                say::note("axion: cancelled before it started; nothing was executed.");
                return Err(CANCELLED);
            }
        };
        let info = match started {
            Ok(summary) => {
                if since.is_some()
                    && let Door::Here { core, .. } = &*door
                {
                    core.resume_run(&order.run_id).await.map_err(|info| refused(&info))?;
                }
                return serde_json::from_str(summary.get()).map_err(|error| {
                    refused(&ErrorInfo::new(ErrorCode::Internal, format!("The answer of start_run cannot be read: {error}.")))
                });
            }
            // Who was asked is ending, or was killed. Asked again under the same id it is one run; one that had begun there is taken up.
            Err(info) if info.code == ErrorCode::Offline && since.get_or_insert_with(Instant::now).elapsed() < DYING => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                *door = Door::open(home.to_path_buf()).await.map_err(|info| refused(&info))?;
                continue;
            }
            Err(info) => info,
        };
        let slots = info.slots.clone().unwrap_or_default();
        if info.code != ErrorCode::SlotsUnbound || slots.is_empty() || json || !say::can_ask() {
            let code = refused(&info);
            for slot in &slots {
                let access = if slot.access == axion_protocol::Access::Rw { ":rw" } else { "" };
                say::note(&format!("  Add --grant {}=DIR{access}", slot.id));
            }
            return Err(code);
        }
        for slot in &slots {
            let Some(grant) = ask::folder(slot).await else { return Err(REFUSED) };
            order.grants.retain(|known| known.slot != grant.slot);
            order.grants.push(grant);
        }
    }
}

struct Attended {
    home: PathBuf,
    door: Door,
    order: Order,
    json: bool,
    interrupts: Interrupts,
    /// The run was left before its end.
    broke_off: bool,
}

impl Attended {
    async fn see_through(&mut self) -> u8 {
        match self.follow().await {
            Ok(code) => code,
            Err(info) => {
                self.broke_off = true;
                say::error(&info);
                say::note(&format!("  The run goes on or can be resumed: axion call get_run '{{\"runId\":\"{}\"}}'", self.order.run_id));
                FAILED
            }
        }
    }

    async fn follow(&mut self) -> Result<u8, ErrorInfo> {
        let mut show = if self.json { Show::json() } else { Show::progress(self.order.names()) };
        let mut reader = Follow::new(format!("run:{}", self.order.run_id), None, 0);
        match reader.begin(&self.door).await {
            Err(info) if info.code == ErrorCode::Offline => self.take_over(&mut reader, &mut show).await?,
            begun => begun?,
        }
        let (mut asked_to_cancel, mut quiet) = (false, Instant::now());
        let mut tick = tokio::time::interval(std::time::Duration::from_millis(200));
        loop {
            let event = tokio::select! {
                event = reader.next(&self.door) => event,
                () = self.interrupts.next() => {
                    if asked_to_cancel {
                        show.clear();
                        say::note("axion: ended at once; what was finished is kept.");
                        std::process::exit(i32::from(CANCELLED));
                    }
                    asked_to_cancel = true;
                    show.note("Cancelling; Ctrl-C again ends it at once.");
                    let params = serde_json::json!({ "runId": self.order.run_id }).to_string();
                    self.door.call("cancel_run", &params).await?;
                    continue;
                }
                _ = tick.tick() => {
                    show.tick();
                    if quiet.elapsed() >= QUIET {
                        quiet = Instant::now();
                        self.ask_why().await?;
                    }
                    continue;
                }
            };
            quiet = Instant::now();
            let text = match event {
                Ok(Some(text)) => text,
                // The instance that did the work is gone: this one takes the home and the run up.
                Ok(None) => {
                    self.take_over(&mut reader, &mut show).await?;
                    continue;
                }
                Err(info) if info.code == ErrorCode::Offline => {
                    self.take_over(&mut reader, &mut show).await?;
                    continue;
                }
                Err(info) => return Err(info),
            };
            let event: RunEvent = match serde_json::from_str(&text) {
                Ok(event) => event,
                Err(error) => {
                    tracing::warn!(%error, "an event of a newer Axion was skipped");
                    continue;
                }
            };
            if let RunEvent::RunFinished(mut end) = event {
                for value in end.outputs.values_mut() {
                    self.resolve(value).await;
                }
                let code = match end.state {
                    RunOutcome::Succeeded => SUCCEEDED,
                    RunOutcome::Failed => FAILED,
                    RunOutcome::Cancelled => CANCELLED,
                };
                show.end(&end);
                return Ok(code);
            }
            if !show.event(&text, &event) {
                // Nobody reads: like a pipe that closed, the run is not wanted any more.
                let params = serde_json::json!({ "runId": self.order.run_id }).to_string();
                self.door.call("cancel_run", &params).await?;
                return Ok(CANCELLED);
            }
            if let RunEvent::ApprovalRequested(asked) = &event {
                self.approval(asked, &mut show).await?;
            }
        }
    }

    /// Nothing happens for a while: that may be the graph's will, or the run cannot go on.
    async fn ask_why(&self) -> Result<(), ErrorInfo> {
        let system: SystemInfo = match self.door.get("get_system", &serde_json::json!({})).await {
            Ok(system) => system,
            // The holder of the home is gone just now: the reader hears it next and takes the run up.
            Err(info) if info.code == ErrorCode::Offline => return Ok(()),
            Err(info) => return Err(info),
        };
        let stands_still = |notice: &&Notice| notice.code == "run_stands_still" && notice.message.contains(&self.order.run_id);
        match system.notices.iter().find(stands_still) {
            Some(notice) => Err(ErrorInfo::new(ErrorCode::Storage, &notice.message)),
            None => Ok(()),
        }
    }

    async fn approval(&mut self, asked: &ApprovalRequested, show: &mut Show) -> Result<(), ErrorInfo> {
        show.clear();
        if self.json || !say::can_ask() {
            for line in ask::how_to_answer(asked, &self.home) {
                say::note(&line);
            }
            return Ok(());
        }
        let decision = tokio::select! {
            decision = ask::approval(asked) => decision,
            () = self.interrupts.next() => None,
        };
        match decision {
            Some(decision) => {
                let params = serde_json::json!({ "approvalId": asked.approval_id, "decision": decision }).to_string();
                match self.door.call("answer_approval", &params).await {
                    Ok(_) => Ok(()),
                    // Somebody else was faster; the journal says what they answered.
                    Err(info) if info.code == ErrorCode::Conflict => {
                        say::note(&info.message);
                        Ok(())
                    }
                    Err(info) => Err(info),
                }
            }
            None => self.door.call("cancel_run", &serde_json::json!({ "runId": self.order.run_id }).to_string()).await.map(|_| ()),
        }
    }

    /// A large value is kept by its hash: at the end it is shown whole.
    async fn resolve(&self, value: &mut PortValue) {
        let PortValue::Blob(blob) = value else { return };
        let found = self.door.get::<ValueText>("get_value", &serde_json::json!({ "hash": blob.hash })).await;
        match found.map(|text| serde_json::from_str(&text.json)) {
            Ok(Ok(inner)) => *value = PortValue::Inline(axion_protocol::InlineValue { value: inner }),
            Ok(Err(error)) => tracing::warn!(%error, "a value could not be read"),
            Err(info) => say::error(&info),
        }
    }

    async fn take_over(&mut self, reader: &mut Follow, show: &mut Show) -> Result<(), ErrorInfo> {
        show.note("The Axion instance that ran this has ended; taking the run up.");
        let since = Instant::now();
        loop {
            self.door = Door::open(self.home.clone()).await?;
            if let Door::Here { core, .. } = &self.door {
                core.resume_run(&self.order.run_id).await?;
            }
            match reader.begin(&self.door).await {
                // A process that is being killed can still be reached for a moment, and does not answer any more.
                Err(info) if info.code == ErrorCode::Offline && since.elapsed() < DYING => {
                    tokio::time::sleep(Duration::from_millis(50)).await
                }
                begun => return begun,
            }
        }
    }

    /// Runs that others handed to this process are seen through before it ends.
    async fn leave(mut self) {
        if !self.broke_off && self.door.is_here() && self.door.runs_in_progress() > 0 {
            // The run that just ended is counted until its supervision has let go of it.
            let settled = tokio::time::timeout(std::time::Duration::from_millis(500), self.door.runs_done()).await;
            if settled.is_err() {
                say::note("axion: another command's run goes on in this process; waiting for its end (Ctrl-C leaves it to be resumed).");
                tokio::select! {
                    () = self.door.runs_done() => {}
                    () = self.interrupts.next() => {}
                }
            }
        }
        self.door.close().await;
    }
}

/// The home as it is written in a command to type.
fn home_argument(home: &Path) -> String {
    format!("--home {}", home.display())
}
