// The distributions laid over rows: what of the text, the settings and the seed shapes each, and the last few of them remembered. Comes with the first visit's work.
import type { Client } from '../../client/client.ts';
import { mask as fetchMask, type RowAnswer } from '../../client/requests.ts';
import { keepLatest } from '../../lib/latest.ts';
import type { Mask } from '../../sampling/past.ts';
import { type Distribution, sample } from '../../sampling/pipeline.ts';
import { rankRow } from '../../sampling/row.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { constrainedFlags, drawnFlags, idsOf, mirostatDrawn, tokensBefore } from '../document/sequence.ts';
import type { DocumentToken, Draw, TokenPlace } from '../document/types.ts';
import { negativeIds } from './negative.ts';
import { keyOfIds } from './row-cache.ts';
import type { LogitsRow, Shaping, ShapingOptions } from './rows-types.ts';

/**
 * Places whose distributions are remembered, and settings for each. A distribution holds on to about 24 bytes an id: fewer of a large vocabulary,
 * some 32 MB in all.
 */
const mostKept = ({ row }: Distribution): number => (row.logits.length > 90_000 ? 2 : 4);

/** Masks that are remembered: 19 kB each for 151,936 tokens. */
const MOST_MASKS = 48;

/** All that a mask depends on. */
function maskKey(
  before: readonly DocumentToken[],
  constrained: Uint8Array,
  { constraint }: GenerationSettings,
): string {
  return `${keyOfIds(idsOf(before))}:${keyOfIds(Uint32Array.from(constrained))}:${constraint.kind}:${constraint.text}`;
}

export class Distributions implements Shaping {
  readonly #options: ShapingOptions;
  /** By what they depend on, in the order of their coming. */
  readonly #masks = new Map<string, Mask>();
  readonly #made = new Map<string, Map<GenerationSettings, Distribution>>();

  constructor(options: ShapingOptions) {
    this.#options = options;
  }

  rank(ids: Uint32Array, { logits, outside }: Pick<RowAnswer, 'logits' | 'outside'>): LogitsRow {
    return { key: keyOfIds(ids), ids, ranked: rankRow(logits, outside) };
  }

  negatives(place: TokenPlace): Uint32Array[] {
    const { load } = this.#options.model.getState();
    if (load.status !== 'ready') return [];
    const before = tokensBefore(this.#options.document.getState(), place);
    return this.#settingsAt(place).flatMap(each => negativeIds(each, load, before) ?? []);
  }

  masked(place: TokenPlace): boolean {
    const before = tokensBefore(this.#options.document.getState(), place);
    return this.#settingsAt(place).every(settings => this.#maskAfter(before, settings) !== null);
  }

  async fetchMasks(client: Client, place: TokenPlace, signal: AbortSignal): Promise<void> {
    const before = tokensBefore(this.#options.document.getState(), place);
    for (const settings of this.#settingsAt(place)) {
      const constrained = constrainedFlags(before, settings);
      if (constrained === null) continue;
      const key = maskKey(before, constrained, settings);
      if (this.#masks.has(key)) continue;
      const { constraint } = settings;
      const found = await fetchMask(client, { tokens: idsOf(before), constrained, constraint }, signal);
      this.#masks.set(key, found);
      keepLatest(this.#masks, MOST_MASKS);
    }
  }

  /** Undefined where there is no constraint, null where the mask is not here. */
  #maskAfter(before: readonly DocumentToken[], settings: GenerationSettings): Mask | null | undefined {
    const constrained = constrainedFlags(before, settings);
    return constrained === null ? undefined : (this.#masks.get(maskKey(before, constrained, settings)) ?? null);
  }

  /** Those of now, and those that a token was drawn by. */
  #settingsAt(place: TokenPlace): GenerationSettings[] {
    const draw = this.#drawAt(place);
    return [this.#options.settings.getState().settings, ...(draw === null ? [] : [draw.settings])];
  }

  distribution(
    row: LogitsRow,
    place: TokenPlace,
    settings: GenerationSettings,
    given: number | null,
  ): Distribution | null {
    const { load } = this.#options.model.getState();
    if (load.status !== 'ready') return null;
    const before = tokensBefore(this.#options.document.getState(), place);
    const drawn = drawnFlags(before);
    const pAfter = mirostatDrawn(before, settings);
    const seed = this.#drawAt(place)?.seed ?? given;
    // What shapes it beside row and settings.
    const flags = Uint32Array.from(constrainedFlags(before, settings) ?? []);
    const key = `${row.key}:${keyOfIds(Uint32Array.from(drawn))}:${keyOfIds(flags)}:${seed}:${pAfter?.join() ?? ''}`;
    const known = this.#made.get(key) ?? new Map<GenerationSettings, Distribution>();
    const found = known.get(settings);
    if (found !== undefined && found.row === row.ranked) return found;
    const beside = negativeIds(settings, load, before);
    const negative = beside && this.#options.cached(beside);
    const mask = this.#maskAfter(before, settings);
    if ((beside !== null && negative === null) || mask === null) return null;
    const history = {
      ids: row.ids,
      drawn,
      bytesOf: (id: number) => load.tokenizer.bytes(id),
      ...(seed === null ? {} : { seed }),
      ...(pAfter === null ? {} : { pAfter }),
      ...(negative === null ? {} : { negative: negative.ranked.logits }),
      ...(mask === undefined ? {} : { mask }),
    };
    const cut = settings.end_of_text === 'never' ? load.model.eosIds : [];
    const made = sample(row.ranked, settings, history, cut);
    this.#remember(key, known, settings, made);
    return made;
  }

  clear(): void {
    this.#made.clear();
    this.#masks.clear();
  }

  /** The draw of the token at a place, where it can be made again. */
  #drawAt(place: TokenPlace): Draw | null {
    const draw = place === 'end' ? undefined : this.#options.document.getState().tokens[place]?.draw;
    return draw === undefined || draw.outdated ? null : draw;
  }

  #remember(
    key: string,
    known: Map<GenerationSettings, Distribution>,
    settings: GenerationSettings,
    made: Distribution,
  ): void {
    // A moving slider makes a new settings object each time: only the last few of a row are worth keeping.
    const most = mostKept(made);
    keepLatest(known, most - 1);
    known.set(settings, made);
    this.#made.delete(key);
    this.#made.set(key, known);
    keepLatest(this.#made, most);
  }
}
