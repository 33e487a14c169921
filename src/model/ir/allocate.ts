// Which values may share a buffer: a buffer is reused once the value in it has been read for the last time.

import { assert, defined } from '../../lib/assert.ts';
import type { Graph, ValueName } from './graph.ts';
import { valuesRead, valueWritten } from './ops.ts';
import { pairAt } from './pairs.ts';

/** A buffer of [T, width] floats. */
interface ValueBuffer {
  readonly width: number;
}

export interface Allocation {
  readonly buffers: readonly ValueBuffer[];
  /** Index into `buffers` of every value of the graph. */
  readonly bufferOf: Readonly<Record<ValueName, number>>;
}

/** Ops `from` to `to`, both included, during which a value must not be overwritten. */
interface Lifetime {
  readonly value: ValueName;
  readonly width: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Buffers for the values of a graph. No op reads and writes the same buffer (one buffer bound for reading and for writing
 * in one dispatch is an error in WebGPU), and a value stays untouched until its last reader has run. `final` and the
 * values in `keep` have buffers of their own, which nothing before or after them uses.
 *
 * Widest values first, each into the narrowest buffer that is free for its whole life: narrow values fill the gaps that
 * wide ones leave, and no buffer ever grows.
 */
export function allocateValues(graph: Graph, keep: Iterable<ValueName> = []): Allocation {
  const alone = new Set([graph.final, ...keep]);
  const buffers: { width: number; held: Lifetime[]; shared: boolean }[] = [];
  const bufferOf: Record<ValueName, number> = {};
  for (const life of lifetimes(graph).sort((a, b) => b.width - a.width || a.from - b.from)) {
    const shared = !alone.has(life.value);
    // Buffers come widest first, so the last free one is the narrowest.
    let at = buffers.findLastIndex(buffer => shared && buffer.shared && buffer.held.every(held => apart(held, life)));
    if (at === -1) at = buffers.push({ width: life.width, held: [], shared }) - 1;
    defined(buffers[at], 'a buffer').held.push(life);
    bufferOf[life.value] = at;
  }
  return { buffers: buffers.map(({ width }) => ({ width })), bufferOf };
}

const apart = (a: Lifetime, b: Lifetime) => a.to < b.from || b.to < a.from;

/** From the op that writes a value to the last that reads it, in the order of writing. */
function lifetimes(graph: Graph): Lifetime[] {
  const lives = new Map<ValueName, Lifetime>();
  graph.ops.forEach((op, at) => {
    for (const value of valuesRead(op)) {
      lives.set(value, { ...defined(lives.get(value), `${value} is written before it is read`), to: at });
    }
    // A pair may be one dispatch, which writes what its second op gives while it reads what its first one reads.
    const pair = pairAt(graph.ops, at - 1);
    for (const value of pair ? valuesRead(pair.first) : [])
      lives.set(value, { ...defined(lives.get(value), value), to: at });
    const out = valueWritten(op);
    if (out === null) return;
    assert(!lives.has(out), `${out} is written once`);
    lives.set(out, { value: out, width: defined(graph.widths[out], `width of ${out}`), from: at, to: at });
  });
  return [...lives.values()];
}
