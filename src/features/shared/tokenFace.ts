// The text of a token on its own, where its bytes are text.
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

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
