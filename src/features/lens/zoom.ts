// Sizes of the cells of the lens: large enough for words, or small enough to see many positions at once.
import type { CellBounds, Size } from '../../ui/heatmap/heatLayout.ts';

export type Zoom = 'words' | 'overview';

export const SIZES: Readonly<Record<Zoom, CellBounds>> = {
  words: { minWidth: 68, maxWidth: 96, minHeight: 26, maxHeight: 26 },
  overview: { minWidth: 5, maxWidth: 20, minHeight: 18, maxHeight: 20 },
};

/** Labels of overview stand upright. */
export const HEADS: Readonly<Record<Zoom, Size>> = {
  words: { width: 80, height: 26 },
  overview: { width: 80, height: 70 },
};
