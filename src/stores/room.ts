// How a person has arranged the page: widths of its columns, size of the text, settings that are folded, what was told once. Kept for all tabs of
// the browser, each choice by itself, as words that public/theme.js can read before the first paint.
import { createStore, type StoreApi } from 'zustand/vanilla';

export const TEXT_SIZES = ['small', 'normal', 'large', 'largest'] as const;
type TextSize = (typeof TEXT_SIZES)[number];

/** Columns whose width is a choice: the one beside the text, and that of the settings where the window has room for three. */
export const COLUMNS = ['side', 'settings'] as const;
export type Column = (typeof COLUMNS)[number];

/** Where choices lie by name; null takes one away. Nothing throws. */
export interface Shelf {
  get(name: string): string | null;
  put(name: string, value: string | null): void;
}

interface RoomState {
  /** Share of the window's width; null: as the page has it by itself. */
  readonly widths: Readonly<Record<Column, number | null>>;
  readonly textSize: TextSize;
  /** Whether the settings are folded, by the place that they have; absent where nobody has chosen. */
  readonly folds: Readonly<Record<string, boolean>>;
  /** What was told once and is not told again. */
  readonly told: readonly string[];
  /** The tour over the page is on. */
  readonly touring: boolean;
}

interface RoomActions {
  /** Null: as the page has it by itself. */
  setWidth(column: Column, share: number | null): void;
  setTextSize(textSize: TextSize): void;
  setFolded(place: string, folded: boolean): void;
  /** It is not told again. */
  putAway(what: string): void;
  startTour(): void;
  /** However it ends, it is not offered again. */
  endTour(): void;
}

export type RoomStoreState = RoomState & RoomActions;
export type RoomStore = StoreApi<RoomStoreState>;

/** A share that leaves something on both sides; null for anything else. */
function shareOf(words: string | null): number | null {
  const share = Number(words);
  return words !== null && share > 0 && share < 1 ? share : null;
}

const namesOf = (words: string | null): string[] => (words ?? '').split(' ').filter(name => /^[\w-]{1,40}$/.test(name));

/** `token` is folded, `-token` is open. */
const foldsOf = (words: string | null): Record<string, boolean> =>
  Object.fromEntries(namesOf(words).map(name => [name.replace(/^-/, ''), !name.startsWith('-')]));

function read(shelf: Shelf): RoomState {
  return {
    widths: { side: shareOf(shelf.get('side')), settings: shareOf(shelf.get('settings')) },
    textSize: TEXT_SIZES.find(size => size === shelf.get('text')) ?? 'normal',
    folds: foldsOf(shelf.get('folds')),
    told: namesOf(shelf.get('told')),
    touring: false,
  };
}

export function createRoomStore(shelf: Shelf): RoomStore {
  return createStore<RoomStoreState>()((set, get) => ({
    ...read(shelf),
    setWidth: (column, share) => {
      const kept = share === null ? null : shareOf(share.toFixed(4));
      shelf.put(column, kept === null ? null : String(kept));
      set(({ widths }) => ({ widths: { ...widths, [column]: kept } }));
    },
    setTextSize: textSize => {
      shelf.put('text', textSize === 'normal' ? null : textSize);
      set({ textSize });
    },
    setFolded: (place, folded) => {
      const folds = { ...foldsOf(shelf.get('folds')), ...get().folds, [place]: folded };
      const words = Object.entries(folds).map(([name, is]) => (is ? name : `-${name}`));
      shelf.put('folds', words.join(' '));
      set({ folds });
    },
    putAway: what => {
      // Another tab may have told more since.
      const told = [...new Set([...namesOf(shelf.get('told')), ...get().told, what])];
      shelf.put('told', told.join(' '));
      set({ told });
    },
    startTour: () => set({ touring: true }),
    endTour: () => {
      get().putAway('tour');
      set({ touring: false });
    },
  }));
}
