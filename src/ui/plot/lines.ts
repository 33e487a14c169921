// What a plot of lines is given: its lines, and what lies along its axes.
import type { ReactNode } from 'react';
import type { LineLook } from './LineSwatch.tsx';
import type { ScaleKind } from './plot.ts';

export interface PlotLine {
  readonly key: string;
  /** In words: in the tip, for screen readers and as a heading of the table. */
  readonly name: string;
  /** Stands for the name where there is room for more than words: a token. */
  readonly face?: ReactNode;
  readonly look: LineLook;
  /** One value for each x; NaN where there is none. */
  readonly values: ArrayLike<number>;
}

export interface PlotX {
  /** What it counts: `position`. */
  readonly label: string;
  /** How many points there are. */
  readonly count: number;
  /** The x of each point, rising; without it they are 0, 1, 2 ... */
  readonly values?: ArrayLike<number>;
}

export interface PlotY {
  /** With its unit: `surprisal, bits`. */
  readonly label: string;
  readonly scale: ScaleKind;
  /** Borders; without them round ones around the values. */
  readonly from?: number;
  readonly to?: number;
  /** A value in words with its unit; the table shows the exact one behind it. */
  readonly format: (value: number) => string;
  /** Labels of the axis, when shorter than `format`. */
  readonly tick?: (value: number) => string;
}
