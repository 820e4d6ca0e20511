// Catches a defect in one place of the window, so that the rest stays usable, and says what is kept.

import { Button, Problem } from '@axion/ui';
import { Component, type JSX, type ReactNode } from 'react';
import { useT } from '../messages/context.ts';

interface CrashProps {
  /** Another place starts anew. */
  readonly place: string;
  readonly children: ReactNode;
}

interface CrashState {
  readonly error: Error | null;
  readonly place: string;
}

export class CrashBoundary extends Component<CrashProps, CrashState> {
  override state: CrashState = { error: null, place: this.props.place };

  static getDerivedStateFromError(error: unknown): Partial<CrashState> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps(props: CrashProps, state: CrashState): Partial<CrashState> | null {
    return props.place === state.place ? null : { place: props.place, error: null };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <CrashNote error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}

function CrashNote({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }): JSX.Element {
  const t = useT();
  return (
    <div className="flex-1 overflow-auto p-6">
      <Problem
        title={t('error.crashed')}
        what={<code className="font-mono text-mono">{error.message}</code>}
        kept={t('error.crashedKept')}
        next={t('error.crashedNext')}
        labels={{ what: t('problem.what'), kept: t('problem.kept'), next: t('problem.next') }}
        actions={
          <Button small onClick={onRetry}>
            {t('error.drawAgain')}
          </Button>
        }
        className="rounded-card"
      />
    </div>
  );
}
