//! How this instance is: channels, health with reasons, figures.

use std::collections::BTreeMap;
use std::path::Path;

use axion_protocol::*;
use axion_store::timestamp;

use super::Outcome;
use super::system::blocking;
use crate::core::Inner;
use crate::doctor::free_bytes;
use crate::wire;

/// Below this the person is told; below the second nothing can be trusted to be kept.
const LOW_ROOM: u64 = 1 << 30;
const NO_ROOM: u64 = 64 << 20;

impl Inner {
    pub(crate) async fn get_channels(&self, _params: GetChannelsParams) -> Outcome<Vec<ChannelInfo>> {
        let sessions = self.read(|tx| Ok([tx.list_sessions(false)?, tx.list_sessions(true)?].concat())).await?;
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for session in sessions {
            *counts.entry(session.channel_id).or_default() += 1;
        }
        let shell = self.host.shell();
        let channels = ChannelId::ALL.iter().map(|id| {
            let sessions = counts.get(id.as_str()).copied().unwrap_or(0);
            let here = |ready: bool| if ready { ChannelState::Ready } else { ChannelState::Off };
            let channel = |status| ChannelInfo { id: *id, status, sessions, address: None, problem: None };
            match id {
                ChannelId::Desktop => channel(here(shell == Shell::Desktop)),
                ChannelId::Web => ChannelInfo {
                    address: self.host.address().map(|address| clip(&format!("http://127.0.0.1:{}", address.port), 400)),
                    ..channel(here(shell == Shell::Serve))
                },
                // Any process of this person may come by the control socket.
                ChannelId::Cli => channel(ChannelState::Ready),
                ChannelId::Webhook => ChannelInfo { sessions, ..self.providers.channel(ChannelId::Webhook) },
            }
        });
        Ok(channels.collect())
    }

    pub(crate) async fn get_health(&self, _params: GetHealthParams) -> Outcome<HealthStatus> {
        let mut worst = HealthState::Healthy;
        let mut problems = Vec::new();
        let mut say = |state: HealthState, what: &str, why: &str, fix: Option<&str>| {
            worst = worst.max(state);
            problems.push(HealthProblem { what: clip(what, 200), why: clip(why, 1000), fix: fix.map(|fix| clip(fix, 1000)) });
        };
        if let Err(error) = self.read(|tx| tx.list_config().map(|_| ())).await {
            say(HealthState::Unhealthy, "The database cannot be read", &error.message, error.hint.as_deref());
        }
        for notice in self.notices() {
            let state = if notice.code == "database_damaged" { HealthState::Unhealthy } else { HealthState::Degraded };
            say(state, notice_title(&notice.code), &notice.message, None);
        }
        let home = self.home.clone();
        let free = blocking(move || Ok(free_bytes(&home))).await?;
        if let Some(free) = free.filter(|free| *free < LOW_ROOM) {
            let state = if free < NO_ROOM { HealthState::Unhealthy } else { HealthState::Degraded };
            let why = format!("{} MiB are free where {} is.", free >> 20, self.home.display());
            say(state, "The disk is nearly full", &why, Some("Free some space on that disk, or move the Axion folder with --home."));
        }
        let runtime = self.runtime.status().await?;
        if !matches!(runtime.state, RuntimeState::Ready | RuntimeState::Installing) {
            let why = runtime.message.as_deref().unwrap_or("Node was not found.");
            say(HealthState::Degraded, "Agents and graphs cannot run", why, Some("Let Axion fetch Node in Settings, Runner."));
        }
        // What is known; a question about health asks nobody else.
        let providers = self.providers.registry.providers(false).await?;
        let configured = |provider: &&Provider| !provider.found && provider.kind != ProviderKind::Demo;
        for provider in providers.iter().filter(configured) {
            if matches!(provider.state, ProviderState::Unreachable | ProviderState::Refused | ProviderState::NoKey) {
                let why = provider.problem.as_deref().unwrap_or("It could not be asked for its models.");
                say(
                    HealthState::Degraded,
                    &format!("The provider {} cannot be used", provider.title),
                    why,
                    Some("Look at it in Settings, Models."),
                );
            }
        }
        let channels = self.get_channels(GetChannelsParams {}).await?;
        for channel in channels.iter().filter(|channel| channel.status == ChannelState::Failed) {
            let why = channel.problem.as_deref().unwrap_or("It could not be opened.");
            say(HealthState::Degraded, &format!("The channel {} does not work", channel.id), why, None);
        }
        Ok(HealthStatus {
            status: worst,
            uptime: self.uptime(),
            channels_active: count(channels.iter().filter(|channel| channel.status == ChannelState::Ready)),
            providers_active: count(providers.iter().filter(|provider| provider.state == ProviderState::Ready)),
            problems,
        })
    }

    pub(crate) async fn get_metrics(&self, _params: GetMetricsParams) -> Outcome<Metrics> {
        let totals = self.read(|tx| tx.session_totals()).await?;
        let home = self.home.clone();
        let (database_bytes, memory_bytes) = blocking(move || Ok((database_bytes(&home), memory_bytes()))).await?;
        let (requests, blocked) = self.providers.outside.book.counts();
        Ok(Metrics {
            uptime: self.uptime(),
            sessions: totals.sessions,
            messages: totals.messages,
            turns_running: totals.turns_running,
            turns_finished: totals.turns_finished,
            turns_failed: totals.turns_failed,
            runs_running: self.runs.in_progress() as u64,
            input_tokens: totals.input_tokens,
            output_tokens: totals.output_tokens,
            cost: totals.cost.max(0.0),
            egress_requests: requests,
            egress_blocked: blocked,
            database_bytes,
            memory_bytes,
            started_at: wire::text_of(&format!("{:?}", timestamp(self.providers.started_at)))?,
        })
    }

    /// Seconds.
    fn uptime(&self) -> f64 {
        self.now().saturating_sub(self.providers.started_at) as f64 / 1000.0
    }
}

fn count<T>(all: impl Iterator<Item = T>) -> u64 {
    all.count() as u64
}

fn notice_title(code: &str) -> &'static str {
    match code {
        "database_damaged" => "The database is damaged",
        "database_restored" => "The database was restored from a backup",
        "backup_failed" => "The database could not be backed up",
        _ => "Something needs your attention",
    }
}

/// The database with its log.
fn database_bytes(home: &Path) -> u64 {
    ["axion.db", "axion.db-wal"].iter().filter_map(|name| std::fs::metadata(home.join(name)).ok()).map(|found| found.len()).sum()
}

/// Memory of this process, where the system tells; else 0.
fn memory_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).map_or(0, |kib| kib << 10)
}
