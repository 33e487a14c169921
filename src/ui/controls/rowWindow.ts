// Which rows of a long list are on screen: fixed row height, a few more above and below.

export interface RowRange {
  /** First row drawn. */
  readonly from: number;
  /** One past the last row drawn. */
  readonly to: number;
}

/** Rows of `count` that a viewport shows, `overscan` more on either side. All lengths in px. */
export function rowsInView(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
  overscan = 8,
): RowRange {
  const first = Math.floor(scrollTop / rowHeight) - overscan;
  const last = Math.ceil((scrollTop + height) / rowHeight) + overscan;
  const from = Math.min(count, Math.max(0, first));
  return { from, to: Math.max(from, Math.min(count, last)) };
}
