// A heading that is a field: it looks like one only while it is used. Enter and leaving keep what was typed, Escape does not.

import { type JSX, useState } from 'react';

export interface TitleInputProps {
  readonly title: string;
  readonly label: string;
  readonly onTitle: (title: string) => void;
}

export function TitleInput({ title, label, onTitle }: TitleInputProps): JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const close = (keep: boolean): void => {
    const next = draft?.trim() ?? '';
    if (keep && next !== '' && next !== title) onTitle(next);
    setDraft(null);
  };
  return (
    <input
      aria-label={label}
      value={draft ?? title}
      maxLength={200}
      spellCheck={false}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={() => close(true)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
        else if (event.key === 'Escape' && draft !== null) {
          event.stopPropagation();
          setDraft(null);
        }
      }}
      className="w-full min-w-0 truncate rounded-mark border border-transparent bg-transparent px-1 text-ui font-semibold text-fg hover:border-line-1 focus:border-line-field focus:bg-well"
    />
  );
}
