// One short text through the plans of the session, in scratch slots: a few rows, many, and one more behind them, so that every kind of plan has a part of a
// tile, reads what an earlier step left, and carries running states.
//
// T positions of the text.
import { stride4 } from '../../gpu/layout.ts';
import { Probe } from '../../gpu/probe.ts';
import type { PlanKind } from '../../gpu/session-plans.ts';
import { defined } from '../../lib/assert.ts';
import { uniform } from '../../lib/rng.ts';
import type { Graph, ValueName } from '../../model/ir/graph.ts';
import { inSlots, type ProbeContext } from '../probes/context.ts';
import { throwIfCancelled } from '../throw-if-cancelled.ts';
import { ReadBack } from './read-back.ts';

/** Rows of a step of each kind: odd, and a whole tile of eight with a part of another. */
const ROWS: Readonly<Record<PlanKind, number>> = { row: 3, long: 2, few: 5, tile: 13 };
/** Positions before a step of the kind `long`, so that its keys are cut into several stretches: whole steps of the kind `tile`. */
const FILLED = 12 * ROWS.tile;
const SEED = 20;

interface Step {
  readonly kind: PlanKind;
  readonly from: number;
  readonly to: number;
}

/** What a repetition left, over all positions. Rows that a plan did not write are 0. */
export interface Readings {
  /** [T, width] */
  value(name: ValueName): Float32Array;
  /** [T, width]: keys and values of a layer, or what its short convolution takes in. */
  keysAndValues(layer: number): Float32Array;
  conv(layer: number): Float32Array;
}

export interface Planes {
  readonly kv: readonly number[];
  readonly conv: readonly { readonly layer: number; readonly width: number }[];
}

export class SelfRun implements Disposable {
  readonly ids: Uint32Array;
  readonly slots: readonly number[];
  readonly back: ReadBack;
  readonly #context: ProbeContext;
  readonly #graph: Graph;
  readonly #steps: readonly Step[];
  readonly #filled: readonly Step[];
  readonly #probes: ReadonlyMap<PlanKind, Probe>;
  readonly #release: () => void;
  #isFilled = false;

  private constructor(
    context: ProbeContext,
    graph: Graph,
    places: ReturnType<typeof stepsOf>,
    scratch: { readonly slots: readonly number[]; release(): void },
    probes: ReadonlyMap<PlanKind, Probe>,
  ) {
    this.#context = context;
    this.#graph = graph;
    this.#steps = places.steps;
    this.#filled = places.filled;
    this.#probes = probes;
    this.slots = scratch.slots;
    this.#release = () => scratch.release();
    const { vocab_size } = graph.dims;
    this.ids = Uint32Array.from(scratch.slots, (_, t) => Math.floor(uniform(SEED, t, 0) * vocab_size));
    this.back = new ReadBack(defined([...probes.values()][0], 'a probe'), graph, context.base.weights, scratch.slots);
  }

  /** `graph` is fused; `keep` are the values that are read. Throws `out_of_memory`, `kernel_failed`. */
  static async open(
    context: ProbeContext,
    graph: Graph,
    kinds: readonly PlanKind[],
    keep: readonly ValueName[],
  ): Promise<SelfRun> {
    const places = stepsOf(context, kinds);
    const scratch = await context.room.scratch(places.length);
    const probes = new Map<PlanKind, Probe>();
    try {
      context.session.turnFor(places.length);
      for (const as of new Set([...places.steps, ...places.filled].map(({ kind }) => kind))) {
        const probe = await Probe.create(context.base, context.scope, { graph, keep, rows: ROWS[as], as });
        probes.set(as, probe);
      }
      return new SelfRun(context, graph, places, scratch, probes);
    } catch (error) {
      for (const probe of probes.values()) probe[Symbol.dispose]();
      scratch.release();
      throw error;
    }
  }

  #probe(kind: PlanKind): Probe {
    return defined(this.#probes.get(kind), `a probe of ${kind}`);
  }

  /** Positions whose rows went through a plan. */
  positions(kind: PlanKind): number[] {
    return this.#steps
      .filter(step => step.kind === kind)
      .flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
  }

  /** Runs all steps, one after the other, and reads the values `keep`. Throws `cancelled` between two. */
  async repeat(keep: readonly ValueName[], planes: Planes, signal: AbortSignal): Promise<Readings> {
    const values = new Map<string, Float32Array>();
    const T = this.slots.length;
    for (const step of this.#isFilled ? this.#steps : [...this.#filled, ...this.#steps]) {
      throwIfCancelled(signal, 'the self-test');
      this.#run(step);
      if (!this.#steps.includes(step)) continue;
      const { from, to } = step;
      for (const [name, numbers] of await this.#read(step, keep)) {
        const width = numbers.length / (to - from);
        const whole = values.get(name) ?? new Float32Array(width * T);
        whole.set(numbers, width * from);
        values.set(name, whole);
      }
    }
    this.#isFilled = true;
    const kv = new Map<number, Float32Array>();
    for (const layer of planes.kv) kv.set(layer, await this.back.keysAndValues(layer));
    const conv = new Map<number, Float32Array>();
    for (const { layer, width } of planes.conv) conv.set(layer, await this.back.inputsOfConv(layer, width));
    return {
      value: name => defined(values.get(name), name),
      keysAndValues: layer => defined(kv.get(layer), `kv/${layer}`),
      conv: layer => defined(conv.get(layer), `conv/${layer}`),
    };
  }

  #run({ kind, from, to }: Step): void {
    const sequence = { index: this.#context.table, slots: this.slots, ids: [] };
    const rows = inSlots(this.#context, this.ids, sequence, from, this.slots.slice(from, to));
    this.#probe(kind).run(rows);
  }

  /** Values of a step in one piece, without what fills their rows up: [rows, width] each. */
  async #read({ kind, from, to }: Step, keep: readonly ValueName[]): Promise<[ValueName, Float32Array][]> {
    const probe = this.#probe(kind);
    const { final, widths } = this.#graph;
    const pieces = keep.flatMap(name => {
      const width = defined(widths[name], name);
      const buffer = name === final ? 'final' : probe.valueBuffer(name);
      return this.slots
        .slice(from, to)
        .map((slot, t) => ({ buffer, offset: (name === final ? slot : t) * stride4(width), length: width }));
    });
    if (pieces.length === 0) return [];
    const numbers = await probe.read(pieces);
    let at = 0;
    return keep.map(name => {
      const length = defined(widths[name], name) * (to - from);
      at += length;
      return [name, numbers.subarray(at - length, at)];
    });
  }

  [Symbol.dispose](): void {
    for (const probe of this.#probes.values()) probe[Symbol.dispose]();
    this.#release();
  }
}

/** The steps of a text of at most so many positions as are allowed; those that fill it up are run once. */
function stepsOf({ session, states, base }: ProbeContext, kinds: readonly PlanKind[]) {
  const steps: Step[] = [];
  const filled: Step[] = [];
  let length = 0;
  const add = (to: Step[], kind: PlanKind, rows: number): void => {
    const end = Math.min(length + rows, session.allowed);
    if (end > length) to.push({ kind, from: length, to: end });
    length = end;
  };
  for (const kind of ['row', 'few', 'tile'] as const) if (kinds.includes(kind)) add(steps, kind, ROWS[kind]);
  if (kinds.includes('long')) {
    // On a CPU that would take long, and a running state would be another one each time.
    if (!base.gpu.software && states === null)
      for (let i = 0; i < FILLED; i += ROWS.tile) add(filled, 'tile', ROWS.tile);
    add(steps, 'long', ROWS.long);
  }
  if (kinds.includes('row')) add(steps, 'row', 1);
  return { steps, filled, length };
}
