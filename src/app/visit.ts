// What the last visit left: brought back at the start, kept while the page is open, fitted to every model that becomes ready.
import { networkStore } from '../features/shared/network.ts';
import { type CachedModel, sourceKey } from '../lib/model-source.ts';
import type { LoadedModel } from '../protocol/events.ts';
import { clampSettings } from '../sampling/settings.ts';
import { watchSpelling } from '../stores/document/spelling.ts';
import { DEFAULT_SOURCE } from '../stores/model/sources.ts';
import type { WantedModel } from '../stores/model/types.ts';
import { Distributions } from '../stores/run/distributions.ts';
import { isRunning } from '../stores/run/generation-types.ts';
import type { Shaping, ShapingOptions } from '../stores/run/rows-types.ts';
import { browserStore, type SavedStore } from '../stores/saved/browser-store.ts';
import { Documents } from '../stores/saved/document-acts.ts';
import { takeEarlyText } from '../stores/saved/early-text.ts';
import type { FirstChoices } from '../stores/saved/first-choices.ts';
import type { Subjects } from '../stores/saved/open-document.ts';
import type { Stores } from '../stores/stores.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

export { standInWhenSlow } from './stand-in.ts';

/** What makes distributions of rows. */
export const shaping = (options: ShapingOptions): Shaping => new Distributions(options);

/** Counts what is asked of the network from now on. */
export const countRequests = (stores: Stores): void => void networkStore.of(stores);

/** The model to open, if any, given what is stored. */
export type Wanted = (stored: readonly CachedModel[]) => WantedModel | null;

/** What a visit begins with, and what every model that becomes ready changes. */
export class Visit {
  readonly #stores: Subjects;
  readonly #documents: Documents;
  readonly #first: FirstChoices;
  #watches = false;
  /** Of the tokenizer in use. */
  #endSpelling = (): void => {};

  /** @param where the last visit is kept; by itself in the browser @param first as the page began */
  constructor(stores: Subjects, where: SavedStore | undefined, first: FirstChoices) {
    this.#stores = stores;
    this.#first = first;
    stores.settings.getState().clampWith(clampSettings);
    this.#documents = new Documents(stores, where ?? browserStore());
  }

  /** @param linked the model of a shared text the page was opened with: it comes first where all of it is here. */
  async start(linked: Wanted): Promise<void> {
    const sources = await this.#documents.begin(takeEarlyText(), this.#first);
    this.#watches = true;
    const { model } = this.#stores;
    await model.getState().start(() => this.#firstSource([linked, ...sources.map(source => () => ({ source }))]));
  }

  /** Changes are written from now on. */
  get watches(): boolean {
    return this.#watches;
  }

  async flush(): Promise<void> {
    await this.#documents.flush();
  }

  dispose(): void {
    this.#endSpelling();
    this.#documents.dispose();
  }

  /** The first of these of which all is cached, else the one that ships: nothing large is fetched unasked. */
  async #firstSource(wanted: readonly Wanted[]): Promise<WantedModel> {
    const { model } = this.#stores;
    for (const wish of wanted) {
      const first = wish(model.getState().cache.models);
      if (first?.source.kind === 'shipped') return first;
      if (model.getState().cache.status === 'unknown') await model.getState().listCache();
      const { models } = model.getState().cache;
      const stored = wish(models);
      if (stored !== null && models.some(each => each.key === sourceKey(stored.source) && each.complete)) return stored;
    }
    return { source: DEFAULT_SOURCE };
  }

  modelReady(model: LoadedModel, tokenizer: Tokenizer): void {
    this.#documents.open.fit(model, tokenizer);
    this.#endSpelling();
    const { document, generation } = this.#stores;
    this.#endSpelling = watchSpelling(document, () => isRunning(generation.getState().status));
  }
}
