// Keys of the tree of branches.
import type { BoundKeys } from '../../ui/controls/chord.ts';

export const TREE_KEYS = {
  walk: { keys: ['Left', 'Right', 'Up', 'Down', 'Home', 'End'], does: 'Walk through the tree' },
  take: { keys: ['Enter', 'Space'], does: 'Take the node: its branch, with the caret there' },
} as const satisfies Record<string, BoundKeys>;
