// What is said of a model in a line: context, abilities, price; and where each claim comes from.

import type { CapabilityClaim, ModelInfo } from '@axion/protocol';
import { useMemo } from 'react';
import { useMessages } from '../../messages/context.ts';

export interface ModelWords {
  readonly short: (model: ModelInfo) => string;
  /** `tools, images`, only what it has. */
  readonly abilities: (model: ModelInfo) => string;
  readonly claim: (claim: CapabilityClaim) => string;
  readonly context: (model: ModelInfo) => string;
}

export function useModelWords(): ModelWords {
  const { t, formats } = useMessages();
  return useMemo(() => {
    const tokens = (count: number) => (count >= 1000 ? t('chat.thousandTokens', { count: formats.number(Math.round(count / 1024)) }) : formats.number(count));
    const abilities = (model: ModelInfo) =>
      formats.list(model.claims.filter((claim) => claim.has && claim.capability !== 'streaming' && claim.capability !== 'json').map((claim) => t(`models.has.${claim.capability}`)));
    return {
      abilities,
      context: (model) => tokens(model.contextWindow),
      claim: (claim) => t('models.claim', { what: t(`models.has.${claim.capability}`), has: claim.has ? 'yes' : 'no', source: t(`models.source.${claim.source}`) }),
      short: (model) => [model.provider === 'demo' ? t('models.scripted') : model.provider, tokens(model.contextWindow), abilities(model)].filter((word) => word !== '').join(' · '),
    };
  }, [t, formats]);
}
