// Where the parts of the picture stand: the stream down the middle, what looks back at its left, MLPs at its right, what a layer would say beside.
import type { LayerFacts, Station } from './facts.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface FlowLayout {
  readonly width: number;
  readonly height: number;
  /** Of the middle of the stream. */
  readonly spine: number;
  /** Where the words of a layer's prediction begin. */
  readonly words: number;
  readonly embedding: Box;
  readonly layers: readonly { readonly y: number; readonly mix: Box; readonly mlp: Box; readonly end: number }[];
  readonly norm: Box;
  readonly head: Box;
}

const LAYER = 56;
const BLOCK = 22;
/** Between a block and the middle of the stream. */
const REACH = 24;
/** Between the pulse that is in a part and the middle of the stream. */
const BESIDE = 15;
/** Of the numbers of the layers, and of what they would say. */
const NUMBERS = 22;
const WORDS = { wide: 120, narrow: 96 };
/** Width from which on the wide ones have room, px. */
const WIDE = 440;

export function layoutOf(width: number, layers: readonly Pick<LayerFacts, 'parallel'>[]): FlowLayout {
  const words = width - (width < WIDE ? WORDS.narrow : WORDS.wide);
  const spine = Math.round(NUMBERS + (words - NUMBERS) * 0.53);
  const top = BLOCK + 18;
  const [left, right] = [spine - REACH - NUMBERS, words - 8 - spine - REACH];
  const centred = (y: number): Box => ({ x: spine - 56, y, width: 112, height: BLOCK });
  const ends = top + layers.length * LAYER;
  return {
    width,
    height: ends + 2 * BLOCK + 34,
    spine,
    words,
    embedding: centred(2),
    layers: layers.map(({ parallel }, i) => {
      const y = top + i * LAYER;
      return {
        y,
        mix: { x: NUMBERS, y: y + 3, width: left, height: BLOCK },
        mlp: { x: spine + REACH, y: y + (parallel ? 3 : 29), width: right, height: BLOCK },
        end: y + LAYER,
      };
    }),
    norm: centred(ends + 8),
    head: centred(ends + BLOCK + 24),
  };
}

/** Where the pulse stands: on the stream, or before the part that it is in. */
export function pulseAt(
  { spine, ...layout }: FlowLayout,
  station: Station,
): { readonly x: number; readonly y: number } {
  if (station.kind === 'mix' || station.kind === 'mlp') {
    const box = layout.layers[station.layer]?.[station.kind] ?? layout.embedding;
    return { x: station.kind === 'mix' ? spine - BESIDE : spine + BESIDE, y: box.y + box.height / 2 };
  }
  const box = layout[station.kind];
  return { x: spine, y: box.y + box.height + 4 };
}

/** Half the width of the stream, px: as its length, by the root so that a stream that grows a hundredfold keeps its beginning. */
export function halfWidth(norm: number, most: number): number {
  return most > 0 ? 1.5 + 8 * Math.sqrt(norm / most) : 1.5;
}
