// Test support: attention weights of the scripted engine, a hash of layer, head and the two tokens; rows of maps agree with single rows.
import type { CommandOf } from '../../protocol/commands.ts';
import type { EventOf, LoadedModel } from '../../protocol/events.ts';

/** Rows of a map that come at once. */
const TILE_ROWS = 4;

function score(layer: number, head: number, query: number, key: number): number {
  const mixed = Math.imul(
    (layer * 31 + head * 7 + 1) ^ Math.imul(query + 3, 0x9e3779b1) ^ (key * 0x85ebca6b),
    0x27d4eb2f,
  );
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}

/** Weights of one head at `position` over positions 0 to it; they sum to 1. */
export function fakeWeights(ids: Uint32Array, position: number, layer: number, head: number): Float32Array {
  const scores = Array.from(ids.subarray(0, position + 1), key => 0.01 + score(layer, head, ids[position] ?? 0, key));
  const sum = scores.reduce((a, b) => a + b, 0);
  return Float32Array.from(scores, each => each / sum);
}

/** Their mean over the heads of a layer. */
export function fakeMean(ids: Uint32Array, position: number, layer: number, heads: number): Float32Array {
  const rows = Array.from({ length: heads }, (_, head) => fakeWeights(ids, position, layer, head));
  return Float32Array.from(
    { length: position + 1 },
    (_, key) => rows.reduce((sum, row) => sum + (row[key] ?? 0), 0) / heads,
  );
}

export function attentionAnswers(
  { run, tokens, position }: CommandOf<'attention'>,
  dims: LoadedModel['dims'] | undefined,
): EventOf<'attention'> {
  const { n_layer = 1, n_head = 1 } = dims ?? {};
  const weights = new Float32Array(n_layer * n_head * (position + 1));
  for (let i = 0; i < n_layer * n_head; i++) {
    weights.set(fakeWeights(tokens, position, Math.floor(i / n_head), i % n_head), i * (position + 1));
  }
  return { type: 'attention', run, position, weights };
}

/** Two heads stand for all of a layer. */
export function* mapAnswers({
  run,
  tokens,
  layer,
  head,
  from,
}: CommandOf<'attention_map'>): Generator<EventOf<'attention_map'>> {
  const T = tokens.length;
  for (let begin = from; begin < T; begin += TILE_ROWS) {
    const rows = Math.min(TILE_ROWS, T - begin);
    const weights = new Float32Array(rows * T);
    for (let i = 0; i < rows; i++) {
      const at = begin + i;
      weights.set(head === null ? fakeMean(tokens, at, layer, 2) : fakeWeights(tokens, at, layer, head), i * T);
    }
    yield { type: 'attention_map', run, from: begin, rows, weights };
  }
}
