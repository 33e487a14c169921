// A search on a session: rows of several beginnings in one step, final states where the method asks for them.
import { BATCH_ROWS } from '../../gpu/batch-runner.ts';
import { stride4 } from '../../gpu/layout.ts';
import { Probe } from '../../gpu/probe.ts';
import { defined } from '../../lib/assert.ts';
import { asNucleusError, NucleusError } from '../../lib/error.ts';
import type { SearchCommand } from '../../protocol/search.ts';
import type { ProbeContext } from '../probes/context.ts';
import { throwIfCancelled } from '../throw-if-cancelled.ts';
import { searchBy } from './methods.ts';
import type { PathModel, SearchLimits, Told } from './paths.ts';

/** States after every step. Throws as `Session.prefill`, `nan_logits`, `out_of_memory`, and `cancelled` between two steps. */
export async function* search(
  context: ProbeContext,
  { tokens, method, max_new_tokens, ends }: Pick<SearchCommand, 'tokens' | 'method' | 'max_new_tokens' | 'ends'>,
  eosIds: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<Told> {
  await context.session.prefill(tokens, signal);
  const model = new SessionPaths(context, tokens, signal);
  if (model.room < 1) throw tooLong(tokens.length, context.session.allowed);
  const limits: SearchLimits = { max_new_tokens, ends: ends ? eosIds : [] };
  try {
    yield* searchBy(method, model, limits);
  } finally {
    model.close();
  }
}

function tooLong(tokens: number, limit: number): NucleusError {
  return new NucleusError('prompt_too_long', 'no token fits behind the text', { tokens, limit, excess: 1 });
}

class SessionPaths implements PathModel {
  readonly room: number;
  readonly #context: ProbeContext;
  readonly #text: Uint32Array;
  readonly #signal: AbortSignal;
  #probe: Probe | null = null;
  /** Several texts can step together; null until it was tried. */
  #together: boolean | null = null;

  constructor(context: ProbeContext, text: Uint32Array, signal: AbortSignal) {
    this.#context = context;
    this.#text = text;
    this.#signal = signal;
    this.room = context.session.allowed - text.length;
  }

  close(): void {
    this.#probe?.[Symbol.dispose]();
    if (this.#together) this.#context.batch?.giveBack();
  }

  async rows(paths: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const texts = paths.map(path => this.#after(path));
    const width = texts.length > 1 && (await this.#canStepTogether()) ? this.#width : 1;
    const out: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += width)
      for (const row of await this.#step(texts.slice(at, at + width))) out.push(row);
    return out;
  }

  async finals(paths: readonly (readonly number[])[] | null): Promise<Float32Array[]> {
    const slots: number[] = [];
    if (paths === null) {
      const { sequence } = await this.#slots(this.#text);
      for (const slot of sequence.slots.slice(0, this.#text.length)) slots.push(slot);
      return this.#states(slots);
    }
    const states: Float32Array[] = [];
    // Read one by one: the sequence that is opened next may take the slots of this one.
    for (const path of paths) {
      const { sequence, length } = await this.#slots(this.#after(path));
      for (const state of await this.#states([defined(sequence.slots[length - 1], 'a slot')])) states.push(state);
    }
    return states;
  }

  async #slots(ids: Uint32Array) {
    this.#throwIfStopped();
    return { sequence: await this.#context.session.sequence(ids, this.#signal), length: ids.length };
  }

  #after(path: readonly number[]): Uint32Array {
    const ids = new Uint32Array(this.#text.length + path.length);
    ids.set(this.#text);
    ids.set(path, this.#text.length);
    return ids;
  }

  get #width(): number {
    return Math.max(1, Math.min(BATCH_ROWS, this.#context.session.widest));
  }

  #throwIfStopped(): void {
    throwIfCancelled(this.#signal, 'the search');
  }

  /** False where a running state allows one text alone, or there is no memory for more. */
  async #canStepTogether(): Promise<boolean> {
    const { batch } = this.#context;
    if (batch === null) return false;
    try {
      if (this.#together === null) await batch.prepare(false);
      this.#together ??= true;
    } catch (error) {
      if (asNucleusError(error).code !== 'out_of_memory') throw error;
      this.#together = false;
    }
    return this.#together;
  }

  /** Those that find no room beside the others come one after the other. */
  async #step(texts: readonly Uint32Array[]): Promise<Float32Array[]> {
    const { session, batch } = this.#context;
    this.#throwIfStopped();
    const [only] = texts;
    if (only === undefined) return [];
    if (texts.length === 1 || batch === null) return [await session.next(only, this.#signal)];
    const opened = await session.openTogether(texts, this.#signal);
    const ready = opened.flatMap(each => (each === null ? [] : [each]));
    let rows: Float32Array[] = [];
    try {
      if (ready.length > 0) rows = await batch.rows(ready);
    } catch (error) {
      session.forget(ready);
      throw error;
    }
    const out: Float32Array[] = [];
    for (const [i, text] of texts.entries()) {
      const row = opened[i] ? rows.shift() : undefined;
      out.push(row ?? (await session.next(text, this.#signal)));
    }
    return out;
  }

  /** Final states as they lie in slots. */
  async #states(slots: readonly number[]): Promise<Float32Array[]> {
    const { base, scope, graph } = this.#context;
    this.#probe ??= await Probe.create(base, scope, { graph: { ...graph, ops: [] }, keep: [], rows: 1 });
    const length = graph.dims.n_embd;
    const stride = stride4(length);
    const all = await this.#probe.read(slots.map(slot => ({ buffer: 'final', offset: slot * stride, length })));
    return slots.map((_, i) => all.slice(i * length, (i + 1) * length));
  }
}
