// The status bar of the window: runner, what leaves, what waits; what runs, the version. Each item opens its place.

import type { RunnerMode } from '@axion/protocol';
import { StatusBar, StatusItem } from '@axion/ui';
import type { JSX } from 'react';
import { machineOf } from '../features/machine/machine.ts';
import { useHosted } from '../features/machine/useHosted.ts';
import { useT } from '../messages/context.ts';
import { useClient, useConnection, useWorkspace } from '../session/context.ts';
import { isLive } from '../session/words.ts';

export function FrameStatus(): JSX.Element {
  const { view, adapter, workspace } = useClient();
  const t = useT();
  const report = useWorkspace((state) => state.doctor.report);
  const choice = useWorkspace((state) => state.settings?.runner ?? 'auto');
  const unjailed = useWorkspace((state) => state.settings?.allowUnjailed ?? false);
  const waiting = useWorkspace((state) => state.approvals.filter((approval) => approval.status === 'pending').length);
  const running = useWorkspace((state) => state.runs.filter(isLive).length);
  const asking = useWorkspace((state) => state.sessions.filter((session) => session.state === 'waiting').length);
  const turns = useWorkspace((state) => state.sessions.filter((session) => session.state === 'running').length);
  const chatOf = (wanted: 'waiting' | 'running') => {
    const session = workspace.store.getState().sessions.find((one) => one.state === wanted);
    if (session !== undefined) view.openChat(session.id);
  };
  const version = useWorkspace((state) => state.system?.version);
  const ready = useConnection((state) => state.status.state === 'ready');
  const hosted = useHosted();
  const leaves = hosted.names.length > 0 && !hosted.airGap;
  const machine = machineOf(report, choice, unjailed);
  const runner =
    machine === null
      ? t('status.runnerChecking')
      : machine.inUse === null
        ? t('status.runnerMissing')
        : machine.unjailed
          ? t('status.runnerUnjailed')
          : runnerWords(machine.inUse, t);
  return (
    <StatusBar
      label={t('frame.status')}
      start={
        <>
          <StatusItem
            dot={machine === null ? 'absent' : machine.inUse === null ? 'broken' : machine.unjailed ? 'degraded' : 'well'}
            onOpen={() => view.go({ place: 'settings', page: 'runner' })}
          >
            {runner}
          </StatusItem>
          {ready ? (
            <StatusItem icon={leaves ? 'arrow-up-right' : 'cloud-off'} spare onOpen={() => view.go({ place: 'settings', page: 'egress' })}>
              {hosted.airGap ? t('status.airGap') : leaves ? t('status.hosted') : t('status.local')}
            </StatusItem>
          ) : (
            <StatusItem dot="broken" onOpen={() => adapter.reconnect()}>
              {t('status.offline')}
            </StatusItem>
          )}
          {waiting > 0 && (
            <StatusItem state="waiting" emphasis onOpen={() => view.go({ place: 'home' })}>
              {t('status.waiting', { count: waiting })}
            </StatusItem>
          )}
          {asking > 0 && (
            <StatusItem state="waiting" emphasis onOpen={() => chatOf('waiting')}>
              {t('status.chatsWaiting', { count: asking })}
            </StatusItem>
          )}
        </>
      }
      end={
        <>
          {turns > 0 && (
            <StatusItem icon="message-square" onOpen={() => chatOf('running')}>
              {t('status.turns', { count: turns })}
            </StatusItem>
          )}
          {running > 0 && (
            <StatusItem icon="list-video" onOpen={() => view.go({ place: 'runs' })}>
              {t('status.running', { count: running })}
            </StatusItem>
          )}
          {version !== undefined && <StatusItem spare onOpen={() => view.go({ place: 'settings', page: 'about' })}>{t('status.version', { version })}</StatusItem>}
        </>
      }
    />
  );
}

function runnerWords(mode: RunnerMode, t: ReturnType<typeof useT>): string {
  return mode === 'docker' ? t('status.runnerDocker') : t('status.runnerProcess');
}
