// A server as the engine: the commands of the page that a server can answer, as requests, with the same events as the worker's. What needs the inside of a model is refused by name.
import { NucleusError, toWire } from '../lib/error.ts';
import { freshId } from '../lib/fresh-id.ts';
import { type CommandOf, settingsOfAnswer } from '../protocol/commands.ts';
import type { ContextState, LoadedModel } from '../protocol/events.ts';
import { type EngineBeside, engineBeside, type RunCommand, type Say } from '../protocol/runs.ts';
import { concatBytes } from '../tokenizer/text.ts';
import { lengthsIn } from './align.ts';
import { Connection, notGiven } from './connection.ts';
import { type Continuation, continued } from './continuing.ts';
import { type Found, probe } from './probe.ts';
import { rowOf, scoresOf } from './rows.ts';
import type { Transport } from './wire.ts';

/** Tokens of a text where a server does not say how many it takes. */
const MOST_CONTEXT = 2 ** 20;
/** One after the device of every model in the worker: no loss of one is this one's. */
const NO_DEVICE = Number.MAX_SAFE_INTEGER;

export function createServerEngine(
  say: Say,
  transport: Transport,
  now: () => number = () => performance.now(),
): EngineBeside {
  const engine = new Engine(say, transport, now);
  return engineBeside(say, (command, signal) => engine.perform(command, signal), toWire);
}

class Engine {
  readonly #say: Say;
  readonly #transport: Transport;
  readonly #now: () => number;
  #connection: Connection | null = null;
  #allowed = 0;

  constructor(say: Say, transport: Transport, now: () => number) {
    this.#say = say;
    this.#transport = transport;
    this.#now = now;
  }

  async perform(command: RunCommand, signal: AbortSignal): Promise<void> {
    switch (command.type) {
      case 'load':
        return this.#load(command, signal);
      case 'allow_context':
        return this.#allow(command.tokens);
      case 'prefill':
        return this.#row(command.run, command.tokens, signal);
      case 'row':
        return this.#row(command.run, command.tokens.subarray(0, command.position + 1), signal);
      case 'score':
        return this.#score(command, signal);
      case 'generate':
        return this.#generate(command, signal);
      case 'answers':
        return this.#answers(command, signal);
      case 'close_view':
        return;
      default:
        throw notGiven(command.type);
    }
  }

  get #open(): Connection {
    if (this.#connection === null) throw new NucleusError('no_model', 'no server is connected');
    return this.#connection;
  }

  async #load({ run, source, key = '' }: CommandOf<'load'>, signal: AbortSignal): Promise<void> {
    if (source.kind !== 'server') throw new NucleusError('internal', 'a server is no model of files');
    const progress = { type: 'progress', run, phase: 'list', bytes: 0, totalBytes: 0, fromCache: false } as const;
    this.#say(progress);
    const access = { transport: this.#transport, address: source.address, key };
    // A server says nothing of its weights, so its numbers and ids hold for this connection.
    const digest = freshId() + freshId();
    const found = await probe(access, source.model, `server-${digest}`, signal);
    this.#connection = new Connection(access, found.facts, found.vocabulary);
    const { vocabulary, facts } = found;
    if (facts.takesIds) {
      const connection = this.#connection;
      vocabulary.ask = text => connection.tokenize(text, false, new AbortController().signal);
    }
    const model = modelOf(found, digest);
    this.#allowed = model.context.allowed;
    this.#say({ type: 'loaded', run, model });
  }

  #allow(tokens: number): void {
    const { facts } = this.#open;
    this.#allowed = Math.min(tokens, facts.context ?? MOST_CONTEXT);
    this.#say({ type: 'context', run: 0, context: contextOf(facts.context ?? MOST_CONTEXT, this.#allowed) });
  }

  async #row(run: number, tokens: Uint32Array, signal: AbortSignal): Promise<void> {
    const connection = this.#open;
    this.#fit(tokens.length);
    for await (const { said, ends } of connection.complete(await connection.prompt(tokens, signal), 1, signal)) {
      if (ends) connection.vocabulary.end(connection.vocabulary.idOf(said.token.piece));
      this.#say({ type: 'row', run, position: tokens.length - 1, ...rowOf(said, connection.vocabulary) });
      return;
    }
    throw new NucleusError('not_given', 'the server ends the text here and shows no distribution', { what: 'end' });
  }

  #fit(tokens: number): void {
    const limit = this.#allowed;
    if (tokens <= limit) return;
    throw new NucleusError('prompt_too_long', `${tokens} tokens`, { tokens, limit, excess: tokens - limit });
  }

  async #score({ run, tokens, from }: CommandOf<'score'>, signal: AbortSignal): Promise<void> {
    const connection = this.#open;
    if (connection.facts.scores === null) throw notGiven('score');
    const { vocabulary } = connection;
    const shown = Array.from(tokens, id => vocabulary.bytes(id) ?? new Uint8Array());
    const said = await connection.score(await connection.prompt(tokens, signal), signal);
    const pieces = said.map((each, i) => {
      if (each === null) return i === 0 ? (shown[0] ?? null) : null;
      const { id, bytes } = each.token.piece;
      return (id === null ? null : vocabulary.bytes(id)) ?? bytes;
    });
    const scores = scoresOf(said, lengthsIn(concatBytes(shown), pieces), shown, from);
    if (scores.logprobs.length === 0) throw notGiven('score');
    this.#say({ type: 'scored', run, from, ...scores });
  }

  async #generate(command: CommandOf<'generate'>, signal: AbortSignal): Promise<void> {
    const { run } = command;
    const input = { ...command, sample: command.sample ?? 0, pastEnd: command.pastEnd ?? false, ...this.#beside };
    const text = continued(this.#open, input, signal);
    for (;;) {
      const { done, value } = await text.next();
      if (done) return this.#say({ type: 'finished', run, ...value });
      this.#say({ type: 'token', run, ...value });
    }
  }

  /** One after the other: a server has its own way to run several at once. */
  async #answers({ run, draws, ...rest }: CommandOf<'answers'>, signal: AbortSignal): Promise<void> {
    for (const [answer, by] of draws.entries()) {
      const { seed, sample } = by;
      const own = { ...rest, settings: settingsOfAnswer(rest.settings, by), seed, sample, pastEnd: false };
      const text = continued(this.#open, { ...own, ...this.#beside }, signal);
      for (;;) {
        const { done, value } = await text.next();
        if (done) {
          const { reason, stop, piece, generated } = value;
          this.#say({ type: 'answer_ended', run, answer, reason, stop, piece, generated });
          break;
        }
        this.#say({ type: 'answer_token', run, answer, ...value });
      }
    }
  }

  get #beside(): Pick<Continuation, 'allowed' | 'now'> {
    return { allowed: this.#allowed, now: this.#now };
  }
}

function contextOf(n_ctx: number, allowed: number): ContextState {
  const needs = { n_ctx, slotLimit: n_ctx, slotBytes: 0, baseBytes: 0 };
  return { needs, kv: 'f32', allowed, slots: 0, bytes: 0, short: false };
}

/** What a model is to the page, with nothing of its inside. */
function modelOf({ facts, vocabulary }: Found, digest: string): LoadedModel {
  const { address, model } = facts;
  const source = { kind: 'server', address, model } as const;
  const n_ctx = facts.context ?? MOST_CONTEXT;
  const none = { n_layer: 0, n_embd: 0, n_head: 0, n_kv_head: 0, head_size: 0 };
  return {
    // Stands in what leaves the page, as that of files that nobody else has; the address does not.
    key: 'local/server',
    source,
    name: model,
    commit: '',
    digest,
    arch: 'server',
    server: facts,
    dims: { ...none, n_ctx, vocab_size: facts.vocabulary ?? 0 },
    dtype: 'server',
    format: 'stored',
    formats: [],
    weightBytes: 0,
    gpuBytes: 0,
    context: contextOf(n_ctx, n_ctx),
    parameters: 0,
    work: { body: 0, head: 0, attention: 0 },
    mixers: [],
    anatomy: NO_ANATOMY,
    tied: false,
    tokenizerJson: vocabulary,
    tokenizerConfig: null,
    bosId: vocabulary.opening[0] ?? null,
    eosIds: vocabulary.ends,
    defaults: {},
    warnings: [],
    adapter: NO_ADAPTER,
    device: NO_DEVICE,
    fromCache: false,
    cached: false,
    atHand: true,
  };
}

const NO_ANATOMY: LoadedModel['anatomy'] = {
  idTable: '',
  positionTable: null,
  firstPosition: 0,
  embeddingFactor: 1,
  embeddingNorm: false,
  norm: 'layernorm',
  layers: [],
  additive: false,
  logits: { bias: false, scale: 1, softcap: null },
};

const NO_ADAPTER: LoadedModel['adapter'] = {
  vendor: 'server',
  architecture: '',
  device: '',
  description: '',
  software: false,
  kernels: 'workgroup',
  features: [],
  maxBufferSize: 0,
  maxStorageBufferBindingSize: 0,
};
