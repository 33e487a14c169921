// Continuations outside the document, one or several at once: drawn as a run draws them, with their tokens as the document would keep them.
import { defined } from '../../lib/assert.ts';
import type { FinishReason } from '../../protocol/events.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { typedTokens, wholeText } from '../../stores/document/change.ts';
import { plainToken, textToContinue } from '../../stores/document/sequence.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { modelIdentity } from '../../stores/model/model.ts';
import type { ModelState } from '../../stores/model/types.ts';
import { modelItself } from '../../stores/model/under-way.ts';
import { negativePromptIds } from '../../stores/run/negative.ts';
import type { Stores } from '../../stores/stores.ts';
import { concatBytes, tokenText } from '../../tokenizer/text.ts';
import { continuationOf } from '../shared/continuation.ts';

/** What a continuation goes on from and by. */
export interface Asked {
  readonly base: readonly DocumentToken[];
  readonly settings: GenerationSettings;
  readonly seed: number;
}

export interface Continued {
  readonly tokens: readonly DocumentToken[];
  /** Null while it grows. */
  readonly end: FinishReason | null;
}

/** The model that is ready, with its tokenizer. */
export function readyModel(state: Pick<ModelState, 'load' | 'coming'>) {
  const load = modelItself(state);
  return load.status === 'ready' ? load : null;
}

/** A text with what the model begins texts with; an empty one is that alone. */
export function promptTokens(
  { model, tokenizer }: NonNullable<ReturnType<typeof readyModel>>,
  text: string,
): DocumentToken[] {
  const tokens = wholeText(tokenizer, text);
  if (tokens.length > 0) return tokens;
  const first = model.bosId ?? model.eosIds[0];
  return first === undefined ? [] : [plainToken(tokenizer, first, 'typed')];
}

/** The tokens of another vocabulary in the ids of the model in use: those before `at`, and the rest. */
export function retold(
  load: NonNullable<ReturnType<typeof readyModel>>,
  whole: readonly DocumentToken[],
  at: number,
): { readonly base: readonly DocumentToken[]; readonly tokens: readonly DocumentToken[] } {
  const textOf = (tokens: readonly DocumentToken[]): string =>
    tokenText(concatBytes(tokens.filter(({ special }) => !special).map(({ bytes }) => bytes)));
  const base = promptTokens(load, textOf(whole.slice(0, at)));
  const place = load.tokenizer.placeBetween(base, base.length, base.length);
  return { base, tokens: typedTokens(load.tokenizer, textOf(whole.slice(at)), place) };
}

/** Runs to its end; `onChange` hears of what has come, once a frame. Throws as a run does; tokens that have come by then were told. */
export async function drawOn(
  stores: Pick<Stores, 'model' | 'work'>,
  { base, settings, seed }: Asked,
  signal: AbortSignal,
  onChange: (continued: Continued) => void,
): Promise<void> {
  const { growing, asked } = prepared(stores, base, [settings], seed);
  const [own] = growing;
  const teller = new Teller(stores.work, () => onChange(defined(own, 'a text').now));
  try {
    for await (const event of stores.work.client.run({ type: 'generate', ...asked, settings, seed }, signal)) {
      if (event.type === 'finished') own?.end(event);
      else if (event.type === 'token') own?.take(event);
      if (event.type === 'token') teller.soon();
    }
  } finally {
    teller.now();
  }
}

/** What several continuations of a text have in common, and where they differ. */
export interface AskedTogether extends Asked {
  /** One a continuation. */
  readonly draws: readonly { readonly temperature: number; readonly top_p: number }[];
}

/** Several at once, step by step together, as `drawOn` has each alone; `onChange` hears of all of them. */
export async function drawTogether(
  stores: Pick<Stores, 'model' | 'work'>,
  { base, settings, seed, draws }: AskedTogether,
  signal: AbortSignal,
  onChange: (continued: readonly Continued[]) => void,
): Promise<void> {
  const own = draws.map(each => ({ ...settings, ...each }));
  const { growing, asked } = prepared(stores, base, own, seed);
  const teller = new Teller(stores.work, () => onChange(growing.map(({ now }) => now)));
  const by = draws.map(each => ({ ...each, seed, sample: 0 }));
  try {
    for await (const event of stores.work.client.run({ type: 'answers', ...asked, settings, draws: by }, signal)) {
      if (event.type === 'answer_ended') growing[event.answer]?.end(event);
      else if (event.type === 'answer_token') growing[event.answer]?.take(event);
      if (event.type === 'answer_ended' || event.type === 'answer_token') teller.soon();
    }
  } finally {
    teller.now();
  }
}

/** The texts that grow, one for each of the settings, and what a command says of their common beginning. */
function prepared(
  { model }: Pick<Stores, 'model'>,
  base: readonly DocumentToken[],
  settings: readonly GenerationSettings[],
  seed: number,
) {
  const load = defined(readyModel(model.getState()), 'a model');
  const identity = modelIdentity(model.getState());
  const first = defined(settings[0], 'settings');
  const growing = settings.map(each => new Grown(continuationOf(load.tokenizer, base, each, identity), seed));
  return { growing, asked: textToContinue(base, first, negativePromptIds(first, load, base)) };
}

/** One continuation as it has come so far. */
class Grown {
  now: Continued = { tokens: [], end: null };
  readonly #continuation: ReturnType<typeof continuationOf>;
  readonly #seed: number;

  constructor(continuation: ReturnType<typeof continuationOf>, seed: number) {
    this.#continuation = continuation;
    this.#seed = seed;
  }

  take(event: Parameters<ReturnType<typeof continuationOf>['drawn']>[1]): void {
    this.now = { ...this.now, tokens: this.#continuation.drawn(this.now.tokens, event, this.#seed) };
  }

  end({ piece, reason }: { readonly piece: Uint8Array; readonly reason: FinishReason }): void {
    this.now = { tokens: this.#continuation.ended(this.now.tokens, piece), end: reason };
  }
}

/** Tells once a frame. */
class Teller {
  readonly #work: Pick<Stores['work'], 'requestFrame'>;
  readonly #tell: () => void;
  #asked = false;

  constructor(work: Pick<Stores['work'], 'requestFrame'>, tell: () => void) {
    this.#work = work;
    this.#tell = tell;
  }

  soon(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#work.requestFrame(() => {
      if (this.#asked) this.now();
    });
  }

  now(): void {
    this.#asked = false;
    this.#tell();
  }
}
