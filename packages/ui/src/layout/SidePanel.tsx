// The list that belongs to a place: head with at most two icon buttons, search, groups with 11 px heads, one quiet row at the foot.

import type { JSX, ReactNode } from 'react';
import { classNames } from '../classNames.ts';
import { Icon } from '../icons/Icon.tsx';
import type { IconName } from '../icons/icons.ts';

export interface SidePanelProps {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly search?: ReactNode;
  readonly foot?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

export function SidePanel({ title, actions, search, foot, children, className }: SidePanelProps): JSX.Element {
  return (
    <section aria-label={title} className={classNames('flex min-h-0 flex-1 flex-col bg-frame', className)}>
      <div className="flex h-[34px] shrink-0 items-center gap-1 ps-3 pe-1.5">
        <h2 className="min-w-0 flex-1 truncate text-small font-semibold">{title}</h2>
        {actions}
      </div>
      {search !== undefined && <div className="px-2 pb-2">{search}</div>}
      <div className="min-h-0 flex-1 overflow-y-auto pb-2">{children}</div>
      {foot !== undefined && <div className="shrink-0 border-t border-line-1">{foot}</div>}
    </section>
  );
}

export function SideGroup({ title, children }: { readonly title: string; readonly children: ReactNode }): JSX.Element {
  return (
    <div role="group" aria-label={title}>
      <div className="px-3 pt-3 pb-1 text-caption text-fg-3">{title}</div>
      {children}
    </div>
  );
}

export interface SideRowProps {
  readonly icon?: IconName;
  readonly leading?: ReactNode;
  readonly label: string;
  readonly detail?: ReactNode;
  readonly active?: boolean;
  readonly onSelect: () => void;
  readonly className?: string;
}

export function SideRow({ icon, leading, label, detail, active = false, onSelect, className }: SideRowProps): JSX.Element {
  return (
    <button
      type="button"
      aria-current={active ? 'page' : undefined}
      onClick={onSelect}
      title={label}
      className={classNames(
        'ring-inside flex min-h-[27px] w-full items-center gap-2.5 px-3 py-0.5 text-start text-ui',
        active ? 'bg-active text-fg' : 'text-fg hover:bg-hover',
        className,
      )}
    >
      {leading}
      {icon && <Icon name={icon} className="text-fg-2" />}
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {detail !== undefined && <span className="shrink-0 text-caption text-fg-3">{detail}</span>}
    </button>
  );
}
