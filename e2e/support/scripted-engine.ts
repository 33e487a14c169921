// Test support: a small engine behind the worker's messages. Its logits are a hash of the ids before, its draws are the real ones.

import tokenizerJson from '../../public/models/nucleus-3m/tokenizer.json' with { type: 'json' };
import tokenizerConfig from '../../public/models/nucleus-3m/tokenizer_config.json' with { type: 'json' };
import type { Script, ScriptedWorker } from '../../src/client/scripted-worker.ts';
import { ablatedLogits, ablatedLogprobs } from '../../src/features/ablation/ablation.fixture.ts';
import { attentionAnswers, mapAnswers } from '../../src/features/attention/attention.fixture.ts';
import { tracedOf } from '../../src/features/follow/follow.fixture.ts';
import { type ModelSource, sourceKey } from '../../src/lib/model-source.ts';
import { digestIn, type FormatNeeds } from '../../src/lib/weight-format.ts';
import { type Command, type CommandOf, settingsOfAnswer } from '../../src/protocol/commands.ts';
import type { AdapterDescription, EngineEvent, EventOf, LoadedModel } from '../../src/protocol/events.ts';
import type { SelfTestReport } from '../../src/protocol/self-test.ts';
import { rowStatistics, scoreColumns } from '../../src/sampling/row.ts';
import { sharedLength } from '../../src/stores/document/sequence.ts';
import { tokenBytesTable } from '../../src/tokenizer/bytes.ts';
import { plainAnatomy } from './plain-anatomy.ts';
import { Growing, type Rules } from './scripted-draws.ts';
import { RIGHT_KERNELS } from './scripted-kernels.ts';
import { failure, maskEvent, scriptedMasks } from './scripted-masks.ts';
import { grownEvents, lensEvents, searchedEvents, sweptEvents } from './scripted-views.ts';

/** Ids of the tokenizer that ships. */
export const V = 2048;
const BYTES = tokenBytesTable(tokenizerJson, V);
export const BOS = 2047;

export const ADAPTER: AdapterDescription = {
  vendor: 'test',
  architecture: 'scripted',
  device: '',
  description: 'an engine of the tests',
  software: true,
  kernels: 'barrier_free',
  features: [],
  maxBufferSize: 2 ** 30,
  maxStorageBufferBindingSize: 2 ** 30,
};

/** What stands for the weights of the model that ships. */
export const SHIPPED = 0;

/** What stands for the weights of a source: each has its own, whatever its commit. */
export function weightsOf(source: ModelSource): number {
  return source.kind === 'shipped' ? SHIPPED : Number.parseInt(digestOfWords(sourceKey(source)).slice(0, 8), 16);
}

/** Logits that depend on every id before, on the weights, and on nothing else. [V] */
export function logitsAfter(ids: Uint32Array, weights = SHIPPED): Float32Array<ArrayBuffer> {
  let hash = 17 ^ weights;
  for (const id of ids) hash = Math.imul(hash ^ id, 0x01000193) >>> 0;
  return Float32Array.from({ length: V }, (_, id) => {
    const mixed = Math.imul(hash ^ (id * 0x9e3779b1), 0x85ebca6b) >>> 0;
    return (((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32) * 14;
  });
}

/** 64 hexadecimal digits, as a model's digest has; the engine of the tests has no weights to hash. */
export function digestOfWords(words: string): string {
  let hash = 17;
  for (const char of words) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0').repeat(8);
}

/** Of a model of floats whose files have f16. */
export const FORMATS: readonly FormatNeeds[] = [
  { format: 'stored', dtype: 'f16', weightBytes: 200e6, reason: '', heavy: false },
  { format: 'f32', dtype: 'f32', weightBytes: 400e6, reason: '', heavy: false },
  { format: 'int8', dtype: 'int8', weightBytes: 110e6, reason: '', heavy: false },
  { format: 'int4', dtype: 'int4', weightBytes: 70e6, reason: '', heavy: false },
];

const CONTEXT = { slots: 512, bytes: 49_152, short: false } as const;

function loadedModel(command: CommandOf<'load'>, part: Partial<LoadedModel> = {}): LoadedModel {
  const dims = { n_layer: 1, n_embd: 8, n_head: 1, n_kv_head: 1, head_size: 8, n_ctx: 64, vocab_size: V };
  const { commit = '' } = part;
  const { n_ctx, n_layer } = part.dims ?? dims;
  const needs = { n_ctx, slotLimit: 1e6, slotBytes: 96, baseBytes: 1 };
  return {
    key: sourceKey(command.source),
    source: command.source,
    name: sourceKey(command.source),
    commit,
    digest: digestIn(digestOfWords(`${sourceKey(command.source)} ${commit}`), command.format ?? 'stored'),
    arch: 'gpt2',
    dims,
    dtype: FORMATS.find(({ format }) => format === (command.format ?? 'stored'))?.dtype ?? 'f16',
    format: command.format ?? 'stored',
    formats: FORMATS,
    weightBytes: 1,
    gpuBytes: 1,
    context: { ...CONTEXT, needs, kv: command.kv ?? 'f32', allowed: command.allowed ?? n_ctx },
    parameters: 1,
    work: { body: 12 * 8 ** 2, head: V * 8, attention: 2 * 8 },
    anatomy: plainAnatomy(n_layer),
    mixers: Array.from({ length: n_layer }, () => 'attention' as const),
    tied: false,
    tokenizerJson,
    tokenizerConfig,
    bosId: BOS,
    eosIds: [BOS],
    defaults: { temperature: 0.8, top_p: 0.95, max_new_tokens: 8 },
    warnings: [],
    adapter: ADAPTER,
    device: 1,
    fromCache: false,
    cached: true,
    atHand: true,
    ...part,
  };
}

/** Takes a command in place of the engine; true when it did. */
export type Interception = (command: Command, say: (event: EngineEvent) => void) => boolean;

export interface EngineOptions {
  readonly intercept?: Interception;
  readonly model?: Partial<LoadedModel>;
  /** What a check of the kernels finds; all right unless given. */
  readonly report?: SelfTestReport;
  /** Reported cost of a prefill. */
  readonly msPerToken?: number;
  /** Passes between two tokens or two tiles; a macrotask unless given. */
  readonly turn?: () => Promise<void>;
}

/** One macrotask, on a clock that fake timers leave alone. */
export const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** The clock itself, for tests that fake it. */
const now = performance.now.bind(performance);

/** The longest wait for a condition, in milliseconds. Longer than any busy machine takes: only a test that fails gets there. */
const LONGEST_WAIT_MS = 60_000;

/** Lets the engine take its turns until a condition holds. Turns are not counted: a timer or an `import()` may be what it waits for, and how many pass meanwhile is the machine's affair. */
export async function until(what: () => boolean): Promise<void> {
  for (const begun = now(); now() - begun < LONGEST_WAIT_MS; await turn()) if (what()) return;
  throw new Error(`never came: ${what}`);
}

const MOST_SEQUENCES = 4;

type Say = (event: EngineEvent) => void;

const NEEDS_MODEL: readonly Command['type'][] = [
  'prefill',
  'row',
  'score',
  'generate',
  'answers',
  'attention',
  'attention_map',
  'pinned',
];

/** The script of a worker: one command after the other, a token or a tile each turn, cancel between two. */
export function engineScript(options: EngineOptions = {}): Script {
  const engine = new Engine(options);
  return (command, say, worker) => engine.receive(command, say, worker);
}

class Engine {
  readonly #options: EngineOptions;
  readonly #turn: () => Promise<void>;
  readonly #cancelled = new Set<number>();
  /** Sequences whose states are cached, the one used last first. */
  #cached: readonly Uint32Array[] = [];
  #loaded = false;
  #context: LoadedModel['context'] | null = null;
  #weights = SHIPPED;
  /** A fresh device for every load. */
  #devices = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#turn = options.turn ?? turn;
  }

  receive(command: Command, say: Say, worker: ScriptedWorker): void {
    if (this.#options.intercept?.(command, say)) return;
    if (command.type === 'cancel') {
      this.#cancelled.add(command.run);
      return;
    }
    const performed = async (): Promise<void> => {
      if (worker.terminated) return;
      const { run } = command;
      if (!this.#loaded && NEEDS_MODEL.includes(command.type)) {
        return say({ type: 'failed', run, error: { code: 'no_model', message: 'load first', detail: {} } });
      }
      const cancelled = await this.#perform(command, say);
      say(cancelled ? failure(run, new DOMException('', 'AbortError')) : { type: 'done', run });
    };
    this.#queue = this.#queue.then(() => performed().catch(thrown => say(failure(command.run, thrown))));
  }

  /** True when it was cancelled on the way. */
  async #perform(command: Command, say: Say): Promise<boolean> {
    const { run } = command;
    await this.#turn();
    switch (command.type) {
      case 'load':
        return this.#load(command, say);
      case 'prefill':
        this.#prefill(run, command.tokens, say);
        say({ ...this.#rowAfter(command.tokens), run });
        return this.#cancelled.has(run);
      case 'row': {
        const ids = command.tokens.subarray(0, command.position + 1);
        this.#prefill(run, ids, say);
        say({ ...this.#rowAfter(ids), run });
        return this.#cancelled.has(run);
      }
      case 'score':
        return this.#score(command, say);
      case 'pinned': {
        const { tokens, pins, from, to } = command;
        // As the engine does it, without a word about what its prefill cost.
        this.#prefill(run, tokens, () => {});
        const rows = Array.from({ length: to - from }, (_, i) =>
          logitsAfter(tokens.subarray(0, from + i + 1), this.#weights),
        );
        const logits = Float32Array.from(rows.flatMap(row => Array.from(pins, id => row[id] ?? Number.NaN)));
        say({ type: 'pinned', run, from, logits });
        return this.#cancelled.has(run);
      }
      case 'allow_context':
        if (this.#context !== null) {
          const { needs } = this.#context;
          this.#context = { ...this.#context, allowed: Math.min(command.tokens, needs.n_ctx), short: false };
          say({ type: 'context', run: 0, context: this.#context });
        }
        return false;
      case 'generate':
        await this.#generate(command, say);
        return false;
      case 'mask':
        say(maskEvent(command));
        return false;
      case 'answers':
        await this.#answers(command, say);
        return false;
      case 'search':
        return this.#tell(
          run,
          searchedEvents(command, [BOS], ids => logitsAfter(ids, this.#weights)),
          say,
        );
      case 'grow':
        return this.#tell(
          run,
          grownEvents(command, [BOS], ids => logitsAfter(ids, this.#weights)),
          say,
        );
      case 'ablate': {
        const { tokens, from, off, baseline } = command;
        const logits = ablatedLogits(tokens, off, baseline, this.#weights);
        say({ type: 'ablated', run, logits, logprobs: ablatedLogprobs(tokens, from, off, baseline, this.#weights) });
        return this.#cancelled.has(run);
      }
      case 'sweep':
        return this.#tell(run, sweptEvents(command, this.#weights), say);
      case 'attention':
        say(attentionAnswers(command, this.#options.model?.dims));
        return this.#cancelled.has(run);
      case 'trace':
        say(tracedOf(command, this.#weights, this.#options.model?.dims));
        return this.#cancelled.has(run);
      case 'attention_map':
        return this.#tell(run, mapAnswers(command), say);
      case 'lens':
        return this.#tell(run, lensEvents(command, this.#weights, this.#options.model?.dims?.n_layer), say);
      case 'self_test':
        say({ type: 'self_tested', run, report: this.#options.report ?? RIGHT_KERNELS });
        return this.#cancelled.has(run);
      case 'cache_list':
        say({ type: 'cache', run, models: [], usage: 0 });
        return false;
      default:
        return false;
    }
  }

  async #load(command: CommandOf<'load'>, say: Say): Promise<boolean> {
    const { run } = command;
    const progress = { type: 'progress', run, totalBytes: 100, fromCache: false } as const;
    say({ ...progress, phase: 'list', bytes: 0, totalBytes: 0 });
    for (const bytes of [0, 40, 100]) {
      say({ ...progress, phase: 'download', bytes });
      await this.#turn();
      if (this.#cancelled.has(run)) return true;
    }
    this.#cached = [];
    this.#loaded = true;
    this.#weights = weightsOf(command.source);
    this.#devices += 1;
    const model = loadedModel(command, { device: this.#devices, ...this.#options.model });
    this.#context = model.context;
    say({ type: 'loaded', run, model });
    return false;
  }

  #prefill(run: number, ids: Uint32Array, say: Say): void {
    const shared = Math.max(0, ...this.#cached.map(each => sharedLength(ids, each)));
    if (shared < ids.length) this.#keep(ids);
    const computed = ids.length - shared;
    say({ type: 'prefilled', run, reused: shared, computed, ms: computed * (this.#options.msPerToken ?? 1) });
  }

  /** As the real pool: several sequences, and the one used longest ago goes. */
  #keep(ids: Uint32Array): void {
    const others = this.#cached.filter(each => sharedLength(ids, each) < each.length);
    this.#cached = [ids.slice(), ...others].slice(0, MOST_SEQUENCES);
  }

  async #score(command: CommandOf<'score'>, say: Say): Promise<boolean> {
    const { run, tokens } = command;
    for (let from = command.from; from < tokens.length; from += 4) {
      await this.#turn();
      if (this.#cancelled.has(run)) return true;
      const ids = tokens.subarray(from, from + 4);
      const rows = Array.from(ids, (id, i) =>
        rowStatistics(logitsAfter(tokens.subarray(0, from + i), this.#weights), id),
      );
      say({ type: 'scored', run, from, ...scoreColumns(rows) });
    }
    return false;
  }

  /** Each in a turn of its own. True when it was cancelled on the way. */
  async #tell(run: number, events: Iterable<EngineEvent> | AsyncIterable<EngineEvent>, say: Say): Promise<boolean> {
    for await (const event of events) {
      await this.#turn();
      if (this.#cancelled.has(run)) return true;
      say(event);
    }
    return false;
  }

  async #generate(command: CommandOf<'generate'>, say: Say): Promise<void> {
    const { run, tokens, seed, sample: number = 0 } = command;
    this.#prefill(run, tokens, say);
    const text = new Growing(command, { seed, sample: number });
    while (text.reason === null) {
      await this.#turn();
      const token = text.next(this.#rules(run), command.pastEnd === true);
      if (token) say({ type: 'token', run, ...token });
    }
    this.#keep(text.ids);
    const { reason, generated } = text;
    const [stop, piece] = ['', new Uint8Array(0)];
    say({ type: 'finished', run, reason, stop, piece, generated, prefillMs: 1, decodeMs: 10 * generated });
  }

  /** A token of each that has not ended, each turn. */
  async #answers(command: CommandOf<'answers'>, say: Say): Promise<void> {
    const { run, tokens, draws } = command;
    this.#prefill(run, tokens, say);
    const texts = draws.map(by => new Growing({ ...command, settings: settingsOfAnswer(command.settings, by) }, by));
    while (texts.some(({ reason }) => reason === null)) {
      await this.#turn();
      for (const [answer, text] of texts.entries()) {
        if (text.reason !== null) continue;
        const token = text.next(this.#rules(run), false);
        if (token) say({ type: 'answer_token', run, answer, ...token });
        if (text.reason === null) continue;
        const { reason, generated } = text;
        say({ type: 'answer_ended', run, answer, reason, generated, stop: '', piece: new Uint8Array(0) });
        this.#keep(text.ids);
      }
    }
  }

  #rowAfter(ids: Uint32Array): Omit<EventOf<'row'>, 'run'> {
    return { type: 'row', position: ids.length - 1, logits: logitsAfter(ids, this.#weights) };
  }

  #rules(run: number): Rules {
    return {
      cancelled: this.#cancelled.has(run),
      allowed: this.#context?.allowed ?? 64,
      eosIds: this.#options.model?.eosIds ?? [BOS],
      logitsAfter: ids => logitsAfter(ids, this.#weights),
      bytesOf: id => BYTES[id],
      masks: scriptedMasks,
    };
  }
}
