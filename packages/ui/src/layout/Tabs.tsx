// Tabs over one panel: an underline marks the open one, counts stand beside the words. Panels are drawn by the caller through
// `TabPanel`, so that a closed one costs nothing.

import { Tabs as Base } from '@base-ui/react/tabs';
import type { ComponentProps, JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';
import { Badge } from '../controls/Badge.tsx';

export interface TabItem<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly count?: number;
  readonly countMeans?: 'plain' | 'waiting' | 'failed';
  readonly disabled?: boolean;
}

export interface TabsProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly items: readonly TabItem<Value>[];
  /** At the right end of the bar. */
  readonly trailing?: ReactNode;
  readonly children?: ReactNode;
  readonly className?: string;
  readonly barClassName?: string;
}

export function Tabs<Value extends string>({ label, value, onChange, items, trailing, children, className, barClassName }: TabsProps<Value>): JSX.Element {
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => {
        const item = items.find((one) => one.value === next);
        if (item) onChange(item.value);
      }}
      className={classNames('flex min-h-0 min-w-0 flex-col', className)}
    >
      <div className={classNames('flex h-(--h-tabs) shrink-0 items-stretch border-b border-line-1', barClassName)}>
        <Base.List aria-label={label} activateOnFocus className="flex min-w-0 items-stretch gap-4 overflow-x-auto overflow-y-hidden">
          {items.map((item) => (
            <Base.Tab
              key={item.value}
              value={item.value}
              disabled={item.disabled ?? false}
              className="relative -mb-px inline-flex shrink-0 select-none items-center gap-1.5 border-b-2 border-transparent text-small font-medium text-fg-2 outline-offset-[-2px] hover:text-fg data-active:border-fg data-active:text-fg data-disabled:text-fg-off"
            >
              {item.label}
              {item.count !== undefined && item.count > 0 && <Badge count={item.count} means={item.countMeans ?? 'plain'} label={null} />}
            </Base.Tab>
          ))}
        </Base.List>
        {trailing !== undefined && <div className="ms-auto flex shrink-0 items-center gap-1 ps-2">{trailing}</div>}
      </div>
      {children}
    </Base.Root>
  );
}

export interface TabPanelProps extends Omit<ComponentProps<'div'>, 'ref'> {
  readonly value: string;
}

export function TabPanel({ value, className, ...rest }: TabPanelProps): JSX.Element {
  return <Base.Panel {...rest} value={value} className={classNames('min-h-0 min-w-0 flex-1 outline-offset-[-2px]', className)} />;
}
