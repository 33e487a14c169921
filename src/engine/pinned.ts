// Pinned tokens: their logits at many positions, from the stored final states alone.

import { Probe } from '../gpu/probe.ts';
import { pinnedLogits } from '../gpu/probe-plan.ts';
import { ROW_WORDS } from '../gpu/runner.ts';
import { defined } from '../lib/assert.ts';
import type { Bench } from './bench.ts';

/** Pinned ids at most. */
export const MOST_PINS = 8;

/** Logits of pinned ids at positions `from` to `to`: [positions, pins]. `ids` of the text, `pins` 1 to MOST_PINS of the vocabulary. */
export async function pinned(
  bench: Bench,
  ids: Uint32Array,
  pins: Uint32Array,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<Float32Array<ArrayBuffer>> {
  const sequence = await bench.session.sequence(ids, signal);
  const T = to - from;
  // No step of the model is run: the final states are there.
  const probe = await Probe.create(bench.base, bench.scope, {
    graph: { ...bench.graph, ops: [] },
    keep: [],
    rows: 1,
    buffers: { pins: pins.length, 'pinned/logits': T * pins.length, 'step/pins': ROW_WORDS * (T + 1) },
  });
  try {
    bench.base.gpu.device.queue.writeBuffer(probe.buffer('pins'), 0, Uint32Array.from(pins));
    const rows = Array.from({ length: T }, (_, t) => ({
      id: 0,
      position: from + t,
      slot: defined(sequence.slots[from + t], 'slot'),
      sequence: 0,
    }));
    probe.writeStep('step/pins', rows);
    const matrix = defined(bench.base.weights.matrices.get(bench.graph.head), bench.graph.head);
    probe.submit(await probe.executor(pinnedLogits(matrix, 'step/pins', pins.length)), T);
    return await probe.read([{ buffer: 'pinned/logits', offset: 0, length: T * pins.length }]);
  } finally {
    probe[Symbol.dispose]();
  }
}
