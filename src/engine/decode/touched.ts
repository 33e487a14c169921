// The table of ids whose logits the settings change: what the GPU needs of the text for bans, biases and penalties. It grows with the text.
import { type LogitChange, MOST_TOUCHED, TOUCHED_WORDS } from '../../gpu/draw-record.ts';
import type { History } from '../../sampling/past.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { BIAS_BOUNDS } from '../../sampling/steps/logit_bias.ts';

/** Entries of the table from `from` on. */
export interface TouchedWrite {
  readonly from: number;
  readonly words: Uint32Array<ArrayBuffer>;
}

const [SEEN, DRAWN, BIAS] = [1, 2, 3];

export class TouchedIds {
  readonly #settings: GenerationSettings;
  readonly #V: number;
  readonly #places = new Map<number, number>();
  #words = new Uint32Array(64 * TOUCHED_WORDS);
  /** Tokens of the text that are counted. */
  #counted = 0;
  #firstChanged = 0;
  #lastChanged = -1;

  /** `ends`: ids that may never be drawn. */
  constructor(settings: GenerationSettings, ends: readonly number[], V: number) {
    this.#settings = settings;
    this.#V = V;
    for (const { id, bias } of settings.logit_bias)
      this.#bias(id, bias <= -BIAS_BOUNDS.bias ? Number.NEGATIVE_INFINITY : bias);
    for (const id of ends) this.#bias(id, Number.NEGATIVE_INFINITY);
  }

  /** Whether anything changes any logit, now or later. */
  get acts(): boolean {
    return this.#places.size > 0 || this.#penalises;
  }

  get #penalises(): boolean {
    return this.#repeats || this.#settings.frequency_penalty !== 0 || this.#settings.presence_penalty !== 0;
  }

  get #repeats(): boolean {
    return this.#settings.repetition_penalty !== 1;
  }

  /** Counts what the text has more than at the last call. Gives the entries to write; null where none has changed. */
  count({ ids, drawn }: History): TouchedWrite | null {
    for (; this.#counted < ids.length && this.#penalises; this.#counted++) {
      const id = ids[this.#counted] ?? 0;
      const isDrawn = drawn[this.#counted] === 1;
      if (isDrawn || this.#repeats) this.#at(id, at => this.#add(at, isDrawn));
    }
    if (this.#lastChanged < this.#firstChanged) return null;
    const from = this.#firstChanged;
    const words = this.#words.slice(from * TOUCHED_WORDS, (this.#lastChanged + 1) * TOUCHED_WORDS);
    this.#firstChanged = Number.POSITIVE_INFINITY;
    this.#lastChanged = -1;
    return { from, words };
  }

  /** More ids than the GPU's table holds. */
  get tooMany(): boolean {
    return this.#places.size > MOST_TOUCHED;
  }

  /** For a draw after the counted text, or after that and one more token, which is drawn by the step before. */
  change(follows: boolean): LogitChange | null {
    if (!this.acts) return null;
    const { repetition_penalty: repetition, frequency_penalty: frequency, presence_penalty: presence } = this.#settings;
    return { touched: this.#places.size, pending: follows && this.#penalises, repetition, frequency, presence };
  }

  #bias(id: number, bias: number): void {
    this.#at(id, at => {
      const floats = new Float32Array(this.#words.buffer);
      floats[at + BIAS] = (floats[at + BIAS] ?? 0) + bias;
    });
  }

  #add(at: number, isDrawn: boolean): void {
    this.#words[at + SEEN]!++;
    if (isDrawn) this.#words[at + DRAWN]!++;
  }

  /** Changes the entry of an id, made where there is none; ids that the row lacks are passed over. */
  #at(id: number, change: (at: number) => void): void {
    if (id >= this.#V) return;
    let place = this.#places.get(id);
    if (place === undefined) {
      place = this.#places.size;
      this.#places.set(id, place);
      if ((place + 1) * TOUCHED_WORDS > this.#words.length) {
        const words = new Uint32Array(2 * this.#words.length);
        words.set(this.#words);
        this.#words = words;
      }
      this.#words[place * TOUCHED_WORDS] = id;
    }
    change(place * TOUCHED_WORDS);
    this.#firstChanged = Math.min(this.#firstChanged, place);
    this.#lastChanged = Math.max(this.#lastChanged, place);
  }
}
