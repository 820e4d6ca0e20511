/** What an empty graph says, in its middle. */
import type { JSX } from 'react';
import { useCanvas } from '../flow/canvasContext.ts';

export function EmptyHint({ readOnly }: { readonly readOnly: boolean }): JSX.Element {
  const { words } = useCanvas();
  return <p className="ax-empty">{readOnly ? words.emptyReadOnly : words.emptyHint}</p>;
}
