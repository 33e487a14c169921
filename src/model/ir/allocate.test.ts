// Buffers are shared only where nobody can tell.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildGraph } from '../architectures/architectures.ts';
import { fuse } from '../rewrites/fuse.ts';
import { allocateValues } from './allocate.ts';
import type { Graph, Op } from './graph.ts';
import { valuesRead, valueWritten } from './ops.ts';

const { graph } = buildGraph({ model_type: 'gpt2', n_layer: 4, n_head: 2, n_embd: 8, n_positions: 16, vocab_size: 11 });

/**
 * Plays the ops on buffers that hold value names: a reader must find its operand in its buffer, a writer must write
 * elsewhere than it reads, and the values of `keep` must still be there at the end.
 */
function play(played: Graph, keep: readonly string[]): void {
  const { buffers, bufferOf } = allocateValues(played, keep);
  const held = new Array<string | undefined>(buffers.length);
  for (const op of played.ops) {
    const out = valueWritten(op);
    for (const value of valuesRead(op)) {
      expect(held[bufferOf[value]!]).toBe(value);
      if (out !== null) expect(bufferOf[value]).not.toBe(bufferOf[out]);
    }
    if (out === null) continue;
    expect(buffers[bufferOf[out]!]!.width).toBeGreaterThanOrEqual(played.widths[out]!);
    held[bufferOf[out]!] = out;
  }
  for (const value of [played.final, ...keep]) {
    expect(held[bufferOf[value]!]).toBe(value);
    expect(Object.values(bufferOf).filter(buffer => buffer === bufferOf[value])).toHaveLength(1);
  }
}

describe('allocateValues', () => {
  test('gpt2, fused: five buffers whatever the depth: one wide, three narrow, one for the final value', () => {
    const fused = fuse(graph);
    play(fused, []);
    const { buffers } = allocateValues(fused);
    expect(buffers.map(buffer => buffer.width).sort((a, b) => a - b)).toEqual([8, 8, 8, 8, 32]);
  });

  test('gpt2, plain, with values kept', () => {
    play(graph, []);
    play(graph, ['embed', 'h.0', 'h.1', 'h.2', 'h.3']);
    play(graph, ['h.2.attn.c_attn', graph.final]);
  });

  test('a value that nobody reads frees its buffer after its op, never for its own op', () => {
    const ops: Op[] = [
      { op: 'embedding', table: 't', index: 'id', out: 'unread' },
      { op: 'embedding', table: 't', index: 'id', out: 'a' },
      { op: 'activation', kind: 'relu', x: 'a', out: 'b' },
    ];
    const dead: Graph = { ...graph, ops, widths: { unread: 4, a: 4, b: 4 }, final: 'b' };
    play(dead, []);
    expect(allocateValues(dead).buffers).toHaveLength(2);
  });

  test('any op list: nobody reads a value that was overwritten', () => {
    const step = fc.record({ width: fc.integer({ min: 1, max: 9 }), a: fc.nat(), b: fc.nat(), keep: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), steps => {
        const ops: Op[] = [{ op: 'embedding', table: 't', index: 'id', out: 'v0' }];
        const widths: Record<string, number> = { v0: 3 };
        const keep: string[] = [];
        for (const [at, { width, a, b, keep: kept }] of steps.entries()) {
          const out = `v${at + 1}`;
          ops.push({ op: 'add', a: `v${a % (at + 1)}`, b: `v${b % (at + 1)}`, out });
          widths[out] = width;
          if (kept) keep.push(out);
        }
        play({ ...graph, ops, widths, final: `v${steps.length}` }, keep);
      }),
    );
  });
});
