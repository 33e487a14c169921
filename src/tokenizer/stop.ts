// Stop strings on a stream of tokens, matched on bytes: what may be shown, what must wait, and where the text ends.

export interface StopMatch {
  readonly stop: string;
  /** Index in the stream (0 is the first token pushed) of the first token that overlaps the stop string: it and all later ones go. */
  readonly dropFrom: number;
  /** Bytes of that token before the stop string. They may end within a character. */
  readonly piece: Uint8Array;
}

export interface StopStep {
  /** How many of the tokens held back, oldest first, are safe now. On a match: those before `dropFrom`. */
  readonly release: number;
  readonly match: StopMatch | null;
}

interface HeldToken {
  readonly bytes: Uint8Array;
  /** Byte offset of its end in the stream. */
  readonly end: number;
}

interface Found {
  readonly at: number;
  readonly pattern: Pattern;
}

interface Pattern {
  readonly stop: string;
  readonly bytes: Uint8Array;
}

/** How many bytes of `pattern` stand at `at`: all of it, or up to the end of `bytes`; -1 when a byte differs. */
function agreement(bytes: readonly number[], at: number, pattern: Uint8Array): number {
  const length = Math.min(pattern.length, bytes.length - at);
  for (let i = 0; i < length; i++) if (bytes[at + i] !== pattern[i]) return -1;
  return length;
}

/**
 * Matches several stop strings over tokens. After each token the stop string that starts first in all bytes so far wins; of several that
 * start there, the longest. So a run ends with the token that completes a stop string, and never waits for a longer one. A token is
 * held back as long as its bytes may be the beginning of a stop string. Empty stop strings are ignored. After a match nothing more may be pushed.
 */
export class StopMatcher {
  readonly #patterns: readonly Pattern[];
  #held: HeldToken[] = [];
  /** Bytes of the held tokens. */
  #bytes: number[] = [];
  /** Byte offset in the stream where `#bytes` starts, and index of the first held token. */
  #start = 0;
  #index = 0;
  #ended = false;

  constructor(stops: readonly string[]) {
    const utf8 = new TextEncoder();
    this.#patterns = stops
      .filter(stop => stop !== '')
      .map(stop => ({ stop, bytes: utf8.encode(stop) }))
      // The longest first, so that the first match at a place is the longest one.
      .sort((a, b) => b.bytes.length - a.bytes.length);
  }

  /** Takes the next token. Throws after a match. */
  push(bytes: Uint8Array): StopStep {
    if (this.#ended) throw new Error('a token after the stop string');
    for (const byte of bytes) this.#bytes.push(byte);
    this.#held.push({ bytes, end: this.#start + this.#bytes.length });
    const { found, safe } = this.#scan();
    if (found === null) return { release: this.#release(this.#start + safe), match: null };
    this.#ended = true;
    const at = this.#start + found.at;
    const release = this.#release(at);
    const piece = Uint8Array.from(this.#bytes.slice(0, at - this.#start));
    return { release, match: { stop: found.pattern.stop, dropFrom: this.#index, piece } };
  }

  /** The first stop string in the held bytes, and how many of them cannot be the beginning of one. */
  #scan(): { readonly found: Found | null; readonly safe: number } {
    let safe = this.#bytes.length;
    for (let at = 0; at < this.#bytes.length; at++) {
      for (const pattern of this.#patterns) {
        const agreed = agreement(this.#bytes, at, pattern.bytes);
        if (agreed === pattern.bytes.length) return { found: { at, pattern }, safe: at };
        if (agreed > 0) safe = Math.min(safe, at);
      }
    }
    return { found: null, safe };
  }

  /** Lets go of the held tokens that end at or before `offset`, a byte offset in the stream. */
  #release(offset: number): number {
    let count = 0;
    while (count < this.#held.length && (this.#held[count]?.end ?? 0) <= offset) count++;
    const last = this.#held[count - 1];
    if (last !== undefined) {
      this.#bytes.splice(0, last.end - this.#start);
      this.#start = last.end;
      this.#held.splice(0, count);
      this.#index += count;
    }
    return count;
  }
}
