// The grid of switches as arithmetic: which part a cell is, how keys walk, how strong the colour of an effect is.
import type { Mixer } from '../../model/ir/mixers.ts';
import type { Part } from '../../protocol/probe-commands.ts';
import { MIXER_NAMES, SHORT_MIXERS } from '../shared/modelWords.ts';
import { hasLayer, hasPart, type PartDims, partKey } from './parts.ts';
import { effectsOf } from './ranking.ts';
import type { Sweep } from './types.ts';

/** A switch: a part, or a whole layer, which is its attention and its MLP together. */
export type Switch = Part | { readonly kind: 'layer'; readonly layer: number };

/** Columns after the heads. */
export const BLOCKS = ['attention', 'mlp', 'layer'] as const;

/** The switches of a layer, in the order of the columns. */
export function switchesOf(layer: number, n_head: number): readonly Switch[] {
  return [
    ...Array.from({ length: n_head }, (_, head): Switch => ({ kind: 'head', layer, head })),
    ...BLOCKS.map((kind): Switch => ({ kind, layer })),
  ];
}

export function isOff(off: readonly Part[], each: Switch): boolean {
  return each.kind === 'layer' ? hasLayer(off, each.layer) : hasPart(off, each);
}

/** A head of an attention block that is off: its own switch changes nothing now. */
export function isMoot(off: readonly Part[], each: Switch): boolean {
  return each.kind === 'head' && hasPart(off, { kind: 'attention', layer: each.layer });
}

/** Whether the layer has such a part: heads stand in layers with attention alone. */
export const isThere = (mixers: readonly Mixer[], each: Switch): boolean =>
  each.kind !== 'head' || mixers[each.layer] === 'attention';

/** `Layer 2, head 3`; counted from 0, as the checkpoint counts. `mixers`: what each layer looks back with. */
export function switchName(each: Switch, mixers: readonly Mixer[]): string {
  switch (each.kind) {
    case 'head':
      return `Layer ${each.layer}, head ${each.head}`;
    case 'attention':
      return `Layer ${each.layer}, ${MIXER_NAMES[mixers[each.layer] ?? 'attention']}`;
    case 'mlp':
      return `Layer ${each.layer}, MLP`;
    case 'layer':
      return `Layer ${each.layer}, whole`;
    default:
      return each satisfies never;
  }
}

/** `L2 H3`, as papers write it. */
export function shortName(each: Switch, mixers: readonly Mixer[]): string {
  const of = { head: 'H', attention: SHORT_MIXERS[mixers[each.layer] ?? 'attention'], mlp: 'MLP', layer: 'whole' }[
    each.kind
  ];
  return `L${each.layer} ${of}${each.kind === 'head' ? each.head : ''}`;
}

/** Above the column of what layers look back with. */
export const columnName = (mixers: readonly Mixer[]): string =>
  new Set(mixers).size > 1 ? 'mixer' : SHORT_MIXERS[mixers[0] ?? 'attention'];

export interface CellPlace {
  readonly row: number;
  readonly column: number;
}

/** Rows a page key moves. */
const PAGE = 4;

/** The cell a key leads to from `at` on a grid of `rows` x `columns`; null for other keys. `far`: Ctrl or Cmd is held. */
export function stepCell(key: string, far: boolean, at: CellPlace, rows: number, columns: number): CellPlace | null {
  const row = (to: number): CellPlace => ({ ...at, row: Math.min(rows - 1, Math.max(0, to)) });
  const column = (to: number): CellPlace => ({ ...at, column: Math.min(columns - 1, Math.max(0, to)) });
  switch (key) {
    case 'ArrowLeft':
      return column(at.column - 1);
    case 'ArrowRight':
      return column(at.column + 1);
    case 'ArrowUp':
      return row(at.row - 1);
    case 'ArrowDown':
      return row(at.row + 1);
    case 'PageUp':
      return row(at.row - PAGE);
    case 'PageDown':
      return row(at.row + PAGE);
    case 'Home':
      return far ? { row: 0, column: 0 } : column(0);
    case 'End':
      return far ? { row: rows - 1, column: columns - 1 } : column(columns - 1);
    default:
      return null;
  }
}

/** The place, or where its row has no heads the first place that is a part. */
export function partAt(place: CellPlace, { n_head, mixers }: PartDims): CellPlace {
  return mixers[place.row] === 'attention' ? place : { ...place, column: Math.max(n_head, place.column) };
}

/** As `stepCell`, over places that are parts. */
export function stepToPart(key: string, far: boolean, at: CellPlace, dims: PartDims): CellPlace | null {
  const next = stepCell(key, far, at, dims.n_layer, dims.n_head + BLOCKS.length);
  return next && partAt(next, dims);
}

/** Steps of the ramp. */
export const STEPS = 5;

interface CellEffect {
  /** Change of the log-probability when the part is off, nats. */
  readonly effect: number;
  /** 0 to STEPS, by size alone. */
  readonly step: number;
  /** `+`: likelier without the part; `-`: less likely. Empty where the step is 0. */
  readonly sign: '+' | '-' | '';
}

export interface GridEffects {
  readonly cells: ReadonlyMap<string, CellEffect>;
  /** The largest size of an effect: the end of the ramp. */
  readonly most: number;
}

/** Effects below this are the rounding of 32-bit numbers, nats. */
const NOTHING = 1e-5;

/** Step of an effect among effects up to `most`. */
export function effectStep(effect: number, most: number): number {
  const size = Math.abs(effect);
  return most < NOTHING || size < NOTHING ? 0 : Math.max(1, Math.min(STEPS, Math.ceil((size / most) * STEPS - 1e-9)));
}

/** The effects of a sweep as the grid shows them. */
export function gridEffects(sweep: Sweep): GridEffects {
  const effects = effectsOf(sweep);
  const most = effects.reduce((top, { effect }) => Math.max(top, Math.abs(effect)), 0);
  const cells = effects.map(({ part, effect }): [string, CellEffect] => {
    const step = effectStep(effect, most);
    return [partKey(part), { effect, step, sign: step === 0 ? '' : effect > 0 ? '+' : '-' }];
  });
  return { cells: new Map(cells), most };
}
