// Pinned tokens: their logits at many positions, from the stored final states alone.

import { pinnedLogits } from '../../gpu/kernels/pinned_logits.ts';
import { Probe } from '../../gpu/probe.ts';
import { ROW_WORDS } from '../../gpu/runner.ts';
import { defined } from '../../lib/assert.ts';
import { NucleusError } from '../../lib/error.ts';
import type { ProbeContext } from './context.ts';

/** Logits of pinned ids at positions `from` to `to`: [positions, pins]. `ids` of the text, `pins` of the vocabulary. Throws as Session.prefill, `out_of_memory` and `nan_logits`. */
export async function pinned(
  context: ProbeContext,
  ids: Uint32Array,
  pins: Uint32Array,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<Float32Array<ArrayBuffer>> {
  context.session.check(pins);
  const sequence = await context.session.sequence(ids, signal);
  const T = to - from;
  // No step of the model is run: the final states are there.
  const probe = await Probe.create(context.base, context.scope, {
    graph: { ...context.graph, ops: [] },
    keep: [],
    rows: 1,
    buffers: { pins: pins.length, 'pinned/logits': T * pins.length, 'step/pins': ROW_WORDS * (T + 1) },
  });
  try {
    context.base.gpu.device.queue.writeBuffer(probe.buffer('pins'), 0, Uint32Array.from(pins));
    const rows = Array.from({ length: T }, (_, t) => ({
      id: 0,
      position: from + t,
      slot: defined(sequence.slots[from + t], 'slot'),
      sequence: 0,
    }));
    probe.writeStep('step/pins', rows);
    const dispatches = pinnedLogits(context.graph, context.base.weights, 'step/pins', pins.length);
    probe.submit(await probe.executor(dispatches), T);
    const logits = await probe.read([{ buffer: 'pinned/logits', offset: 0, length: T * pins.length }]);
    const bad = logits.findIndex(logit => !(logit < Number.POSITIVE_INFINITY));
    if (bad < 0) return logits;
    const position = from + Math.floor(bad / pins.length) + 1;
    throw new NucleusError('nan_logits', `the logits before token ${position} are not numbers`, { position });
  } finally {
    probe[Symbol.dispose]();
  }
}
