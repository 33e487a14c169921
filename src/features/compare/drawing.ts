// One continuation outside the document: drawn as a run draws it, with its tokens as the document would keep them.
import { defined } from '../../lib/assert.ts';
import type { EngineEvent, FinishReason } from '../../protocol/events.ts';
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
  { model, work }: Pick<Stores, 'model' | 'work'>,
  { base, settings, seed }: Asked,
  signal: AbortSignal,
  onChange: (continued: Continued) => void,
): Promise<void> {
  const load = defined(readyModel(model.getState()), 'a model');
  const { drawn, ended } = continuationOf(load.tokenizer, base, settings, modelIdentity(model.getState()));
  let [tokens, end, frameAsked]: [readonly DocumentToken[], FinishReason | null, boolean] = [[], null, false];
  const tell = (): void => {
    frameAsked = false;
    onChange({ tokens, end });
  };
  const take = (event: EngineEvent): void => {
    if (event.type === 'finished') {
      tokens = ended(tokens, event.piece);
      end = event.reason;
    } else if (event.type === 'token') {
      tokens = drawn(tokens, event, seed);
      if (frameAsked) return;
      frameAsked = true;
      work.requestFrame(() => {
        if (frameAsked) tell();
      });
    }
  };
  const negative = negativePromptIds(settings, load, base);
  const asked = { type: 'generate', ...textToContinue(base, settings, negative), settings, seed } as const;
  try {
    for await (const event of work.client.run(asked, signal)) take(event);
  } finally {
    tell();
  }
}
