// What a person can do, as one record: the palette lists it, its keys do it, the dialog of keys shows them.
import type { Stores } from '../../stores/stores.ts';
import { isChord, isPlain, type Stroke } from '../../ui/controls/chord.ts';

export const GROUPS = ['Run', 'Text', 'View', 'Settings', 'Documents', 'Models', 'Page'] as const;
export type Group = (typeof GROUPS)[number];

/**
 * Where the keys are its own: on the page while nothing lies over it; there, but not in a field with a text of its own; in the text alone;
 * or anywhere.
 */
type Reach = 'page' | 'text' | 'field' | 'anywhere';

export interface Action {
  /** Of the action for good: what was done last is kept by it. */
  readonly id: string;
  readonly title: string;
  readonly group: Group;
  /** Other words that find it. */
  readonly words?: string;
  /** The first is shown beside it. */
  readonly keys?: readonly string[];
  /** `page` where nothing else is said. */
  readonly reach?: Reach;
  /** Why it cannot be done now; null where it can. */
  readonly hindrance?: (stores: Stores) => string | null;
  /** While it cannot be done its keys are for whoever else listens; those of other actions do nothing then. */
  readonly passes?: boolean;
  readonly act: (stores: Stores) => unknown;
}

/** Where a key was struck. */
export interface Place {
  readonly composing: boolean;
  /** The focus is in the text, in another field that is written in, or in none. */
  readonly field: 'text' | 'other' | null;
  /** A dialog or popover is open: Esc is for it. */
  readonly overlay: boolean;
}

function reaches({ reach = 'page' }: Action, keys: string, { field, overlay }: Place): boolean {
  // Esc writes nothing, and a run must end wherever one types.
  if (isPlain(keys) && keys !== 'Esc' && field !== null) return false;
  switch (reach) {
    case 'anywhere':
      return true;
    case 'page':
      return !overlay;
    case 'text':
      return !overlay && field !== 'other';
    case 'field':
      return !overlay && field === 'text';
    default:
      return reach satisfies never;
  }
}

/** The action of a stroke; null where it belongs to somebody else. */
export function actionOf(actions: readonly Action[], stroke: Stroke, place: Place, mac?: boolean): Action | null {
  if (place.composing) return null;
  const found = actions.find(action =>
    action.keys?.some(keys => isChord(stroke, keys, mac) && reaches(action, keys, place)),
  );
  return found ?? null;
}
