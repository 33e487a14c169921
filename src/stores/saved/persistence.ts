// Prompt, ids, settings, seeds and view survive a reload: written a moment after each change, and at once when the page goes.

import { modelTag } from '../model/model.ts';
import type { Stores } from '../stores.ts';
import { VIEW_CHOICES } from '../view.ts';
import { readSaved, type Saved, type ToSave, writeSaved } from './saved.ts';

/** Where the value lies; the page passes idb-keyval, a test a map. */
export interface SavedStore {
  get(key: string): Promise<unknown>;
  /** `begins`: the next new tab begins with it, as with what was written last. */
  set(key: string, value: unknown, begins: boolean): Promise<void>;
  /** Keeps the value within this call, until the next `set` is through: the page may be gone a moment later. Never throws. */
  setNow?(key: string, value: unknown): void;
}

const KEY = 'page';
/** A change is written this long after it, so that a word is one write. */
export const WRITE_DELAY_MS = 400;

type Subjects = Pick<Stores, 'document' | 'settings' | 'generation' | 'view' | 'model' | 'pins'>;

export interface Persistence {
  /** Reads what the last visit kept; null when there is nothing sound. Never rejects. */
  read(): Promise<Saved | null>;
  /** From now on changes are written; at once to be written is a text that was typed before, where `typed`. */
  watch(typed: boolean): void;
  /** Writes at once what has not been written. Never rejects. */
  flush(): Promise<void>;
  dispose(): void;
}

export function createPersistence(stores: Subjects, where: SavedStore): Persistence {
  const ends: (() => void)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let changed = false;
  // A tab that is opened or reloaded writes too, and has written nothing new.
  let last = { text: '', settings: '' };
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    if (!changed) return;
    changed = false;
    const [before, value] = [last, writeSaved(gather(stores))];
    last = writtenBy(stores);
    const begins = last.text !== before.text || last.settings !== before.settings;
    // A browser that refuses (private window, full disk) leaves a page that works and forgets.
    await where.set(KEY, value, begins).catch(() => {});
  };
  const later = (): void => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), WRITE_DELAY_MS);
  };
  const onHide = (): void => {
    if (changed) where.setNow?.(KEY, writeSaved(gather(stores)));
    void flush();
  };
  return {
    read: async () => readSaved(await where.get(KEY).catch(() => null)),
    watch: typed => {
      if (typed) later();
      else last = writtenBy(stores);
      ends.push(
        stores.document.subscribe((now, before) => {
          const moved = now.revision !== before.revision || now.selection !== before.selection;
          // A name, or a branch that is gone; numbers that arrive are not kept.
          if (moved || (now.branches !== before.branches && now.tokens === before.tokens)) later();
        }),
        stores.settings.subscribe(later),
        stores.generation.subscribe((now, before) => {
          if (now.seed !== before.seed) later();
        }),
        stores.view.subscribe((now, before) => {
          if (VIEW_CHOICES.some(name => now[name] !== before[name])) later();
        }),
        stores.pins.subscribe((now, before) => {
          if (now.pins !== before.pins) later();
        }),
        stores.model.subscribe((now, before) => {
          if (now.load !== before.load && now.load.status === 'ready') later();
        }),
      );
      globalThis.addEventListener?.('pagehide', onHide);
      globalThis.addEventListener?.('visibilitychange', onHide);
    },
    flush,
    dispose: () => {
      clearTimeout(timer);
      for (const end of ends.splice(0)) end();
      globalThis.removeEventListener?.('pagehide', onHide);
      globalThis.removeEventListener?.('visibilitychange', onHide);
    },
  };
}

/** What a person writes in a tab: text and settings, the latter to be compared. */
function writtenBy({ document, settings }: Subjects): { readonly text: string; readonly settings: string } {
  const { settings: chosen, seed } = settings.getState();
  return { text: document.getState().text, settings: JSON.stringify([chosen, seed]) };
}

function gather(stores: Subjects): ToSave {
  // Only where the page goes before a long text has its tokens: they come faster than the delay of a write.
  stores.document.getState().finish();
  const { text, tokens, tokenizer, selection, branches, branch } = stores.document.getState();
  const { settings, seed } = stores.settings.getState();
  const { theme, tint, side, wide, panel, followStep, borders, whitespace, barScale } = stores.view.getState();
  const { load, formats } = stores.model.getState();
  return {
    text,
    tokens,
    set: tokenizer === null ? null : { branches, branch },
    fingerprint: tokenizer?.fingerprint ?? '',
    model: modelTag(stores.model.getState()),
    selection,
    settings,
    seed,
    lastSeed: stores.generation.getState().seed,
    view: { theme, tint, side, wide, panel, followStep, borders, whitespace, barScale },
    pins: stores.pins.getState().saved(),
    source: load.status === 'ready' && load.model.cached ? load.model.source : null,
    formats,
  };
}
