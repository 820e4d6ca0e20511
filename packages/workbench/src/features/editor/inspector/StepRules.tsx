// What every node that takes time may have: how often it is tried, how long it may take, and what happens after a crash in its middle.

import { edits, type GraphNode, type Json } from '@axion/client';
import type { ConfigProblem } from '@axion/engine';
import { FormRow, NumberField, Select, Text } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../../messages/context.ts';
import { useEditor } from '../EditorContext.ts';
import { infoOf } from '../model/kindInfo.ts';
import { isRecord, rootOf, withHint } from './formModel.ts';

const TRIES_MOST = 100;
const LONGEST_S = 86_400;

export function StepRules({ node, problems }: { readonly node: GraphNode; readonly problems: readonly ConfigProblem[] }): JSX.Element {
  const t = useT();
  const { edit, graph } = useEditor();
  const retry = node.config['retry'];
  const max = isRecord(retry) && typeof retry['max'] === 'number' ? retry['max'] : null;
  const timeout = node.config['timeoutMs'];
  const unknown = node.config['onUnknown'];
  const set = (key: string, value: Json | undefined): void => edit(edits.setConfig(node.id, key, value), 'settings', `config ${node.id} ${key}`);
  const error = (key: string): string | undefined => {
    const problem = problems.find((one) => rootOf(one.field) === key);
    return problem === undefined ? undefined : withHint(problem);
  };
  return (
    <section aria-label={t('editor.rules')} onBlur={() => graph.endGesture()} className="flex flex-col gap-3.5 border-t border-line-1 px-3.5 py-3">
      <Text as="h3" type="section">
        {t('editor.rules')}
      </Text>
      <FormRow label={t('editor.retryMax')} error={error('retry')}>
        <NumberField
          value={max}
          min={0}
          max={TRIES_MOST}
          unit={t('editor.retryTimes')}
          placeholder="0"
          onChange={(next) => set('retry', next === null || next === 0 ? undefined : { ...(isRecord(retry) ? retry : {}), max: Math.round(next) })}
        />
      </FormRow>
      <FormRow label={t('editor.timeout')} error={error('timeoutMs')}>
        <NumberField
          value={typeof timeout === 'number' ? timeout / 1000 : null}
          min={0}
          max={LONGEST_S}
          unit={t('editor.seconds')}
          placeholder="–"
          onChange={(next) => set('timeoutMs', next === null || next === 0 ? undefined : Math.round(next * 1000))}
        />
      </FormRow>
      {infoOf(node).effect && (
        <FormRow label={t('editor.onUnknown')} error={error('onUnknown')}>
          <Select
            value={typeof unknown === 'string' ? unknown : 'fail'}
            onChange={(next) => set('onUnknown', next === 'fail' ? undefined : next)}
            options={[
              { value: 'fail', label: t('editor.onUnknownFail') },
              { value: 'skip', label: t('editor.onUnknownSkip') },
              { value: 'retry', label: t('editor.onUnknownRetry') },
            ]}
          />
        </FormRow>
      )}
    </section>
  );
}
