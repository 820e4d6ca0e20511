// F6 goes round the regions of the window in reading order. A region is marked `data-region`; focus goes to where it was in
// it last, else to the first thing in it that takes focus.

const order = ['title', 'rail', 'side', 'document', 'inspector', 'run', 'status'] as const;
const focusable = 'a[href], button:not(:disabled), input:not(:disabled), textarea:not(:disabled), select:not(:disabled), [tabindex="0"]';
const lastFocus = new WeakMap<Element, WeakRef<HTMLElement>>();

export function rememberFocus(event: FocusEvent): void {
  if (!(event.target instanceof HTMLElement)) return;
  const region = event.target.closest('[data-region]');
  if (region !== null) lastFocus.set(region, new WeakRef(event.target));
}

export function focusNextRegion(backwards: boolean): void {
  const regions = order
    .map((name) => document.querySelector<HTMLElement>(`[data-region="${name}"]`))
    .filter((region): region is HTMLElement => region !== null && isShown(region));
  if (regions.length === 0) return;
  // The run panel lies in the document; the inner one is meant.
  const here = regions.findLastIndex((region) => region.contains(document.activeElement));
  const step = backwards ? -1 : 1;
  for (let tried = 1; tried <= regions.length; tried++) {
    const region = regions[(Math.max(here, here < 0 && backwards ? 0 : here) + step * tried + regions.length * 2) % regions.length];
    if (region !== undefined && focusIn(region)) return;
  }
}

/** A region may be a box of its own or only a mark around boxes (`display: contents`). */
function isShown(region: HTMLElement): boolean {
  return region.getClientRects().length > 0 || [...region.children].some((child) => child.getClientRects().length > 0);
}

function focusIn(region: HTMLElement): boolean {
  const kept = lastFocus.get(region)?.deref();
  const first = kept?.isConnected && region.contains(kept) ? kept : region.querySelector<HTMLElement>(focusable);
  const target = first ?? (region.tabIndex === -1 ? region : null);
  target?.focus();
  return target !== null && document.activeElement === target;
}
