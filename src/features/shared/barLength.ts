// How long the bar of a share is, on each of the scales that a list of shares can have.
import type { BarScale } from '../../stores/view.ts';

/** Where a logarithmic bar begins: one in a million, 0.0001 %. */
export const LOG_FLOOR = 1e-6;

export interface ScaleWords {
  readonly label: string;
  readonly meaning: string;
}

export const SCALE_WORDS: Readonly<Record<BarScale, ScaleWords>> = {
  whole: { label: '0 to 100 %', meaning: 'A full line is certain: bars of all places compare.' },
  largest: { label: 'To the largest', meaning: 'The largest of the list fills the line.' },
  log: { label: 'Logarithmic', meaning: 'From 0.0001 % to 100 %, each sixth of the line ten times the one before.' },
};

/**
 * The part of the line, 0 to 1, that the bar of `share` fills; `largest` is the largest share that stands in the same list. What is
 * no share (below 0, not a number) has no bar.
 */
export function barLength(share: number, largest: number, scale: BarScale): number {
  if (!(share > 0)) return 0;
  switch (scale) {
    case 'whole':
      return Math.min(1, share);
    case 'largest':
      return largest > 0 ? Math.min(1, share / largest) : 0;
    case 'log':
      return Math.max(0, Math.min(1, 1 - Math.log10(share) / Math.log10(LOG_FLOOR)));
    default:
      return scale satisfies never;
  }
}
