// The distributions laid over rows: what of the text, the settings and the seed shapes each, and the last few of them remembered. Comes with the first visit's work.
import { type Distribution, sample } from '../../sampling/pipeline.ts';
import { rankRow } from '../../sampling/row.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { drawnFlags, mirostatDrawn, tokensBefore } from '../document/sequence.ts';
import type { Draw, TokenPlace } from '../document/types.ts';
import { negativeIds } from './negative.ts';
import { keyOfIds } from './row-cache.ts';
import type { LogitsRow, Shaping, ShapingOptions } from './rows-types.ts';

/**
 * Places whose distributions are remembered, and settings for each. A distribution holds on to about 24 bytes an id: fewer of a large vocabulary,
 * some 32 MB in all.
 */
const mostKept = ({ row }: Distribution): number => (row.logits.length > 90_000 ? 2 : 4);

export class Distributions implements Shaping {
  readonly #options: ShapingOptions;
  readonly #made = new Map<string, Map<GenerationSettings, Distribution>>();

  constructor(options: ShapingOptions) {
    this.#options = options;
  }

  rank(ids: Uint32Array, logits: Float32Array): LogitsRow {
    return { key: keyOfIds(ids), ids, ranked: rankRow(logits) };
  }

  negatives(place: TokenPlace): Uint32Array[] {
    const { load } = this.#options.model.getState();
    if (load.status !== 'ready') return [];
    const draw = this.#drawAt(place);
    const now = this.#options.settings.getState().settings;
    const before = tokensBefore(this.#options.document.getState(), place);
    return [now, ...(draw === null ? [] : [draw.settings])].flatMap(each => negativeIds(each, load, before) ?? []);
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
    const key = `${row.key}:${keyOfIds(Uint32Array.from(drawn))}:${seed}:${pAfter?.join() ?? ''}`;
    const known = this.#made.get(key) ?? new Map<GenerationSettings, Distribution>();
    const found = known.get(settings);
    if (found !== undefined && found.row === row.ranked) return found;
    const beside = negativeIds(settings, load, before);
    const negative = beside && this.#options.cached(beside);
    if (beside !== null && negative === null) return null;
    const history = {
      ids: row.ids,
      drawn,
      bytesOf: (id: number) => load.tokenizer.bytes(id),
      ...(seed === null ? {} : { seed }),
      ...(pAfter === null ? {} : { pAfter }),
      ...(negative === null ? {} : { negative: negative.ranked.logits }),
    };
    const cut = settings.end_of_text === 'never' ? load.model.eosIds : [];
    const made = sample(row.ranked, settings, history, cut);
    this.#remember(key, known, settings, made);
    return made;
  }

  clear(): void {
    this.#made.clear();
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
    if (known.size >= most)
      for (const oldest of [...known.keys()].slice(0, 1 + known.size - most)) known.delete(oldest);
    known.set(settings, made);
    this.#made.delete(key);
    this.#made.set(key, known);
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= most) break;
      this.#made.delete(oldest);
    }
  }
}
