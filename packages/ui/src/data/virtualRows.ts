// Which rows of a long list are in view. Rows may have different heights (group heads among rows); offsets are one flat array
// and the search is binary, so a list of 100,000 costs the same as one of 100. Pure.

export interface RowWindow {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

/** `offsets[i]` is where row i starts; the last entry is the whole height. */
export function rowOffsets(heights: readonly number[]): readonly number[] {
  const offsets = new Array<number>(heights.length + 1);
  let at = 0;
  for (let row = 0; row < heights.length; row++) {
    offsets[row] = at;
    at += heights[row] ?? 0;
  }
  offsets[heights.length] = at;
  return offsets;
}

/** The row that contains `y`, clamped to the list. */
export function rowAt(offsets: readonly number[], y: number): number {
  let low = 0;
  let high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function rowsInView(offsets: readonly number[], top: number, height: number, spare: number): RowWindow {
  const count = offsets.length - 1;
  if (count <= 0) return { first: 0, end: 0 };
  const first = Math.max(0, rowAt(offsets, top) - spare);
  const end = Math.min(count, rowAt(offsets, top + height) + 1 + spare);
  return { first, end };
}
