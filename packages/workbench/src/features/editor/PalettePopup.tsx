// The list of nodes over the canvas, for the keyboard and for an edge that was let go in the open: then only what fits it is offered.

import type { OpenEnd } from '@axion/canvas';
import { type Kind, registry } from '@axion/engine';
import { iconNamed, PaletteDialog, PickList } from '@axion/ui';
import { type JSX, useMemo, useState } from 'react';
import { useT } from '../../messages/context.ts';
import { useEditor } from './EditorContext.ts';
import { type Spot, takesEnd } from './model/changes.ts';
import { infoOf } from './model/kindInfo.ts';
import { paletteGroups } from './model/palette.ts';
import { useRecentKinds } from './useRecentKinds.ts';

export interface PaletteRequest {
  readonly spot: Spot;
  readonly from?: OpenEnd;
}

export interface PalettePopupProps {
  readonly request: PaletteRequest | null;
  readonly onPick: (kind: Kind, request: PaletteRequest) => void;
  readonly onClose: () => void;
}

export function PalettePopup({ request, onPick, onClose }: PalettePopupProps): JSX.Element {
  const t = useT();
  const title = useTitle(request?.from);
  return (
    <PaletteDialog open={request !== null} onClose={onClose} label={title}>
      {request !== null && <Kinds request={request} title={title} onPick={onPick} empty={(typed) => t('editor.noKind', { typed })} />}
    </PaletteDialog>
  );
}

interface KindsProps {
  readonly request: PaletteRequest;
  readonly title: string;
  readonly onPick: (kind: Kind, request: PaletteRequest) => void;
  readonly empty: (typed: string) => string;
}

function Kinds({ request, title, onPick, empty }: KindsProps): JSX.Element {
  const t = useT();
  const { model } = useEditor();
  const [typed, setTyped] = useState('');
  const [recent] = useRecentKinds();
  const { from } = request;
  const groups = useMemo(() => {
    const fits = (kind: Kind): boolean => from === undefined || takesEnd(model, kind, from);
    return paletteGroups(typed, recent, t('editor.recent'), fits).map((group) => ({
      id: group.id,
      label: group.title,
      // A kind may be in Recent and in its own group.
      items: group.kinds.map((kind) => ({ id: `${group.id} ${kind.id}`, label: kind.title, icon: iconNamed(kind.icon), detail: kind.description })),
    }));
  }, [typed, recent, from, model, t]);
  const pick = (id: string): void => {
    const kind = registry.get(id.slice(id.indexOf(' ') + 1));
    if (kind !== undefined) onPick(kind, request);
  };
  return <PickList label={title} placeholder={title} query={typed} onQuery={setTyped} groups={groups} onPick={pick} empty={empty(typed)} className="min-h-0 flex-1" />;
}

function useTitle(from: OpenEnd | undefined): string {
  const t = useT();
  const { model } = useEditor();
  if (from === undefined) return t('editor.addNode');
  const node = model.nodes.get(from.endpoint.node);
  const info = node === undefined ? undefined : infoOf(node);
  const port = [...(info?.inputs ?? []), ...(info?.outputs ?? []), ...(info?.innerSources ?? []), ...(info?.innerSinks ?? [])].find((one) => one.id === from.endpoint.port);
  const name = port?.label ?? from.endpoint.port;
  return from.side === 'output' ? t('editor.addFitting', { port: name }) : t('editor.addGiving', { port: name });
}
