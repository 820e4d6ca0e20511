// Ties a field to the row that labels it, so that a screen never wires ids by hand.

import { createContext, useContext, useId } from 'react';

export interface FieldIds {
  readonly controlId: string;
  readonly labelId: string;
  readonly noteId: string | undefined;
  readonly invalid: boolean;
}

export const FieldContext = createContext<FieldIds | null>(null);

export interface FieldBinding {
  readonly id: string;
  readonly 'aria-labelledby': string | undefined;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

/** The attributes a control takes from its row; a control outside a row needs a name of its own (`aria-label`). */
export function useFieldBinding(own: { readonly id?: string | undefined; readonly 'aria-label'?: string | undefined }): FieldBinding {
  const row = useContext(FieldContext);
  const fallback = useId();
  return {
    id: own.id ?? row?.controlId ?? fallback,
    'aria-labelledby': own['aria-label'] === undefined ? row?.labelId : undefined,
    'aria-describedby': row?.noteId,
    'aria-invalid': row?.invalid || undefined,
  };
}

export const fieldBox =
  'flex min-h-(--h-field) min-w-0 items-center gap-2 rounded-field border border-line-field bg-well px-2 text-ui text-fg ' +
  'has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-offset-1 has-[:focus-visible]:outline-focus ' +
  'has-[[aria-invalid]]:border-st-failed has-[:disabled]:text-fg-off';
