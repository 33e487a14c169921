// Trace: the vectors on the way of one position through the model.
import { stride4 } from '../../gpu/layout.ts';
import type { Probe } from '../../gpu/probe.ts';
import { defined } from '../../lib/assert.ts';
import type { ValueName } from '../../model/ir/graph.ts';
import { type TraceValues, traceValues } from '../../model/rewrites/trace.ts';
import type { TracedEvent } from '../../protocol/probe-events.ts';
import { openProbe, type ProbeContext, View } from './context.ts';
import { inScratch } from './scratch.ts';

export type Traced = Omit<TracedEvent, 'type' | 'run' | 'rows'>;

interface TraceView {
  readonly probe: Probe;
  readonly values: TraceValues;
}

export class Trace {
  readonly #context: ProbeContext;
  readonly #view: View<TraceView>;

  constructor(context: ProbeContext) {
    this.#context = context;
    this.#view = new View(() => openTrace(context));
  }

  /** Throws as Session.prefill, and `out_of_memory`. */
  async at(ids: Uint32Array, position: number, signal?: AbortSignal): Promise<Traced> {
    const { probe, values } = await this.#view.get();
    const C = this.#context.graph.dims.n_embd;
    const { embedding, positional, residual, attention, mlp, before, after } = values;
    const { widths } = this.#context.graph;
    const sequence = await this.#context.session.sequence(ids.subarray(0, position + 1), signal);
    await inScratch(this.#context, ids, sequence, position, 1, rows => probe.run(rows));
    const value = (name: ValueName) => {
      return { buffer: probe.valueBuffer(name), offset: 0, length: defined(widths[name], name) };
    };
    // The final state is the session's own: what its head reads.
    const slot = defined(sequence.slots[position], 'slot');
    const pieces = [
      value(embedding),
      ...(positional === null ? [] : [value(positional)]),
      ...[...residual, ...attention, ...mlp, ...before, ...after].map(value),
      { buffer: 'final', offset: slot * stride4(C), length: C },
    ];
    const numbers = await probe.read(pieces);
    let at = 0;
    const take = (count: number) => {
      const begin = at;
      at += count;
      return numbers.subarray(begin, at);
    };
    const next = (vectors: number) => take(vectors * C);
    const all = (names: readonly ValueName[]) =>
      take(names.reduce((sum, name) => sum + defined(widths[name], name), 0));
    return {
      position,
      embedding: next(1),
      positional: next(positional === null ? 0 : 1),
      residual: next(residual.length),
      attention: next(attention.length),
      mlp: next(mlp.length),
      before: all(before),
      after: all(after),
      final: next(1),
    };
  }

  /** Rows of the embedding matrix for `wanted`: [wanted, C]. They run one by one in the place of the token at `position`. Throws as `at`. */
  async rows(
    ids: Uint32Array,
    position: number,
    wanted: Uint32Array,
    signal?: AbortSignal,
  ): Promise<Float32Array<ArrayBuffer>> {
    const C = this.#context.graph.dims.n_embd;
    const rows = new Float32Array(wanted.length * C);
    if (wanted.length === 0) return rows;
    this.#context.session.check(wanted);
    const { probe, values } = await this.#view.get();
    const sequence = await this.#context.session.sequence(ids.subarray(0, position + 1), signal);
    const text = ids.slice(0, position + 1);
    for (const [i, id] of wanted.entries()) {
      text[position] = id;
      await inScratch(this.#context, text, sequence, position, 1, row => probe.run(row));
      const piece = { buffer: probe.valueBuffer(values.embedding), offset: 0, length: C };
      rows.set(await probe.read([piece]), i * C);
    }
    return rows;
  }

  /** Gives its memory back; it opens anew when asked. */
  close(): void {
    this.#view.close();
  }
}

function openTrace(context: ProbeContext): Promise<TraceView> {
  const values = traceValues(context.graph);
  const { embedding, positional, residual, attention, mlp, before, after } = values;
  const stations = [...residual, ...attention, ...mlp, ...before, ...after];
  const keep = [embedding, ...(positional === null ? [] : [positional]), ...stations];
  return openProbe(context, { graph: context.graph, keep, rows: 1 }, async () => ({ values }));
}
