// When to stop asking the GPU to draw: after draws that their records did not prove, tokens are taken from whole rows for a while.

/** Tokens taken from rows before the next draw on the GPU, at most. */
const MOST = 15;

/** The more often in a row draws are not proven, the more rows are taken before the next, since a record that proves nothing is in vain. */
export class Resting {
  readonly #base: number;
  /** Draws in a row that were not proven. */
  #unproven = 0;
  #left = 0;

  /** `taken`: tokens that an unproven draw itself takes from their rows. */
  constructor(taken: 0 | 1) {
    this.#base = taken;
  }

  /** The last draw was proven, or there was none. */
  get sure(): boolean {
    return this.#unproven === 0;
  }

  /** Whether the next token is taken from its row for it; counts that token. */
  rests(): boolean {
    return this.#left-- > 0;
  }

  /** After a draw on the GPU. */
  drawn(proven: boolean): void {
    this.#unproven = proven ? 0 : this.#unproven + 1;
    this.#left = proven ? 0 : Math.min(2 ** (this.#unproven - 1) - this.#base, MOST);
  }
}
