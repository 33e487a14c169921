// How every view of the inside lives: it watches text, place, runs and model while it is open, computes what is missing once they rest, asks before
// what takes long, and lets go of its memory some time after it is closed.
import type { WireError } from '../../protocol/events.ts';
import { isComputing, isRunning } from '../run/generation-types.ts';
import { type ProbeSpec, type ProbeStores, Snapshots } from './probe-spec.ts';
import { CLOSED, type ProbeState, sameState } from './probe-state.ts';
import { KEPT_MS, MOST_SECONDS, MOVE_MS, RUN_MS, SETTLE_MS } from './times.ts';
import { type TaskState, ViewTask } from './view-task.ts';

export interface ProbeView {
  /** The view is in sight, or goes out of it; several holders may look at once. */
  enter(): void;
  leave(): void;
  /** Something of the question has changed: shows what is known at once, and computes the rest after `wait` milliseconds. */
  look(wait: number): void;
  /** Computes what is missing, whatever it takes. */
  compute(): Promise<void>;
  /** Ends the work; nothing is computed until the question changes or a person asks. */
  stop(): void;
  dispose(): void;
}

export function createProbeView<Q, P, A>(stores: ProbeStores, spec: ProbeSpec<Q, P, A>): ProbeView {
  return new LiveProbe(stores, spec);
}

/** What is under way: for which question, and whether a person asked for it. */
interface Work<Q> {
  readonly question: Q;
  readonly asked: boolean;
}

/** Why nothing begins by itself. `question` null: whatever the question is. */
interface Halt<Q> {
  readonly state: ProbeState;
  readonly question: Q | null;
}

class LiveProbe<Q, P, A> implements ProbeView {
  readonly #stores: ProbeStores;
  readonly #spec: ProbeSpec<Q, P, A>;
  readonly #task: ViewTask;
  readonly #snapshots: Snapshots;
  #holders = 0;
  #ends: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  #gone: ReturnType<typeof setTimeout> | undefined;
  #state: ProbeState = CLOSED;
  #work: Work<Q> | null = null;
  #halt: Halt<Q> | null = null;
  /** What a person had asked for when the model was lost: nobody asks again. */
  #owed: Q | null = null;
  /** The question that `#state` answers. */
  #question: Q | null = null;

  constructor(stores: ProbeStores, spec: ProbeSpec<Q, P, A>) {
    this.#stores = stores;
    this.#spec = spec;
    this.#snapshots = new Snapshots(stores);
    this.#task = new ViewTask(stores.work, task => this.#progress(task));
  }

  enter(): void {
    this.#holders += 1;
    if (this.#holders > 1) return;
    clearTimeout(this.#gone);
    this.#ends = [...this.#watch(), ...this.#spec.memory.map(memory => this.#stores.work.leases.hold(memory))];
    this.look(0);
  }

  leave(): void {
    if (this.#holders === 0) return;
    this.#holders -= 1;
    if (this.#holders > 0) return;
    this.#rest();
    this.#end();
    this.#owed = null;
    if (this.#halt?.state.status === 'stopped') this.#halt = null;
    this.#tell(CLOSED);
    this.#gone = setTimeout(() => this.#spec.gone?.(), KEPT_MS);
  }

  dispose(): void {
    this.#rest();
    clearTimeout(this.#gone);
    this.#end();
  }

  look(wait: number): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#later);
    this.#later = undefined;
    if (this.#holders === 0) return;
    const question = this.#ask();
    if (question === null) {
      this.#end();
      return;
    }
    const missing = this.#spec.missing(question);
    if (this.#work !== null && !this.#covers(this.#work.question, question, missing)) this.#end();
    if (this.#halt?.question != null && !this.#spec.same(this.#halt.question, question)) this.#halt = null;
    if (this.#owed !== null && !this.#spec.same(this.#owed, question)) this.#owed = null;
    const asking =
      this.#question !== null && this.#state.status === 'costly' && this.#spec.same(this.#question, question);
    this.#question = question;
    if (missing.length === 0) this.#tell({ status: 'ready' });
    else if (this.#halt !== null) this.#tell(this.#halt.state);
    else if (this.#running) this.#tell({ status: 'running' });
    else if (this.#work !== null) this.#progress(this.#task.state);
    else {
      // A button that is there stays until it is known that nobody has to ask.
      if (!asking) this.#tell({ status: 'waiting' });
      this.#timer = setTimeout(() => this.#settled(), wait);
    }
  }

  async compute(): Promise<void> {
    this.#halt = null;
    this.look(0);
    const question = this.#question;
    if (question === null || this.#spec.missing(question).length === 0) return;
    await this.#compute({ question, asked: true });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#owed = null;
    if (this.#work !== null) this.#task.stop();
    else if (this.#question !== null) this.#halted({ state: { status: 'stopped' }, question: this.#question });
  }

  /** Follows all that a question may depend on; returns the ends of it. */
  #watch(): (() => void)[] {
    const { model, document, generation, work } = this.#stores;
    return [
      document.subscribe((now, before) => {
        if (now.revision !== before.revision) this.#textChanged();
        else if (now.selected !== before.selected) this.look(MOVE_MS);
      }),
      generation.subscribe((now, before) => {
        if (isRunning(now.status) !== isRunning(before.status)) this.look(0);
      }),
      model.subscribe((now, before) => {
        if (now.load !== before.load || now.context?.allowed !== before.context?.allowed) this.look(0);
      }),
      // What cost much may cost nothing now that other work has filled the cache.
      work.cost.watch(() => {
        if (this.#state.status === 'costly') this.look(MOVE_MS);
      }),
      ...(this.#spec.watch?.(wait => this.look(wait)) ?? []),
    ];
  }

  get #running(): boolean {
    const { generation, model } = this.#stores;
    return isComputing(generation.getState().status, model.getState());
  }

  #textChanged(): void {
    if (!this.#running) this.look(SETTLE_MS);
    else if (this.#snapshots.grew()) this.#later ??= setTimeout(() => this.look(0), RUN_MS);
    else this.look(0);
  }

  /** Drops what no longer holds, shows what does, and says what is wanted; null, and why, where nothing is. */
  #ask(): Q | null {
    const change = this.#snapshots.noteModel();
    if (change !== 'same') {
      const { loss } = this.#stores.model.getState();
      // What is lost for another reason, or for good, is asked about again.
      if (change === 'other' || loss.kind !== 'reopening') this.#owed = null;
      else if (this.#work?.asked) this.#owed = this.#work.question;
      this.#end();
      this.#halt = null;
      this.#question = null;
    }
    const now = this.#snapshots.take();
    if (now === null) {
      this.#tell({ status: 'no_model' });
      return null;
    }
    if (change !== 'same') this.#spec.begin(now.model, change === 'other');
    this.#spec.hold(now);
    const asked = this.#spec.ask(now);
    if ('question' in asked) {
      this.#spec.show?.(now, asked.question);
      return asked.question;
    }
    this.#spec.show?.(now, null);
    this.#question = null;
    this.#tell(asked);
    return null;
  }

  #settled(): void {
    const question = this.#ask();
    if (question === null) return;
    this.#question = question;
    const missing = this.#spec.missing(question);
    if (missing.length === 0) {
      this.#tell({ status: 'ready' });
      return;
    }
    const asked = this.#owed !== null;
    this.#owed = null;
    const seconds = this.#seconds(question, missing);
    if (seconds > MOST_SECONDS && !asked) this.#tell({ status: 'costly', seconds });
    else void this.#compute({ question, asked });
  }

  async #compute(work: Work<Q>): Promise<void> {
    clearTimeout(this.#timer);
    const { question } = work;
    this.#end();
    this.#work = work;
    const left = (): number => this.#size(this.#spec.missing(question));
    const total = left();
    let longer = false;
    await this.#task.run(total, async (signal, progress) => {
      // Called anew after an interruption: what has come by then is no longer missing.
      for (const piece of this.#spec.missing(question)) {
        longer = await this.#fetch(piece, work, signal, () => progress(total - left()));
        if (longer) return;
      }
    });
    if (this.#work === work) this.#outcome(work, longer);
  }

  /** True when what is left turns out to take so long that a person must be asked. */
  async #fetch(piece: P, { question, asked }: Work<Q>, signal: AbortSignal, arrived: () => void): Promise<boolean> {
    const { cost, leases, now } = this.#stores.work;
    const memory = this.#spec.memoryOf?.(piece) ?? this.#spec.memory[0];
    const reads = this.#spec.reads(piece, question);
    // The first answer may open the view and read the text; only then is it no measure of a piece.
    let begin = (memory === undefined || leases.warm(memory)) && cost.seconds(reads) === 0 ? now() : null;
    if (memory !== undefined) leases.use(memory);
    for await (const answer of answers(this.#spec.fetch(piece, question, signal))) {
      // An answer that came all the same: interrupted work is begun again, work that has ended is not wanted.
      signal.throwIfAborted();
      const end = now();
      this.#spec.accept(answer, piece, question, begin === null ? null : end - begin);
      begin = end;
      if (cost.shared(reads) < reads.length) cost.computed(reads);
      arrived();
      const missing = asked ? [] : this.#spec.missing(question);
      if (missing.length > 0 && this.#seconds(question, missing) > MOST_SECONDS) return true;
    }
    return false;
  }

  /** `longer`: it ended by itself, because what is left is to be asked about. */
  #outcome(work: Work<Q>, longer: boolean): void {
    const { status, error } = this.#task.state;
    this.#work = null;
    if (status === 'failed' && error !== null) {
      this.#halted({ state: { status: 'failed', error }, question: isFull(error) ? null : work.question });
    } else if (status === 'stopped') this.#halted({ state: { status: 'stopped' }, question: work.question });
    else {
      this.look(0);
      if (!longer || this.#state.status !== 'waiting') return;
      clearTimeout(this.#timer);
      this.#settled();
    }
  }

  #halted(halt: Halt<Q>): void {
    this.#halt = halt;
    this.look(0);
  }

  #progress({ status, done, total }: TaskState): void {
    if (status !== 'working' || this.#work === null) return;
    this.#tell(this.#running ? { status: 'running' } : { status, done, total });
  }

  #covers(under: Q, now: Q, missing: readonly P[]): boolean {
    if (missing.length === 0) return false;
    return this.#spec.covers?.(under, now) ?? this.#spec.same(under, now);
  }

  #size(pieces: readonly P[]): number {
    return pieces.reduce((sum, piece) => sum + (this.#spec.size?.(piece) ?? 1), 0);
  }

  /** What the pieces take by themselves, and reading the text before them. */
  #seconds(question: Q, pieces: readonly P[]): number {
    const { cost } = this.#stores.work;
    const reading = pieces.reduce((most, piece) => Math.max(most, cost.seconds(this.#spec.reads(piece, question))), 0);
    return this.#spec.seconds(pieces, question) + reading;
  }

  /** Ends what is under way; what has come stays. */
  #end(): void {
    this.#work = null;
    this.#task.reset();
  }

  #rest(): void {
    this.#holders = 0;
    clearTimeout(this.#timer);
    clearTimeout(this.#later);
    this.#later = undefined;
    for (const end of this.#ends.splice(0)) end();
  }

  #tell(state: ProbeState): void {
    if (sameState(this.#state, state)) return;
    this.#state = state;
    this.#spec.tell(state);
  }
}

function answers<A>(coming: AsyncIterable<A> | Promise<A>): AsyncIterable<A> | Iterable<Promise<A>> {
  return 'then' in coming ? [coming] : coming;
}

/** Another try by itself would end the same way. */
function isFull({ code }: WireError): boolean {
  return code === 'out_of_memory' || code === 'model_too_large';
}
