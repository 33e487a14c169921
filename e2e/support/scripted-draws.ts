// Test support: a text that the scripted engine goes on with, token by token, by real draws.
import { uniform } from '../../src/lib/rng.ts';
import type { CommandOf } from '../../src/protocol/commands.ts';
import type { FinishReason, TokenEvent } from '../../src/protocol/events.ts';
import type { Masks } from '../../src/sampling/constraint/masks.ts';
import { draw } from '../../src/sampling/draw.ts';
import { negativeText } from '../../src/sampling/guidance.ts';
import { sample } from '../../src/sampling/pipeline.ts';
import { rankRow, rowStatistics, topOf } from '../../src/sampling/row.ts';
import type { GenerationSettings } from '../../src/sampling/settings.ts';
import { type Constraint, constraint, noToken } from '../../src/sampling/steps/constraint.ts';

export interface Rules {
  readonly cancelled: boolean;
  /** Tokens that a text may have. */
  readonly allowed: number;
  readonly eosIds: readonly number[];
  readonly logitsAfter: (ids: Uint32Array) => Float32Array;
  readonly bytesOf: (id: number) => Uint8Array | undefined;
  readonly masks: (constraint: Constraint) => Masks;
}

interface DrawnBy {
  readonly seed: number;
  readonly sample: number;
}

export class Growing {
  ids: Uint32Array;
  generated = 0;
  reason: FinishReason | null = null;
  readonly #settings: GenerationSettings;
  readonly #by: DrawnBy;
  #drawn: Uint8Array;
  #pAfter: Float64Array;
  #constrained: Uint8Array;
  readonly #negative: Uint32Array | undefined;

  constructor(
    command: Pick<CommandOf<'answers'>, 'tokens' | 'drawn' | 'pAfter' | 'negative' | 'constrained' | 'settings'>,
    by: DrawnBy,
  ) {
    const { tokens, drawn, settings } = command;
    this.#pAfter = command.pAfter ?? new Float64Array(tokens.length).fill(Number.NaN);
    this.#negative = command.negative;
    this.#constrained = command.constrained ?? new Uint8Array(tokens.length);
    this.ids = tokens;
    this.#drawn = drawn;
    this.#settings = settings;
    this.#by = by;
  }

  /** Draws the next token; null where the text ends, for `reason`. */
  next(
    { cancelled, allowed, eosIds, logitsAfter, bytesOf, masks }: Rules,
    pastEnd: boolean,
  ): Omit<TokenEvent, 'type' | 'run'> | null {
    const settings = this.#settings;
    const { ids } = this;
    const position = ids.length;
    const { constraint: given } = settings;
    const mask = constraint.isOff(given) ? undefined : masks(given).after(ids, this.#constrained);
    if (mask?.state === 'complete') this.reason = 'constraint_complete';
    else if (this.generated >= settings.max_new_tokens) this.reason = 'length';
    else if (cancelled) this.reason = 'cancelled';
    else if (position >= allowed) this.reason = 'context_full';
    if (this.reason !== null) return null;
    if (mask?.state === 'dead') throw noToken(false);
    const row = rankRow(logitsAfter(ids));
    const u = uniform(this.#by.seed, position, this.#by.sample);
    const past = settings.end_of_text === 'never' || (pastEnd && this.generated === 0);
    const plain = { ids, drawn: this.#drawn, pAfter: this.#pAfter, seed: this.#by.seed, bytesOf };
    const beside = this.#negative && logitsAfter(negativeText(this.#negative, plain));
    const text = { ...plain, ...(beside ? { negative: beside } : {}), ...(mask ? { mask } : {}) };
    const { id, pAfter } = draw(sample(row, settings, text, past ? eosIds : []), u);
    if (settings.end_of_text === 'stop' && eosIds.includes(id)) {
      this.reason = 'end_of_text';
      return null;
    }
    const { logit, rank } = rowStatistics(row.logits, id);
    const { ids: topIds, logits: topLogits } = topOf(row.logits, 5);
    const { logZ, entropy } = row;
    this.ids = Uint32Array.of(...ids, id);
    this.#drawn = Uint8Array.of(...this.#drawn, 1);
    this.#constrained = Uint8Array.of(...this.#constrained, 1);
    this.#pAfter = Float64Array.of(...this.#pAfter, pAfter);
    this.generated += 1;
    return { position, id, logit, logZ, entropy, rank, pAfter, u, topIds, topLogits, ms: 10 * this.generated };
  }
}
