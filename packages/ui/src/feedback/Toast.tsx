// Toasts: bottom right, 340 px, 6 s, at most 3, held while hovered or focused. A toast says what happened and offers one act
// (Undo). Errors that need an act are not toasts; they stay in the place they concern.

import { Toast as Base } from '@base-ui/react/toast';
import { type JSX, type ReactNode, useMemo } from 'react';
import { Icon } from '../icons/Icon.tsx';
import type { RunState } from '../state/runState.ts';
import { StateGlyph } from '../state/StateGlyph.tsx';

export interface ToastMessage {
  /** Toasts of one id replace each other. */
  readonly id?: string;
  readonly title: string;
  readonly detail?: string;
  readonly state?: RunState;
  readonly action?: { readonly label: string; readonly act: () => void };
}

interface ToastData {
  readonly state?: RunState;
}

export interface Toasts {
  readonly show: (message: ToastMessage) => void;
}

export interface ToastHostProps {
  /** The name of the region for a screen reader. */
  readonly label: string;
  readonly dismissLabel: string;
  readonly children: ReactNode;
}

export function ToastHost({ label, dismissLabel, children }: ToastHostProps): JSX.Element {
  return (
    <Base.Provider timeout={6000} limit={3}>
      {children}
      <Base.Portal>
        <Base.Viewport aria-label={label} className="fixed end-4 bottom-(--toast-bottom) z-70 flex w-[340px] max-w-[calc(100vw-32px)] flex-col gap-2">
          <ToastList dismissLabel={dismissLabel} />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

export function useToasts(): Toasts {
  const manager = Base.useToastManager<ToastData>();
  const { add } = manager;
  return useMemo(
    () => ({
      show: ({ id, title, detail, state, action }) => {
        add({
          ...(id === undefined ? {} : { id }),
          title,
          ...(detail === undefined ? {} : { description: detail }),
          data: state === undefined ? {} : { state },
          priority: state === 'failed' ? 'high' : 'low',
          ...(action === undefined ? {} : { actionProps: { children: action.label, onClick: action.act } }),
        });
      },
    }),
    [add],
  );
}

function ToastList({ dismissLabel }: { readonly dismissLabel: string }): JSX.Element {
  const { toasts } = Base.useToastManager<ToastData>();
  return (
    <>
      {toasts.map((toast) => (
        <Base.Root
          key={toast.id}
          toast={toast}
          data-toast={toast.id}
          className="rounded-card border border-line-2 bg-raised text-ui text-fg shadow-layer transition-opacity duration-160 data-ending-style:opacity-0 data-limited:hidden data-starting-style:opacity-0"
        >
          <Base.Content className="flex items-start gap-2.5 py-2.5 ps-3 pe-2">
            {toast.data?.state && <StateGlyph state={toast.data.state} label={null} className="mt-[3px]" />}
            <div className="min-w-0 flex-1 break-words">
              <Base.Title render={<span />} className={toast.description === undefined ? undefined : 'font-semibold'} />
              {toast.description !== undefined && (
                <>
                  {' '}
                  <Base.Description render={<span />} className="text-fg-2" />
                </>
              )}
            </div>
            {toast.actionProps && <Base.Action className="shrink-0 rounded-mark px-1 text-accent hover:underline" />}
            {/* The primitive hides it until the pointer is there, and leaves it focusable; our toasts are never stacked. */}
            <Base.Close aria-hidden={false} aria-label={dismissLabel} className="inline-flex size-5 shrink-0 items-center justify-center rounded-mark text-fg-3 hover:bg-hover hover:text-fg">
              <Icon name="x" size={14} />
            </Base.Close>
          </Base.Content>
        </Base.Root>
      ))}
    </>
  );
}
