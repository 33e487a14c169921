// Runs: from the press of Run to the reason it ended. Draws are appended to the document once per animation frame.

import { createStore } from 'zustand/vanilla';
import { asNucleusError, NucleusError } from '../../lib/error.ts';
import { limit } from '../../lib/limit.ts';
import type { FinishedEvent } from '../../protocol/events.ts';
import type { DocumentToken, Draw } from '../document/types.ts';
import { tokensAllowed } from '../model/allowed.ts';
import { toWire } from '../model/model.ts';
import { beginEmptyText } from './empty-text.ts';
import type { GenerationOptions, GenerationStore, Rounds } from './generation-types.ts';
import {
  type GenerationState,
  type GenerationStoreState,
  isRunning,
  type RunStats,
  type RunStatus,
} from './generation-types.ts';
import { modelReady, spelled, textReady } from './ready.ts';
import { Run } from './run.ts';
import { lockedSeed } from './settings.ts';

/** A token may take this long before the page says that it does. */
export const SLOW_MS = 10_000;

const UTF8 = new TextEncoder();

const NO_STATS: RunStats = {
  reused: null,
  computed: null,
  prefillMs: null,
  generated: 0,
  tokensPerSecond: null,
  firstTokenMs: null,
};

/** What Regenerate draws anew, found again by the record of its first draw. */
interface LastRun {
  readonly start: number;
  readonly length: number;
  readonly firstDraw: Draw;
  readonly steps: 'run' | 'step';
  readonly pastEnd: boolean;
  /** Stopped before its time, or a single step: the next run goes on with the same seed. */
  readonly open: boolean;
}

interface RunPlan {
  readonly steps: 'run' | 'step';
  readonly seed: 'continue' | 'fresh';
  /** Belongs to the step of the history just made. */
  readonly join: boolean;
  /** The first draw is not an end-of-text token. */
  readonly pastEnd?: boolean;
  /** Beside the stop strings of the settings. */
  readonly stop?: readonly string[];
}

export function createGenerationStore(options: GenerationOptions): GenerationStore {
  const runner = new Runs(options);
  const store: GenerationStore = createStore<GenerationStoreState>()(() => ({
    status: { kind: 'idle' },
    seed: null,
    stats: NO_STATS,
    slow: false,
    canRegenerate: false,
    run: () => runner.begin({ steps: 'run', seed: 'continue', join: false }),
    runFromCaret: () => runner.runFromCaret(),
    step: () => runner.begin({ steps: 'step', seed: 'continue', join: false }),
    stop: () => runner.stop(),
    goPast: () => runner.goPast(),
    reply: (stop, goesOn) => runner.reply(stop, goesOn),
    answerBy: rounds => runner.answerBy(rounds),
    interrupt: () => runner.interrupt(),
    regenerate: () => runner.regenerate(),
    continueFrom: (index, id) => runner.continueFrom(index, id),
    keepTail: () => runner.keepTail(),
    dismiss: () => {
      if (!isRunning(store.getState().status)) store.setState({ status: { kind: 'idle' } });
    },
    restore: seed => store.setState({ seed }),
  }));
  runner.store = store;
  options.document.subscribe((now, before) => {
    if (now.revision !== before.revision) runner.documentChanged();
  });
  return store;
}

class Runs {
  store!: GenerationStore;
  readonly #options: GenerationOptions;
  #last: LastRun | null = null;
  #abort: AbortController | null = null;
  #run: Run | null = null;
  #rounds: Rounds | null = null;
  #ending: Promise<void> = Promise.resolve();
  /** The document is changing by this run's own hand. */
  #own = false;
  /** The tokens as that hand left them; none before a run has written any. */
  #written: readonly DocumentToken[] = [];
  /** Changes by any other hand, counted. */
  #changes = 0;
  #endWait: () => void = () => {};

  readonly #append = (change: () => void): void => {
    this.#own = true;
    try {
      change();
    } finally {
      this.#own = false;
    }
    this.#written = this.#tokens;
  };

  constructor(options: GenerationOptions) {
    this.#options = options;
  }

  get #running(): boolean {
    return isRunning(this.store.getState().status);
  }

  stop(): void {
    if (!this.#running || this.#abort === null) return;
    this.#set({ status: { kind: 'stopping' } });
    this.#abort.abort();
  }

  answerBy(rounds: Rounds | null): void {
    this.#rounds = rounds;
  }

  interrupt(): void {
    if (this.#run === null && this.store.getState().status.kind !== 'asking') return;
    this.#run?.abandon();
    this.stop();
  }

  documentChanged(): void {
    if (this.#own) return;
    this.#changes += 1;
    this.interrupt();
    if (isAboutText(this.store.getState().status)) this.#set({ status: { kind: 'idle' } });
    this.#showRegenerate();
  }

  /** Begins the wait for the next sign of life anew. */
  #wait(): void {
    this.#endWait();
    if (this.store.getState().slow) this.#set({ slow: false });
    this.#endWait = limit(SLOW_MS, () => this.#set({ slow: true }), this.#options);
  }

  async regenerate(): Promise<void> {
    await this.#halt();
    if (this.#last === null || !this.#lastStands()) return;
    const { start, steps, pastEnd } = this.#last;
    this.#options.document.getState().cut(start, 'run');
    await this.begin({ steps, seed: 'fresh', join: true, pastEnd });
  }

  async goPast(): Promise<void> {
    const { status } = this.store.getState();
    if (status.kind !== 'finished') return;
    const pastEnd = status.reason === 'end_of_text';
    if (!pastEnd && status.reason !== 'stop_string') return;
    if (!pastEnd) {
      const { text, edit } = this.#options.document.getState();
      edit(text.length, text.length, status.stop);
    }
    await this.begin({ steps: status.steps, seed: 'continue', join: false, pastEnd });
  }

  async reply(stop: readonly string[], goesOn: boolean): Promise<void> {
    await this.#halt();
    const { status } = this.store.getState();
    const pastEnd = goesOn && status.kind === 'finished' && status.reason === 'end_of_text';
    await this.begin({ steps: 'run', seed: goesOn ? 'continue' : 'fresh', join: !goesOn, pastEnd, stop });
  }

  async continueFrom(index: number | 'end', id: number): Promise<void> {
    const { finish, choose, tokenizer } = this.#options.document.getState();
    if (tokenizer === null) return;
    // The end of all of the text, whether it has its tokens yet or not.
    finish();
    // At once, which ends a run: what is typed until it has ended stands behind the choice.
    choose(index === 'end' ? this.#tokens.length : index, id);
    if (await this.#halt()) await this.begin({ steps: 'run', seed: 'fresh', join: true });
  }

  async runFromCaret(): Promise<void> {
    this.#options.document.getState().finish();
    const [caret, changes] = [this.#caret, this.#changes];
    // What cuts comes with the first such run.
    const [{ endedAtCaret }] = await Promise.all([import('../document/caret.ts'), this.#halt()]);
    if (this.#changes !== changes || this.#caret !== caret || this.#running) return;
    const { revision, branchOff } = this.#options.document.getState();
    branchOff('run', endedAtCaret);
    const cut = this.#options.document.getState().revision !== revision;
    await this.begin({ steps: 'run', seed: cut ? 'fresh' : 'continue', join: cut });
  }

  /** Leaves room for a continuation: a quarter of the context, or less when fewer tokens are wanted. */
  keepTail(): void {
    const allowed = tokensAllowed(this.#options.model.getState());
    if (allowed === 0 || this.#running) return;
    const wanted = this.#options.settings.getState().settings.max_new_tokens;
    this.#options.document.getState().keepTail(allowed - Math.max(1, Math.min(wanted, Math.floor(allowed / 4))));
    this.#set({ status: { kind: 'idle' } });
  }

  /** Where a run from the caret would begin; one at the end goes along with the text. */
  get #caret(): number | 'end' {
    const { text, selection } = this.#options.document.getState();
    const caret = selection[selection.focus];
    return caret === text.length ? 'end' : caret;
  }

  /** Stops a run under way and waits for its end. False where another hand has changed the text until then. */
  async #halt(): Promise<boolean> {
    const changes = this.#changes;
    this.stop();
    await this.#ending;
    return this.#changes === changes;
  }

  async begin(plan: RunPlan): Promise<void> {
    if (this.#running) return;
    this.#ending = this.#begin(plan);
    await this.#ending;
  }

  async #begin(plan: RunPlan): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    this.#set({ status: { kind: 'waiting' }, stats: NO_STATS });
    try {
      await modelReady(this.#options.model, abort.signal);
      const { failure, dismissFailure } = this.#options.model.getState();
      // A model that was not opened is forgotten once a person goes on with the one that is.
      if (failure !== null) dismissFailure();
      await textReady(this.#options.document, abort.signal);
      await spelled(this.#options.document, abort.signal);
      const join = beginEmptyText(this.#options, this.#append) || plan.join;
      this.#options.document.getState().beginRun(join);
      await this.#inParts(plan, abort);
    } catch (thrown) {
      this.#fail(asNucleusError(thrown), plan.steps);
    }
    this.#showRegenerate();
  }

  /** One part where nobody answers; else a part more after each answer, of the same seed and for the rest of the tokens. */
  async #inParts(plan: RunPlan, abort: AbortController): Promise<void> {
    const rounds = plan.steps === 'run' ? this.#rounds : null;
    const most = this.#options.settings.getState().settings.max_new_tokens;
    const seed = this.#chooseSeed(plan);
    const stops = rounds === null ? [] : [rounds.stop];
    let [start, total] = [-1, 0];
    this.#written = [];
    // What ends amid a question goes on with the same seed.
    let open = true;
    try {
      // A run that was stopped while it asked asks again.
      for (let round = 1; ; ) {
        const answers = await this.#answered(rounds, round, abort.signal);
        if (answers === null) return;
        round += answers;
        const first = start < 0;
        this.#checkLength();
        if (first) start = this.#tokens.length;
        this.#set({ stats: NO_STATS });
        const run = new Run(this.#options, this.store, {
          seed,
          steps: plan.steps,
          pastEnd: first && plan.pastEnd === true,
          stop: [...(plan.stop ?? []), ...stops],
          most: most - total,
          append: this.#append,
          alive: () => this.#wait(),
        });
        const finished = await this.#drive(run, abort);
        total += finished.generated;
        const asks = !run.abandoned && finished.reason === 'stop_string' && stops.includes(finished.stop);
        if (asks) this.#append(() => this.#options.document.getState().appendTyped(UTF8.encode(stops[0])));
        if (asks && total < most) continue;
        const reason = asks ? 'length' : finished.reason;
        open = reason === 'cancelled' || plan.steps === 'step';
        this.#set({
          status: { kind: 'finished', steps: plan.steps, reason, stop: asks ? '' : finished.stop, generated: total },
        });
        return;
      }
    } finally {
      this.#remember(start, plan, open);
    }
  }

  /** Answers put into the text: none where it asks for nothing; null where nobody answers. */
  async #answered(rounds: Rounds | null, round: number, signal: AbortSignal): Promise<number | null> {
    const command = rounds?.asked(this.#tokens) ?? null;
    if (rounds === null || command === null) return 0;
    this.#set({ status: { kind: 'asking', command } });
    const tokens = await rounds.answer(round, signal);
    if (signal.aborted) throw new NucleusError('cancelled', 'stopped before the answer was there');
    if (tokens === null) {
      this.#set({ status: { kind: 'idle' } });
      return null;
    }
    this.#append(() => this.#options.document.getState().appendDrawn(tokens));
    return 1;
  }

  async #drive(run: Run, abort: AbortController): Promise<FinishedEvent> {
    const { scheduler } = this.#options;
    const giveUp = (): void => scheduler.cancel('run');
    this.#set({ seed: run.seed, status: { kind: 'prefilling' } });
    this.#wait();
    abort.signal.addEventListener('abort', giveUp);
    this.#run = run;
    try {
      const work = scheduler.start('run', signal => run.consume(signal));
      if (abort.signal.aborted) giveUp();
      return await work;
    } finally {
      abort.signal.removeEventListener('abort', giveUp);
      this.#endWait();
      if (this.store.getState().slow) this.#set({ slow: false });
      this.#run = null;
    }
  }

  #remember(start: number, { steps, pastEnd = false }: RunPlan, open: boolean): void {
    const firstDraw = this.#written[start]?.draw;
    if (firstDraw !== undefined) this.#last = { start, length: this.#written.length, firstDraw, steps, pastEnd, open };
  }

  #showRegenerate(): void {
    const canRegenerate = !this.#running && this.#lastStands();
    if (canRegenerate !== this.store.getState().canRegenerate) this.#set({ canRegenerate });
  }

  #lastStands(): boolean {
    if (this.#last === null) return false;
    const { start, length, firstDraw } = this.#last;
    return this.#tokens.length === length && this.#tokens[start]?.draw === firstDraw;
  }

  /** A run that goes on where the last one was stopped keeps its seed, so that the text is the one of a single run. */
  #chooseSeed(plan: RunPlan): number {
    const locked = lockedSeed(this.#options.settings.getState());
    if (locked !== null) return locked;
    const { seed } = this.store.getState();
    const tokens = this.#tokens;
    // An answer, or the question before it, goes on with what was drawn before.
    const amid = tokens.at(-1)?.origin === 'external' || (this.#rounds?.asked(tokens) ?? null) !== null;
    const tail = (amid ? tokens.findLast(({ draw }) => draw !== undefined) : tokens.at(-1))?.draw;
    const goesOn = plan.seed === 'continue' && seed !== null && tail?.seed === seed && !tail.outdated;
    const closed = plan.steps === 'run' && this.#last?.open === false && this.#lastStands();
    return goesOn && !closed ? seed : this.#options.freshSeed();
  }

  get #tokens(): readonly DocumentToken[] {
    return this.#options.document.getState().tokens;
  }

  #checkLength(): void {
    const limit = tokensAllowed(this.#options.model.getState());
    const tokens = this.#tokens.length;
    if (limit === 0 || tokens <= limit) return;
    const detail = { tokens, limit, excess: tokens - limit };
    throw new NucleusError('prompt_too_long', `${tokens} tokens do not fit a context of ${limit}`, detail);
  }

  #fail(error: NucleusError, steps: 'run' | 'step'): void {
    const generated = this.store.getState().stats.generated;
    this.#set({
      status:
        error.code === 'cancelled'
          ? { kind: 'finished', steps, reason: 'cancelled', stop: '', generated }
          : { kind: 'failed', error: toWire(error) },
    });
  }

  #set(part: Partial<GenerationState>): void {
    this.store.setState(part);
  }
}

/** True for words that an edit makes untrue: how a run of the text before it ended, and that it was too long or empty. */
function isAboutText(status: RunStatus): boolean {
  if (status.kind === 'failed') return status.error.code === 'prompt_too_long' || status.error.code === 'empty_prompt';
  return status.kind === 'finished';
}
