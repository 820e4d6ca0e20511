// The rail of places. Each place is a button with its name in a tooltip; a badge counts only what waits for a person.
// Under 600 px it becomes a bar at the bottom with the words under the icons.

import { type JSX, useContext } from 'react';
import { classNames } from '../classNames.ts';
import { Badge } from '../controls/Badge.tsx';
import { Icon } from '../icons/Icon.tsx';
import type { IconName } from '../icons/icons.ts';
import { Tooltip } from '../layers/Tooltip.tsx';
import { ariaShortcut, PlatformContext } from '../text/Kbd.tsx';

export interface RailPlace {
  readonly id: string;
  readonly label: string;
  readonly icon: IconName;
  readonly shortcut?: string;
  readonly waiting?: number;
  /** The words of the badge: "2 runs wait for you". */
  readonly waitingLabel?: string;
}

export interface RailProps {
  readonly label: string;
  readonly places: readonly RailPlace[];
  readonly foot?: readonly RailPlace[];
  readonly active: string;
  readonly onSelect: (id: string) => void;
  readonly bar?: boolean;
  readonly className?: string;
}

export function Rail({ label, places, foot = [], active, onSelect, bar = false, className }: RailProps): JSX.Element {
  if (bar) {
    return (
      <nav aria-label={label} className={classNames('flex h-14 shrink-0 border-t border-line-1 bg-frame', className)}>
        {[...places, ...foot].map((place) => (
          <button
            key={place.id}
            type="button"
            aria-current={place.id === active ? 'page' : undefined}
            onClick={() => onSelect(place.id)}
            className={classNames(
              'relative flex min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-caption outline-offset-[-2px]',
              place.id === active ? 'text-fg' : 'text-fg-2',
            )}
          >
            <Icon name={place.icon} size={18} />
            <span className="max-w-full truncate px-1">{place.label}</span>
            <WaitingBadge place={place} className="absolute top-1.5 left-1/2 ms-1" />
          </button>
        ))}
      </nav>
    );
  }
  return (
    <nav aria-label={label} className={classNames('flex w-12 shrink-0 flex-col items-center border-e border-line-1 bg-frame py-2', className)}>
      {places.map((place) => (
        <RailButton key={place.id} place={place} active={place.id === active} onSelect={onSelect} />
      ))}
      <div className="flex-1" />
      {foot.map((place) => (
        <RailButton key={place.id} place={place} active={place.id === active} onSelect={onSelect} />
      ))}
    </nav>
  );
}

function RailButton({ place, active, onSelect }: { readonly place: RailPlace; readonly active: boolean; readonly onSelect: (id: string) => void }): JSX.Element {
  const platform = useContext(PlatformContext);
  return (
    <div className="relative flex w-full justify-center py-0.5">
      {active && <span aria-hidden className="absolute inset-y-2.5 start-0 w-0.5 bg-ink" />}
      <Tooltip label={place.label} side="right" {...(place.shortcut === undefined ? {} : { shortcut: place.shortcut })}>
        <button
          type="button"
          aria-label={place.label}
          aria-current={active ? 'page' : undefined}
          aria-keyshortcuts={place.shortcut === undefined ? undefined : ariaShortcut(place.shortcut, platform)}
          onClick={() => onSelect(place.id)}
          className={classNames('inline-flex size-[34px] items-center justify-center rounded-card', active ? 'bg-active text-fg' : 'text-fg-2 hover:bg-hover hover:text-fg')}
        >
          <Icon name={place.icon} size={18} />
        </button>
      </Tooltip>
      <WaitingBadge place={place} className="pointer-events-none absolute end-1 top-0" />
    </div>
  );
}

function WaitingBadge({ place, className }: { readonly place: RailPlace; readonly className: string }): JSX.Element | null {
  if (place.waiting === undefined || place.waiting === 0) return null;
  return <Badge count={place.waiting} means="waiting" solid label={place.waitingLabel ?? null} className={className} />;
}
