// The text of a token on its own, where its bytes are text.
import { isolated } from '../../lib/shapeless.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { shortHex, spokenText, visibleLine } from '../../ui/controls/visible.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes; null where they are part of a character only. */
export function textOfBytes(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

export interface TokenFace {
  readonly text: string | null;
  readonly bytes: Uint8Array;
  readonly special: boolean;
}

/** What an id looks like: text, bytes, whether it is special. */
export function faceOf(tokenizer: Tokenizer, id: number): TokenFace {
  const bytes = tokenizer.bytes(id);
  return { text: textOfBytes(bytes), bytes, special: tokenizer.isSpecial(id) };
}

/** A token within a line of other words, or in a picture: as visible as in a list, and of a direction that stays its own. */
export function faceLine({ bytes }: Pick<TokenFace, 'bytes'>): string {
  const text = textOfBytes(bytes);
  return text === null ? shortHex(bytes) : isolated(visibleLine(text));
}

/** A token in words, for screen readers. */
export function spokenFace({ bytes }: Pick<TokenFace, 'bytes'>): string {
  const text = textOfBytes(bytes);
  return text === null ? `bytes ${shortHex(bytes)}` : spokenText(text) || 'empty';
}
