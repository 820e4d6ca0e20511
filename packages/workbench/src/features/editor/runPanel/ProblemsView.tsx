// What keeps the graph from running, and what went wrong in the run: each row leads to the place it is about.

import { EmptyState, Icon, Problem } from '@axion/ui';
import type { JSX } from 'react';
import { useT } from '../../../messages/context.ts';
import { useRun } from '../../../session/context.ts';
import { useEditor } from '../EditorContext.ts';
import { titleOf } from '../model/canvasModel.ts';

const SHOWN = 500;

export function ProblemsView(): JSX.Element {
  const t = useT();
  const editor = useEditor();
  const run = useRun(editor.runId);
  const error = run?.view.state === 'failed' ? run.view.error : undefined;
  if (editor.problems.length === 0 && error === undefined) return <EmptyState title={t('editor.problemsNone')} className="h-full" />;
  return (
    <div className="flex flex-col">
      {error !== undefined && (
        <Problem
          title={t('editor.runFinished', { state: 'failed' })}
          what={error.message}
          kept={t('editor.keptBefore', { count: run?.view.counts.succeeded ?? 0 })}
          next={error.hint ?? t('editor.nextDefault')}
          labels={{ what: t('problem.what'), kept: t('problem.kept'), next: t('problem.next') }}
        />
      )}
      <ul>
        {editor.problems.slice(0, SHOWN).map((problem) => {
          const edge = problem.edge === undefined ? undefined : editor.model.edges.get(problem.edge);
          const id = problem.node ?? edge?.to.node;
          const node = id === undefined ? undefined : editor.model.nodes.get(id);
          return (
            <li key={`${problem.code} ${problem.node ?? ''} ${problem.edge ?? ''} ${problem.field ?? ''} ${problem.message}`} className="border-b border-line-1">
              <button
                type="button"
                disabled={node === undefined}
                data-problem={problem.code}
                onClick={() => {
                  if (node === undefined) return;
                  editor.show(node.id);
                  editor.showInspectorTab('setup');
                }}
                className="ring-inside flex min-h-(--h-row) w-full items-start gap-2.5 px-4 py-1.5 text-start enabled:hover:bg-hover"
              >
                <Icon name="triangle-alert" size={14} className="mt-[3px] text-st-failed" />
                <span className="min-w-0 flex-1 break-words">{problem.hint === undefined ? problem.message : t('editor.problemHint', { message: problem.message, hint: problem.hint })}</span>
                {node !== undefined && <span className="shrink-0 text-fg-3">{titleOf(node)}</span>}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
