// Tokens of a server as the page knows them. A vocabulary is never sent as a whole, so it grows with every answer. Ids below `base` are the server's own; from there on
// they are pieces: what a person typed before the server has tokenised it, and tokens that a server names by their text alone.
import { keyOf } from '../lib/byte-key.ts';
import { NucleusError } from '../lib/error.ts';

/** A token as an answer names it: by its id, by its bytes, mostly by both. */
export interface Piece {
  readonly id: number | null;
  /** Null where the answer has the id alone. */
  readonly bytes: Uint8Array | null;
}

/** Ids that are taken where a server does not say how many it has: the largest vocabularies in use have about half as many. */
export const MOST_IDS = 2 ** 19;

const utf8 = new TextEncoder();

export class ServerVocabulary {
  /** Equal for the ids of one connection: another server's say nothing of these. */
  readonly fingerprint: string;
  readonly base: number;
  /** Ids that end a text, as far as the server has shown them. */
  readonly ends: number[] = [];
  /** What a text begins with. */
  readonly opening: number[] = [];
  readonly specials = new Map<number, string>();
  /** Asks the server for the ids of a text; null where it gives none, or takes none. */
  ask: ((text: string) => Promise<readonly number[] | null>) | null = null;
  readonly #bytes = new Map<number, Uint8Array>();
  readonly #ids = new Map<string, number>();
  readonly #pieces = new Map<string, number>();
  #known: readonly { readonly id: number; readonly bytes: Uint8Array }[] | null = null;

  /** @param base ids of the server; 0 where it gives none. */
  constructor(fingerprint: string, base: number) {
    this.fingerprint = fingerprint;
    this.base = base;
  }

  isPiece(id: number): boolean {
    return id >= this.base;
  }

  bytes(id: number): Uint8Array | undefined {
    return this.#bytes.get(id);
  }

  /** All that are known, in the order of their coming. */
  get known(): readonly { readonly id: number; readonly bytes: Uint8Array }[] {
    this.#known ??= Array.from(this.#bytes, ([id, bytes]) => ({ id, bytes }));
    return this.#known;
  }

  /** The id of a piece of text, made where there is none. */
  piece(bytes: Uint8Array): number {
    const key = keyOf(bytes);
    const known = this.#pieces.get(key);
    if (known !== undefined) return known;
    const id = this.base + this.#pieces.size;
    this.#pieces.set(key, id);
    this.#put(id, bytes);
    return id;
  }

  /** The bytes of an id of the server. What is known stays: a document holds these very arrays. @throws NucleusError bad_answer */
  learn(id: number, bytes: Uint8Array): void {
    this.check(id);
    if (this.#bytes.has(id)) return;
    const key = keyOf(bytes);
    if (bytes.length === 0) this.special(id, `<|${id}|>`);
    else {
      if (!this.#ids.has(key)) this.#ids.set(key, id);
      this.#put(id, bytes);
    }
  }

  /** A token of the model's own alphabet, shown by its name. */
  special(id: number, name: string): void {
    this.check(id);
    if (this.specials.has(id)) return;
    this.specials.set(id, name);
    this.#put(id, utf8.encode(name));
  }

  /** From here on the token ends a text. */
  end(id: number): void {
    if (!this.ends.includes(id)) this.ends.push(id);
  }

  /** The id of a token that an answer names; one named by text alone has the id that is known of this text. @throws NucleusError bad_answer */
  idOf({ id, bytes }: Piece): number {
    if (id !== null) {
      if (bytes !== null) this.learn(id, bytes);
      else this.check(id);
      return id;
    }
    const named = bytes ?? new Uint8Array();
    // What was a piece once stays one: draws go by the order of ids.
    return this.#pieces.get(keyOf(named)) ?? this.#ids.get(keyOf(named)) ?? this.piece(named);
  }

  /** @throws NucleusError bad_answer */
  check(id: number): void {
    if (Number.isSafeInteger(id) && id >= 0 && id < this.base) return;
    throw new NucleusError('bad_answer', `the server named a token ${id}, where its ids are below ${this.base}`, {
      id,
    });
  }

  #put(id: number, bytes: Uint8Array): void {
    this.#bytes.set(id, bytes);
    this.#known = null;
  }
}
