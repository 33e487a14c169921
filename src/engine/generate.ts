// One run: prefill what is missing, then draw token after token until something ends it.
import { defined } from '../lib/assert.ts';
import { asNucleusError } from '../lib/error.ts';
import type { EngineEvent } from '../protocol/events.ts';
import type { History, Mask } from '../sampling/past.ts';
import { validateSettings } from '../sampling/settings.ts';
import { maskAfter } from './decode/constrained.ts';
import { Decoder } from './decode/decoder.ts';
import { Drawing } from './decode/drawing.ts';
import type { Prediction } from './decode/prediction.ts';
import { type Drawn, Growing, type GrowingInput, type Vocabulary } from './growing.ts';
import type { Session } from './session.ts';

export interface GenerateInput extends GrowingInput {
  readonly run: number;
  readonly seed: number;
  /** Number of the text among those with this seed; 0 unless given. */
  readonly sample?: number;
}

/**
 * Events of a run: `prefilled`, a `token` each, `finished`. Tokens that may begin a stop string are held back, in `held`, until it is known.
 * A cancel ends it with the reason `cancelled`, before the first row by throwing it. However a run ends, tokens drawn by then are sent
 * before. Throws `empty_prompt`, `prompt_too_long`, `bad_token`, `bad_settings`, `nan_logits`, `device_lost`.
 */
export async function* generate(
  session: Session,
  vocabulary: Vocabulary,
  input: GenerateInput,
  signal: AbortSignal,
  held: Drawn[] = [],
): AsyncGenerator<EngineEvent> {
  const { run, settings, seed, negative, sample = 0 } = input;
  validateSettings(settings);
  const begin = performance.now();
  const counts = await session.prefill(input.tokens, signal);
  const prefillMs = performance.now() - begin;
  yield { type: 'prefilled', run, ...counts, ms: prefillMs };

  const growing = new Growing(vocabulary, input, seed, held);
  const { text } = growing;
  const token = (drawn: Drawn): EngineEvent => ({ type: 'token', run, ...drawn });
  const { eosIds } = vocabulary;
  const mask = (history: History): Promise<Mask> => maskAfter(vocabulary, settings.constraint, history);
  const drawing = new Drawing({ settings, seed, sample, negative, eosIds, maskAfter: mask }, session.dims.vocab_size);
  using decoder = new Decoder(session, drawing);
  while (growing.end === null) {
    let prediction: Prediction;
    try {
      if (!signal.aborted) await drawing.constrain(growing);
      growing.look(session.allowed, signal.aborted);
      if (growing.end) break;
      prediction = await decoder.next(text, growing.place(session.allowed), signal);
    } catch (error) {
      const { code } = asNucleusError(error);
      // Too long all of a sudden: memory gave out, and what is there is the context now.
      if (code === 'cancelled' || code === 'prompt_too_long') {
        growing.finish(code === 'cancelled' ? 'cancelled' : 'context_full');
        break;
      }
      yield* held.splice(0).map(drawn => token({ ...drawn, held: true }));
      throw error;
    }
    yield* growing.take(prediction, drawing.u(text.length), performance.now() - begin).map(token);
  }
  yield* held.splice(0).map(token);
  const decodeMs = performance.now() - begin - prefillMs;
  yield { type: 'finished', run, ...defined(growing.end, 'an end'), generated: growing.generated, prefillMs, decodeMs };
}
