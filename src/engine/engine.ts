// The engine: one device, one model, one cache of models. Every command is a run; every run ends with `done` or `failed`.

import { type Gpu, openGpu } from '../gpu/device.ts';
import { assertSoundRows, type RowStatistics } from '../gpu/statistics.ts';
import { ModelCache } from '../hub/cache.ts';
import type { ModelFiles } from '../hub/files.ts';
import { inspectModel, openModel } from '../hub/load.ts';
import { tuningStore } from '../hub/tuning-store.ts';
import { asNucleusError, NucleusError, toWire } from '../lib/error.ts';
import type { Command, CommandOf } from '../protocol/commands.ts';
import type { DebugCommand } from '../protocol/debug.ts';
import type { EngineEvent, LoadPhase, ProgressEvent, ScoredEvent } from '../protocol/events.ts';
import type { ProbeCommand } from '../protocol/probe-commands.ts';
import type { SelfTestCommand } from '../protocol/self-test.ts';
import { scoreColumns } from '../sampling/row.ts';
import { describeAdapter } from './adapter.ts';
import { answers, type HeldAnswers } from './answers.ts';
import { maskAfter } from './decode/constrained.ts';
import { answerFromDisk, type DiskCommand } from './disk-answers.ts';
import { generate } from './generate.ts';
import type { Drawn } from './growing.ts';
import { JobQueue } from './job-queue.ts';
import { inspect, loadModel, type OpenModel } from './load.ts';
import { answerProbe } from './probes/probe-answers.ts';
import { Throttle } from './throttle.ts';
import { throwIfCancelled } from './throw-if-cancelled.ts';
import { Tuning } from './tuning.ts';
import { Verdicts } from './verdicts.ts';

type Post = (event: EngineEvent) => void;
/** A command that is a run of its own: all but `cancel`. */
type Run = Exclude<Command, { type: 'cancel' }>;

/** Progress events at most this often, in milliseconds: more would only keep the page busy. */
const PROGRESS_MS = 50;
/** Between two parts of what is read back in idle time. */
const IDLE_PAUSE_MS = 200;

export class Engine {
  readonly #post: Post;
  readonly #cache = new ModelCache();
  readonly #measured = tuningStore();
  readonly #tuning = new Tuning(this.#measured, () => performance.now());
  readonly #verdicts = new Verdicts(this.#measured);
  readonly #jobs = new JobQueue();
  readonly #running = new Map<number, AbortController>();
  #gpu: Promise<Gpu> | null = null;
  /** Rejects when the device in use is lost. */
  #lost: Promise<never> = new Promise(() => {});
  #model: OpenModel | null = null;
  /** Devices are numbered from 1, so that a loss can be told of the one it belongs to. */
  readonly #numbers = new WeakMap<Gpu, number>();
  #opened = 0;

  constructor(post: Post) {
    this.#post = post;
  }

  /** Takes a command; never throws, answers by events. */
  handle(command: Command): void {
    if (command.type === 'cancel') this.#running.get(command.run)?.abort();
    else void this.#run(command);
  }

  async #run(command: Run): Promise<void> {
    const { run } = command;
    const controller = new AbortController();
    this.#running.set(run, controller);
    try {
      await this.#answer(command, controller.signal);
      this.#post({ type: 'done', run });
    } catch (thrown) {
      // What has lost its device may still be waiting for a file: it ends there.
      controller.abort();
      this.#post({ type: 'failed', run, error: toWire(thrown) });
    } finally {
      this.#running.delete(run);
    }
  }

  #answer(command: Run, signal: AbortSignal): Promise<void> {
    switch (command.type) {
      case 'adapter':
        return this.#adapter(command.run);
      case 'inspect':
        return this.#inspect(command, signal);
      case 'load':
        return this.#onGpu(signal, () => this.#load(command, signal));
      case 'allow_context':
        return this.#onGpu(signal, async () => this.#needModel().room.allow(command.tokens));
      case 'prefill':
        return this.#onGpu(signal, () => this.#prefill(command, signal));
      case 'generate':
        return this.#jobs.run(() => this.#generate(command, signal));
      case 'answers':
        return this.#jobs.run(() => this.#answers(command, signal));
      case 'row':
        return this.#onGpu(signal, () => this.#row(command, signal));
      case 'mask':
        return this.#mask(command);
      case 'search':
        return this.#onGpu(signal, () => this.#search(command, signal));
      case 'score':
        return this.#onGpu(signal, () => this.#score(command, signal));
      case 'measure_accuracy':
        return this.#onGpu(signal, () => this.#accuracy(command, signal));
      case 'lens':
      case 'attention':
      case 'attention_map':
      case 'ablate':
      case 'sweep':
      case 'pinned':
      case 'grow':
      case 'trace':
      case 'measure_cache':
      case 'close_view':
        return this.#onGpu(signal, () => this.#probe(command, signal));
      case 'debug_plan':
      case 'debug_check':
      case 'debug_forget_tuning':
      case 'debug_profile':
        return this.#onGpu(signal, () => this.#debug(command, signal));
      case 'self_test':
        return this.#onGpu(signal, () => this.#selfTest(command, signal));
      case 'list_opened':
      case 'cache_list':
      case 'cache_verify':
      case 'cache_delete':
      case 'cache_check':
        return this.#onDisk(command, signal);
      default:
        return command satisfies never;
    }
  }

  /** Runs a job on the GPU in turn; one that was cancelled while it waited never starts. */
  #onGpu(signal: AbortSignal, job: () => Promise<void>): Promise<void> {
    return this.#jobs.run(async () => {
      if (signal.aborted) throw new NucleusError('cancelled', 'cancelled before it began');
      await this.#untilLost(job());
    });
  }

  #untilLost<T>(job: Promise<T>): Promise<T> {
    return Promise.race([job, this.#lost]);
  }

  /** The device, opened on first need and anew after a loss. */
  #open(): Promise<Gpu> {
    this.#gpu ??= this.#openDevice();
    return this.#gpu;
  }

  async #openDevice(): Promise<Gpu> {
    try {
      const gpu = await openGpu();
      this.#opened += 1;
      this.#numbers.set(gpu, this.#opened);
      this.#lost = this.#watch(gpu, this.#opened);
      this.#lost.catch(() => {});
      return gpu;
    } catch (error) {
      this.#gpu = null;
      throw error;
    }
  }

  async #watch({ device, scope }: Gpu, number: number): Promise<never> {
    const { reason, message } = await device.lost;
    this.#gpu = null;
    this.#lost = new Promise(() => {}); // what comes from now on runs on another device
    this.#model = null;
    scope[Symbol.dispose]();
    this.#post({ type: 'lost', run: 0, device: number, reason, message });
    throw new NucleusError('device_lost', message || `the device was lost: ${reason}`, { reason });
  }

  #close(): void {
    this.#model?.[Symbol.dispose]();
    this.#model = null;
  }

  #needModel(): OpenModel {
    if (!this.#model) throw new NucleusError('no_model', 'no model is loaded');
    return this.#model;
  }

  async #adapter(run: number): Promise<void> {
    this.#post({ type: 'adapter', run, adapter: describeAdapter(await this.#open()) });
  }

  async #inspect({ run, source, origins }: CommandOf<'inspect'>, signal: AbortSignal): Promise<void> {
    const files = await inspectModel({ source, origins, cache: this.#cache, refresh: false, signal });
    this.#post(await inspect(run, await this.#open(), files));
  }

  /** Says what comes on the way to an answer, and nothing after it: what has lost its device may still wait for a file. */
  #sayer(signal: AbortSignal): (event: EngineEvent) => void {
    return event => void (signal.aborted || this.#post(event));
  }

  async #load(command: CommandOf<'load'>, signal: AbortSignal): Promise<void> {
    const { run, source, origins, keep, refresh, allowed, kv, format, light } = command;
    let files: ModelFiles | null = null;
    let device = 0;
    const say = this.#sayer(signal);
    const progresses = new Throttle<ProgressEvent>(PROGRESS_MS, say);
    const onPhase = (phase: LoadPhase): void => {
      progresses.flush();
      const totalBytes = files?.totalBytes ?? 0;
      this.#post({ type: 'progress', run, phase, bytes: totalBytes, totalBytes, fromCache: files?.fromCache ?? false });
    };
    try {
      files = await openModel({
        source,
        origins,
        cache: this.#cache,
        files: command.files,
        keep,
        refresh,
        signal,
        onProgress: progress => progresses.push({ type: 'progress', run, ...progress }),
        onNotice: notice => say({ type: 'notice', run, notice }),
      });
      throwIfCancelled(signal, 'the load');
      const gpu = await this.#open();
      device = this.#numbers.get(gpu) ?? 0;
      const onReadable = (): void => {
        this.#close();
        this.#post({ type: 'closed', run });
      };
      // The device may have been opened just now: the race of the jobs began before it.
      const [tuning, verdicts] = [this.#tuning, this.#verdicts];
      this.#model = await this.#untilLost(
        loadModel({ gpu, files, signal, allowed, kv, format, light, tuning, verdicts, onReadable, onPhase }),
      );
      this.#model.room.onChange = context => this.#post({ type: 'context', run: 0, context });
    } finally {
      progresses.flush();
    }
    this.#post({ type: 'loaded', run, model: { ...this.#model.loaded, context: this.#model.room.state, device } });
    void this.#checkStored(files, this.#model);
  }

  /** In idle time: what was just stored is read back, while there is a network to mend it. */
  async #checkStored(files: ModelFiles, model: OpenModel): Promise<void> {
    const goOn = async (): Promise<boolean> => {
      await new Promise(resolve => setTimeout(resolve, IDLE_PAUSE_MS));
      await this.#jobs.run(() => Promise.resolve());
      return this.#model === model;
    };
    // What cannot be mended now is said by the load that needs it.
    await files.check(goOn).catch(() => {});
  }

  async #prefill({ run, tokens }: CommandOf<'prefill'>, signal: AbortSignal): Promise<void> {
    await this.#sendRow(run, tokens, tokens.length - 1, signal);
  }

  async #row({ run, tokens, position }: CommandOf<'row'>, signal: AbortSignal): Promise<void> {
    await this.#sendRow(run, tokens, position, signal);
  }

  /** Computes what the cache lacks up to `position`, and sends the row there. */
  async #sendRow(run: number, tokens: Uint32Array, position: number, signal: AbortSignal): Promise<void> {
    const { session } = this.#needModel();
    const begin = performance.now();
    const counts = await session.prefill(tokens.subarray(0, position + 1), signal);
    this.#post({ type: 'prefilled', run, ...counts, ms: performance.now() - begin });
    const logits = await session.next(tokens.subarray(0, position + 1), signal);
    this.#post({ type: 'row', run, position, logits });
  }

  async #mask({ run, tokens, constrained, constraint }: CommandOf<'mask'>): Promise<void> {
    const { vocabulary } = this.#needModel();
    const mask = await maskAfter(vocabulary, constraint, { ids: tokens, constrained });
    // The bits are kept here too.
    this.#post({ type: 'mask', run, ...mask, bits: mask.bits.slice() });
  }

  async #generate(command: CommandOf<'generate'>, signal: AbortSignal): Promise<void> {
    const { run } = command;
    // Tokens held back for a stop string: the loss of the device must not take them along.
    const held: Drawn[] = [];
    try {
      await this.#untilLost(this.#draw(command, signal, held));
    } catch (error) {
      const cancelled = asNucleusError(error).code === 'cancelled';
      for (const token of held.splice(0))
        this.#post({ type: 'token', run, ...token, ...(cancelled ? {} : { held: true }) });
      if (!cancelled) throw error;
      const none = { stop: '', piece: new Uint8Array(), generated: 0, prefillMs: 0, decodeMs: 0 };
      this.#post({ type: 'finished', run, reason: 'cancelled', ...none });
    }
  }

  async #draw(command: CommandOf<'generate'>, signal: AbortSignal, held: Drawn[]): Promise<void> {
    const { session, vocabulary } = this.#needModel();
    for await (const event of generate(session, vocabulary, command, signal, held)) this.#post(event);
  }

  async #answers(command: CommandOf<'answers'>, signal: AbortSignal): Promise<void> {
    const held: HeldAnswers = [];
    try {
      await this.#untilLost(this.#drawAnswers(command, signal, held));
    } catch (error) {
      for (const [answer, tokens] of held.entries())
        for (const token of tokens.splice(0))
          this.#post({ type: 'answer_token', run: command.run, answer, ...token, held: true });
      throw error;
    }
  }

  async #drawAnswers(command: CommandOf<'answers'>, signal: AbortSignal, held: HeldAnswers): Promise<void> {
    for await (const event of answers(this.#needModel(), command, signal, held)) this.#post(event);
  }

  async #search(command: CommandOf<'search'>, signal: AbortSignal): Promise<void> {
    const { probes, vocabulary } = this.#needModel();
    const { search } = await import('./search/search.ts');
    for await (const told of search(probes.context, command, vocabulary.eosIds, signal))
      this.#post({ type: 'searched', run: command.run, ...told });
  }

  async #score({ run, tokens, from }: CommandOf<'score'>, signal: AbortSignal): Promise<void> {
    const { session } = this.#needModel();
    for await (const tile of session.score(tokens, from, signal)) {
      this.#post(scoredEvent(run, tile.from, tile.rows));
      throwIfCancelled(signal, 'scoring');
    }
  }

  async #accuracy(command: CommandOf<'measure_accuracy'>, signal: AbortSignal): Promise<void> {
    const { run, source, origins, tokens } = command;
    const model = this.#needModel();
    const progresses = new Throttle<ProgressEvent>(PROGRESS_MS, this.#sayer(signal));
    const { measureAccuracy } = await import('./accuracy.ts');
    try {
      const files = await openModel({
        source,
        origins,
        cache: this.#cache,
        files: command.files,
        keep: false,
        refresh: false,
        signal,
        onProgress: progress => progresses.push({ type: 'progress', run, ...progress }),
      });
      throwIfCancelled(signal, 'the measurement');
      const gpu = await this.#open();
      for await (const accuracy of measureAccuracy({ gpu, model, files, tokens, signal })) {
        progresses.flush();
        this.#post({ type: 'accuracy', run, ...accuracy });
      }
    } finally {
      progresses.flush();
    }
  }

  async #probe(command: ProbeCommand, signal: AbortSignal): Promise<void> {
    for await (const event of answerProbe(this.#needModel(), command, signal)) this.#post(event);
  }

  async #debug(command: DebugCommand, signal: AbortSignal): Promise<void> {
    const { probes } = this.#needModel();
    const { answerDebug } = await import('./debug/debug-answers.ts');
    if (command.type === 'debug_forget_tuning') await this.#tuning.forget(await this.#open());
    for await (const event of answerDebug(probes, command, signal)) this.#post(event);
  }

  async #selfTest(command: SelfTestCommand, signal: AbortSignal): Promise<void> {
    const { run } = command;
    const { probes } = this.#needModel();
    const { selfTest } = await import('./debug/self-test.ts');
    for await (const step of selfTest(probes, this.#verdicts, command, signal)) {
      if (step.kind === 'tested') this.#post({ type: 'self_tested', run, report: step.report });
      else this.#post({ type: 'self_testing', run, done: step.done, of: step.of });
    }
  }

  async #onDisk(command: DiskCommand, signal: AbortSignal): Promise<void> {
    const event = await answerFromDisk(this.#cache, command, signal);
    if (event !== null) this.#post(event);
  }
}

/** Throws `nan_logits` when a row is no distribution. */
function scoredEvent(run: number, from: number, rows: readonly RowStatistics[]): ScoredEvent {
  assertSoundRows(rows, from);
  return { type: 'scored', run, from, ...scoreColumns(rows) };
}
