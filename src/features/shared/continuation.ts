// Continuations outside the document, each with its tokens as the document would keep them.
import type { ModelIdentity } from '../../lib/model-source.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { typedTokens } from '../../stores/document/change.ts';
import { drawnToken, shownAfter } from '../../stores/document/sequence.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { tokenText } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

interface Continuation {
  /** `tokens` and the one that was drawn behind them. */
  drawn(
    tokens: readonly DocumentToken[],
    event: Parameters<typeof drawnToken>[1],
    seed: number,
  ): readonly DocumentToken[];
  /** `tokens` and what of the last draw stands before a stop string. */
  ended(tokens: readonly DocumentToken[], piece: Uint8Array): readonly DocumentToken[];
}

/** Behind `base`, from now. */
export function continuationOf(
  tokenizer: Tokenizer,
  base: readonly DocumentToken[],
  settings: GenerationSettings,
  model: ModelIdentity | null,
): Continuation {
  const at = Date.now();
  return {
    drawn: (tokens, event, seed) => {
      const made = [drawnToken(tokenizer, event, settings, seed, model, at)];
      return tokens.concat(tokens.length > 0 ? made : shownAfter(tokenizer, base, made));
    },
    ended: (tokens, piece) => {
      if (piece.length === 0) return tokens;
      const whole = base.concat(tokens);
      const place = tokenizer.placeBetween(whole, whole.length, whole.length);
      return tokens.concat(typedTokens(tokenizer, tokenText(piece), place));
    },
  };
}
