// What cuts a piece of text into tokens, whatever the model of the tokenizer is.

/** A part of a piece: where it ends (UTF-16 units from the piece's start), and its ids with the unit that each begins at; null while more steps are needed. */
export interface TokenPart {
  readonly end: number;
  readonly tokens: { readonly ids: Uint32Array; readonly starts: Uint32Array } | null;
}

export interface PieceModel {
  /** Work done so far, for those who share out their time. */
  readonly steps: number;
  /** The ids of a piece, part by part; the ids of all parts are those of the piece. Where one takes more than `budget` steps, parts without ids come between. */
  encode(piece: string, budget: number): Generator<TokenPart>;
  /** Whether no token reaches over the place between two code points within a piece. Certain, not necessary. */
  partsBetween(before: number, after: number): boolean;
  /** Whether no token holds this code point but at its beginning. Certain, not necessary. */
  onlyBegins(code: number): boolean;
}

/** UTF-16 units from which a long piece is given part by part. */
export const LONG = 1024;

/** The pairs of code points that stand side by side in some token. */
export class Neighbours {
  readonly #pairs = new Set<number>();
  readonly #followers = new Set<number>();

  /** All pairs within a text. */
  addText(text: string): void {
    let before = -1;
    for (const char of text) {
      const code = char.codePointAt(0) ?? 0;
      if (before >= 0) this.add(before, code);
      before = code;
    }
  }

  add(before: number, after: number): void {
    this.#pairs.add(before * 0x200000 + after);
    if (before !== after) this.#followers.add(after);
  }

  has(before: number, after: number): boolean {
    return this.#pairs.has(before * 0x200000 + after);
  }

  /** Whether it follows another character somewhere. */
  follows(code: number): boolean {
    return this.#followers.has(code);
  }
}

/** The last code point of a text that is not empty, and the first. */
export function lastCode(text: string): number {
  const low = text.charCodeAt(text.length - 1);
  const pair = text.codePointAt(text.length - 2) ?? 0;
  return pair > 0xffff ? pair : low;
}

export function firstCode(text: string): number {
  return text.codePointAt(0) ?? 0;
}

/** The first place from `from` on, after a whole character, where `parts` says so; the end of the text where there is none. */
export function partEnd(text: string, from: number, parts: (before: number, after: number) => boolean): number {
  let before = -1;
  for (let at = from; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    // In the middle of a pair of surrogates `before` is not known yet.
    if (before >= 0 && parts(before, code)) return at;
    before = code >= 0xdc00 && code <= 0xdfff ? -1 : code;
    at += code > 0xffff ? 2 : 1;
  }
  return text.length;
}

/** The id of each byte in a vocabulary that spells them `<0x0A>`; -1 for one that it lacks. [256] */
export function byteIdsOf(idOf: (token: string) => number | undefined): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => idOf(byteToken(byte)) ?? -1);
}

function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
