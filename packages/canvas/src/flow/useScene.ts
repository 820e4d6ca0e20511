/** From the model to boxes: the index, how many preview lines each node shows, sizes and the scene. Each is made again only if what it depends on changed. */
import { useMemo, useRef } from 'react';
import { type Lane, lanesOf } from '../edges/lanes.ts';
import { type CanvasDensity, measureAll, previewCount } from '../model/geometry.ts';
import { type GraphIndex, indexGraph } from '../model/graphIndex.ts';
import type { CanvasModel, NodeView } from '../model/types.ts';
import { type Scene, sceneOf } from '../overlays/scene.ts';

export interface CanvasScene {
  readonly index: GraphIndex;
  readonly sizes: ReadonlyMap<string, { readonly w: number; readonly h: number }>;
  readonly scene: Scene;
  readonly lanes: ReadonlyMap<string, Lane>;
}

export function useScene(model: CanvasModel, views: ReadonlyMap<string, NodeView>, density: CanvasDensity): CanvasScene {
  const index = useMemo(() => indexGraph(model), [model]);
  const previews = usePreviews(views);
  const sizes = useMemo(() => measureAll(index, previews, density), [index, previews, density]);
  const scene = useMemo(() => sceneOf(index, sizes, density), [index, sizes, density]);
  const lanes = useMemo(() => lanesOf(scene), [scene]);
  return { index, sizes, scene, lanes };
}

/** Lines of preview by node; the same map as before while no count changed, so that streaming text moves nothing. */
function usePreviews(views: ReadonlyMap<string, NodeView>): ReadonlyMap<string, number> {
  const kept = useRef<ReadonlyMap<string, number>>(new Map());
  return useMemo(() => {
    const next = new Map<string, number>();
    let same = true;
    for (const [id, view] of views) {
      const count = previewCount(view);
      if (count === 0) continue;
      next.set(id, count);
      if (kept.current.get(id) !== count) same = false;
    }
    if (!same || next.size !== kept.current.size) kept.current = next;
    return kept.current;
  }, [views]);
}
