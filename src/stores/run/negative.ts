// The negative prompt as ids, and the negative text that stands beside a text: what guidance moves away from.
import type { LoadedModel } from '../../protocol/events.ts';
import { negativeText } from '../../sampling/guidance.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { drawnFlags, idsOf } from '../document/sequence.ts';
import type { DocumentToken } from '../document/types.ts';

/** What of a loaded model gives ids. */
export interface Vocabulary {
  readonly model: Pick<LoadedModel, 'bosId' | 'eosIds'>;
  readonly tokenizer: Pick<Tokenizer, 'encode'>;
}

/** Where a text begins. */
type Beginning = readonly Pick<DocumentToken, 'id'>[];

/**
 * Ids of the negative prompt; null where guidance is off. It begins as the text does, with the token that begins texts or without it; an empty one is
 * that token alone, or the one that ends them, or the first of the text.
 */
export function negativePromptIds(
  { guidance_scale, negative_prompt }: GenerationSettings,
  { model, tokenizer }: Vocabulary,
  tokens: Beginning,
): Uint32Array<ArrayBuffer> | null {
  if (guidance_scale === 1) return null;
  const first = tokens[0]?.id;
  const typed = tokenizer.encode(negative_prompt);
  if (typed.length === 0) {
    const alone = model.bosId ?? model.eosIds[0] ?? first;
    return alone === undefined ? null : Uint32Array.of(alone);
  }
  return Uint32Array.from(first !== undefined && first === model.bosId ? [first, ...typed] : typed);
}

/** The negative text beside `tokens`; null where guidance is off. */
export function negativeIds(
  settings: GenerationSettings,
  vocabulary: Vocabulary,
  tokens: readonly DocumentToken[],
): Uint32Array<ArrayBuffer> | null {
  const prompt = negativePromptIds(settings, vocabulary, tokens);
  return prompt === null ? null : negativeText(prompt, { ids: idsOf(tokens), drawn: drawnFlags(tokens) });
}
