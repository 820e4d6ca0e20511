// The agent's to-do list. Absent while there is none.

import type { TodoState } from '@axion/protocol';
import { type RunState, StateGlyph } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../../messages/context.ts';
import { useSessionState } from '../session.ts';
import { PanelBlock } from './PanelBlock.tsx';

const glyphs: Readonly<Record<TodoState, RunState>> = { open: 'idle', doing: 'running', done: 'succeeded', dropped: 'skipped' };

export function PlanList(): JSX.Element | null {
  const t = useT();
  const todos = useSessionState((state) => state.todos);
  const running = useSessionState((state) => state.turn !== undefined);
  const asked = useSessionState((state) => state.requests.length > 0);
  if (todos.length === 0) return null;
  const done = todos.filter((todo) => todo.state === 'done').length;
  return (
    <PanelBlock title={t('chat.plan')} hint={t('chat.planDone', { done, total: todos.length })}>
      <ul>
        {todos.map((todo, index) => {
          // What was being done when the turn ended is not being done any more.
          const state = todo.state === 'doing' ? (asked ? 'waiting' : running ? 'running' : 'idle') : glyphs[todo.state];
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list comes whole each time, its places are its identity
            <li key={index} className="flex items-start gap-2.5 py-[3px]">
              <StateGlyph state={state} label={t(`chat.todo.${todo.state}`)} className="mt-[3px]" />
              <span className={`min-w-0 break-words ${todo.state === 'doing' ? 'font-medium' : todo.state === 'open' ? '' : 'text-fg-2'}`}>{todo.text}</span>
            </li>
          );
        })}
      </ul>
    </PanelBlock>
  );
}
