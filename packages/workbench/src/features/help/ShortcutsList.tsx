// Every command that has a key, by group; searchable. Shown in the help dialog and as a page of Settings.

import { Kbd, SearchField } from '@axion/ui';
import { type JSX, useMemo, useState } from 'react';
import { type Command, type CommandGroup, useAllCommands } from '../../commands/registry.tsx';
import { useT } from '../../messages/context.ts';

/** `under` is the level of the heading that it stands under. */
export function ShortcutsList({ under }: { readonly under: 1 | 2 }): JSX.Element {
  const t = useT();
  const Heading = under === 1 ? 'h2' : 'h3';
  const commands = useAllCommands();
  const [typed, setTyped] = useState('');
  const groups = useMemo(() => groupCommands(commands, typed), [commands, typed]);
  return (
    <div className="flex flex-col gap-3">
      <SearchField label={t('help.find')} value={typed} onChange={setTyped} className="max-w-80" />
      {groups.length === 0 && <p className="text-fg-2">{t('help.none', { typed })}</p>}
      {groups.map(([group, rows]) => (
        <section key={group} aria-label={t(group)}>
          <Heading className="border-b border-line-1 pb-1 text-caption text-fg-3">{t(group)}</Heading>
          <ul>
            {rows.map((command) => (
              <li key={command.id} className="flex min-h-(--h-row) items-center gap-4 border-b border-line-1 text-fg">
                <span className="min-w-0 flex-1 truncate">{command.label}</span>
                {command.shortcut !== undefined && <Kbd shortcut={command.shortcut} />}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function groupCommands(commands: readonly Command[], typed: string): readonly (readonly [CommandGroup, readonly Command[]])[] {
  const groups = new Map<CommandGroup, Command[]>();
  const seen = new Set<string>();
  const wanted = typed.trim().toLowerCase();
  for (const command of commands) {
    if (command.shortcut === undefined || seen.has(command.id)) continue;
    seen.add(command.id);
    if (wanted !== '' && !command.label.toLowerCase().includes(wanted) && !command.shortcut.toLowerCase().includes(wanted)) continue;
    const rows = groups.get(command.group) ?? [];
    rows.push(command);
    groups.set(command.group, rows);
  }
  return [...groups];
}
