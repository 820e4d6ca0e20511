// Four columns, in the order of the reference sheet.

import { type JSX, type ReactNode, useState } from 'react';
import {
  Badge,
  Button,
  Checkbox,
  Chip,
  ContextMenu,
  Dialog,
  EmptyState,
  FormRow,
  Icon,
  IconButton,
  Kbd,
  Menu,
  type MenuEntry,
  PortShape,
  RadioRows,
  type RunState,
  Segmented,
  Select,
  Skeleton,
  StateGlyph,
  Switch,
  stateClasses,
  TabPanel,
  Tabs,
  Text,
  TextField,
  useToasts,
  type ValueType,
} from '../src/index.ts';

const states: readonly (readonly [RunState, string, string, string])[] = [
  ['idle', 'Idle', 'Not run', ''],
  ['queued', 'Queued', 'Queued', 'waits for 2'],
  ['running', 'Running', 'Running', '4 items'],
  ['waiting', 'Waiting', 'Waiting for you', '2'],
  ['retrying', 'Retrying', 'Retry in 4 s', '2 of 3'],
  ['succeeded', 'Done', 'Done', '38 files'],
  ['cached', 'Cached', 'From cache', '38 of 38'],
  ['pinned', 'Pinned', 'Pinned output', '20 Nov'],
  ['skipped', 'Skipped', 'Skipped', 'input failed'],
  ['failed', 'Failed', 'Failed', '503 · 3 tries'],
  ['cancelled', 'Cancelled', 'Stopped by you', '10:43'],
];
const ports: readonly (readonly [ValueType, string, string])[] = [
  ['text', 'text', 'list of texts'],
  ['number', 'number', 'list of numbers'],
  ['bool', 'boolean', 'list of booleans'],
  ['object', 'object', 'list of objects'],
  ['file', 'file', 'list of files'],
  ['table', 'table', 'list of tables'],
  ['any', 'any', ''],
  ['error', 'error', ''],
];
const entries: readonly MenuEntry[] = [
  { id: 'run', label: 'Run from here', icon: 'step-forward', shortcut: 'Shift+Enter', onSelect: () => undefined },
  { id: 'pin', label: 'Pin output', icon: 'pin', shortcut: 'P', onSelect: () => undefined },
  { id: 'break', label: 'Break before', icon: 'circle-dot', shortcut: 'B', onSelect: () => undefined },
  { kind: 'separator', id: 's' },
  { id: 'delete', label: 'Delete', icon: 'trash-2', danger: true, shortcut: 'Delete', onSelect: () => undefined },
];

export function Sheet(): JSX.Element {
  return (
    <main aria-label="Components" className="grid min-h-screen grid-cols-[repeat(auto-fit,minmax(290px,1fr))] gap-x-8 gap-y-6 bg-panel p-7">
      <div className="flex flex-col gap-6">
        <States />
        <Surfaces />
        <Types />
      </div>
      <div className="flex flex-col gap-6">
        <Ports />
        <Group title="Loading">
          <Skeleton rows={2} label="Loading" />
        </Group>
        <Group title="Empty">
          <EmptyState title="No runs yet" detail="Each run is kept here with its values." action={<Button small>Run invoice-intake</Button>} className="rounded-card border border-line-1" />
        </Group>
      </div>
      <Controls />
      <Layers />
    </main>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }): JSX.Element {
  return (
    <section className="min-w-0">
      <h2 className="mb-2 border-b border-line-1 pb-1.5 text-caption font-medium text-fg-3">{title}</h2>
      {children}
    </section>
  );
}

function States(): JSX.Element {
  return (
    <Group title="Run states: glyph, node strip">
      {states.map(([state, name, word, detail]) => (
        <div key={state} className="flex h-[30px] items-center gap-2">
          <StateGlyph state={state} label={null} />
          <span className="w-20">{name}</span>
          <span className={`flex h-[23px] flex-1 items-center gap-2 rounded-field border border-line-2 px-2 text-caption ${stateClasses[state].tint ?? 'bg-raised'}`}>
            <StateGlyph state={state} label={null} />
            <span className={`font-medium ${stateClasses[state].text}`}>{word}</span>
            <span className="ms-auto text-fg-2">{detail}</span>
          </span>
          <span className={`h-2.5 w-14 ${stateClasses[state].fill}`} />
        </div>
      ))}
    </Group>
  );
}

function Surfaces(): JSX.Element {
  return (
    <Group title="Text on surfaces">
      {(['bg-frame', 'bg-canvas', 'bg-panel', 'bg-raised', 'bg-hover'] as const).map((surface) => (
        <div key={surface} className={`flex h-7 items-center gap-3 border-x border-b border-line-1 px-3 first:border-t ${surface}`}>
          <span className="w-16 font-mono text-mono text-fg-3">{surface.slice(3)}</span>
          <span>text-1</span>
          <span className="text-fg-2">text-2</span>
          <span className="text-fg-3">text-3</span>
          <span className="text-accent">accent</span>
        </div>
      ))}
    </Group>
  );
}

function Types(): JSX.Element {
  return (
    <Group title="Type">
      <div className="flex flex-col gap-1">
        <Text type="display">What should run? 22/28</Text>
        <Text type="title">Network egress 18/24</Text>
        <Text className="text-prose">Prose in a transcript 14/22</Text>
        <Text>
          Interface text 13/20 <b>semibold</b> Русский текст
        </Text>
        <Text type="small" tone="second">
          Secondary 12/16
        </Text>
        <Text type="caption" tone="third">
          Caption and column head 11/16
        </Text>
        <Text type="mono">~/invoices/inbox 0O 1lI != 12/18</Text>
      </div>
    </Group>
  );
}

function Ports(): JSX.Element {
  return (
    <Group title="Ports: shape and colour say the type">
      {ports.map(([type, name, list]) => (
        <div key={type} className="flex h-[25px] items-center gap-3">
          <PortShape type={type} label={null} />
          <span className="w-20">{name}</span>
          <PortShape type={type} filled={false} label={null} />
          {list !== '' && (
            <>
              <PortShape type={type} list label={null} />
              <span className="text-small text-fg-3">{list}</span>
            </>
          )}
        </div>
      ))}
    </Group>
  );
}

function Controls(): JSX.Element {
  const [limit, setLimit] = useState('5,000.00');
  const [folder, setFolder] = useState('~/invoices/inbx');
  const [answer, setAnswer] = useState<'wait' | 'stop'>('wait');
  const [totals, setTotals] = useState(true);
  const [dates, setDates] = useState(false);
  const [format, setFormat] = useState<'json' | 'csv'>('json');
  const [on, setOn] = useState(true);
  const [off, setOff] = useState(false);
  const [mode, setMode] = useState<'ask' | 'plan' | 'auto'>('ask');
  const [tab, setTab] = useState<'timeline' | 'logs' | 'approvals'>('timeline');
  return (
    <div className="flex flex-col gap-6">
      <Group title="Buttons: one ink button a view">
        <div className="mb-2 flex flex-wrap gap-2">
          <Button look="ink">Run</Button>
          <Button>Review</Button>
          <Button look="ghost">Cancel</Button>
          <Button look="danger">Delete</Button>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <Button look="ink" small>
            Approve
          </Button>
          <Button small>Reject</Button>
          <Button small disabled>
            Off
          </Button>
          <Button small busy>
            Busy
          </Button>
          <IconButton icon="undo-2" label="Undo" shortcut="Mod+Z" />
          <IconButton icon="panel-right" label="Inspector" shortcut="Mod+I" pressed />
        </div>
      </Group>
      <Group title="Fields">
        <div className="flex flex-col gap-3">
          <FormRow label="Limit" help="Asks for approval above this total." hint="true for 2 of 28">
            <TextField value={limit} onChange={setLimit} unit="EUR" />
          </FormRow>
          <FormRow label="Folder" error="No such folder. Did you mean inbox?">
            <TextField value={folder} onChange={setFolder} mono />
          </FormRow>
          <FormRow label="If nobody answers">
            <Select
              value={answer}
              onChange={setAnswer}
              options={[
                { value: 'wait', label: 'Keep waiting' },
                { value: 'stop', label: 'Stop the run' },
              ]}
            />
          </FormRow>
        </div>
      </Group>
      <Group title="Choices">
        <div className="flex flex-wrap items-center gap-4">
          <Checkbox checked={totals} onChange={setTotals} label="Totals" />
          <Checkbox checked={dates} onChange={setDates} label="Dates" />
          <Checkbox checked="mixed" onChange={setDates} label="Mixed" />
        </div>
        <RadioRows
          aria-label="Format"
          value={format}
          onChange={setFormat}
          rows={[
            { value: 'json', label: 'JSON', detail: 'One document' },
            { value: 'csv', label: 'CSV' },
          ]}
        />
        <div className="mt-2 flex items-center gap-3">
          <Switch aria-label="On" checked={on} onChange={setOn} />
          <Switch aria-label="Off" checked={off} onChange={setOff} />
          <Segmented
            aria-label="Mode"
            value={mode}
            onChange={setMode}
            options={[
              { value: 'ask', label: 'Ask' },
              { value: 'plan', label: 'Plan' },
              { value: 'auto', label: 'Auto' },
            ]}
          />
        </div>
      </Group>
      <Group title="Navigation and marks">
        <Tabs
          label="Run panel"
          value={tab}
          onChange={setTab}
          items={[
            { value: 'timeline', label: 'Timeline' },
            { value: 'logs', label: 'Logs' },
            { value: 'approvals', label: 'Approvals', count: 2, countMeans: 'waiting' },
          ]}
        >
          <TabPanel value="timeline" className="py-2 text-small text-fg-3">
            Panel
          </TabPanel>
        </Tabs>
        <div className="flex items-center gap-2">
          <Chip icon="container">container</Chip>
          <Chip onRemove={() => undefined} removeLabel="Remove vendor">
            vendor
          </Chip>
          <Kbd shortcut="Mod+K" />
          <Badge count={2} means="waiting" label="2 wait" />
          <Badge count={2} means="waiting" solid label="2 wait" />
          <Badge count={1} means="failed" label="1 failed" />
        </div>
      </Group>
    </div>
  );
}

function Layers(): JSX.Element {
  const [open, setOpen] = useState(false);
  const toasts = useToasts();
  return (
    <div className="flex flex-col gap-6">
      <Group title="Menu">
        <div className="flex gap-2">
          <Menu label="Node" entries={entries} trigger={<Button trailingIcon="chevron-down">Menu</Button>} />
          <ContextMenu label="Node" entries={entries}>
            <div className="flex h-(--h-button) items-center rounded-field border border-dashed border-line-2 px-3 text-fg-2">Right click here</div>
          </ContextMenu>
        </div>
      </Group>
      <Group title="Dialog">
        <Button onClick={() => setOpen(true)}>Undo effects…</Button>
        <Dialog
          open={open}
          onClose={() => setOpen(false)}
          title="Undo the effects of run 125?"
          actions={
            <>
              <Button onClick={() => setOpen(false)}>Keep them</Button>
              <Button look="ink" onClick={() => setOpen(false)}>
                Undo 17 rows
              </Button>
            </>
          }
        >
          17 rows leave <code className="font-mono text-mono">invoices.db</code>. The 6 requests cannot be unsent. A checkpoint is taken first.
        </Dialog>
      </Group>
      <Group title="Toasts">
        <div className="flex gap-2">
          <Button onClick={() => toasts.show({ title: 'Deleted node Validate and 3 edges.', state: 'succeeded', action: { label: 'Undo', act: () => undefined } })}>Show one</Button>
          <Button
            onClick={() => toasts.show({ title: 'The runner stopped.', detail: 'Run 128 is kept at item 26.', state: 'failed', action: { label: 'Start', act: () => undefined } })}
          >
            Show a failure
          </Button>
        </div>
      </Group>
      <Group title="Icons">
        <div className="flex flex-wrap gap-3 text-fg-2">
          {(['workflow', 'repeat', 'shield-alert', 'bot', 'user-check', 'globe', 'database', 'braces', 'container', 'pin', 'list-video', 'settings'] as const).map((name) => (
            <Icon key={name} name={name} />
          ))}
        </div>
      </Group>
    </div>
  );
}
