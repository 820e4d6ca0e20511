// The shares of the model's window, in the order in which they are drawn. Pure.

import type { ContextUse } from '@axion/protocol';

export type ShareKind = 'instructions' | 'files' | 'toolOutput' | 'history';

export interface ContextShare {
  readonly kind: ShareKind;
  readonly tokens: number;
}

export function sharesOf(context: ContextUse): readonly ContextShare[] {
  return [
    { kind: 'instructions', tokens: context.instructions + context.tools },
    { kind: 'files', tokens: context.files },
    { kind: 'toolOutput', tokens: context.toolOutput },
    { kind: 'history', tokens: context.history + context.summary },
  ];
}

export function usedTokens(context: ContextUse): number {
  return sharesOf(context).reduce((sum, share) => sum + share.tokens, 0);
}
