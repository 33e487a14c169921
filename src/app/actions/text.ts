// Actions of the text and of the token at the caret.
import { stepPlace } from '../../features/editor/walk.ts';
import { findStore } from '../../features/find/store.ts';
import { openOrEnter } from '../../features/word/hand.ts';
import type { Stores } from '../../stores/stores.ts';
import type { Action } from './action.ts';

function walk({ document }: Stores, direction: -1 | 1): void {
  const { selected, tokens, selectToken } = document.getState();
  selectToken(stepPlace(selected, direction, tokens.length));
}

/** While the bar is open; in it they are its own. */
const FIND_STEPS = [
  ['find_next', 'The next match in the text', ['Mod+G'], 1],
  ['find_previous', 'The match before in the text', ['Mod+Shift+G'], -1],
] as const;

export const TEXT_ACTIONS: readonly Action[] = [
  {
    id: 'undo',
    title: 'Undo an edit or a whole run',
    group: 'Text',
    keys: ['Mod+Z'],
    reach: 'text',
    hindrance: ({ document }) => (document.getState().canUndo === null ? 'Nothing to take back' : null),
    act: ({ document }) => document.getState().undo(),
  },
  {
    id: 'redo',
    title: 'Redo',
    group: 'Text',
    keys: ['Mod+Shift+Z', 'Mod+Y'],
    reach: 'text',
    hindrance: ({ document }) => (document.getState().canRedo === null ? 'Nothing to do again' : null),
    act: ({ document }) => document.getState().redo(),
  },
  {
    id: 'find',
    title: 'Find in the text; again, in the bar: the search of the browser',
    words: 'search',
    group: 'Text',
    keys: ['Mod+F'],
    reach: 'text',
    act: stores => findStore.of(stores).getState().enter(),
  },
  ...FIND_STEPS.map(
    ([id, title, keys, direction]): Action => ({
      id,
      title,
      group: 'Text',
      keys,
      reach: 'text',
      hindrance: stores => (findStore.of(stores).getState().starts.length > 0 ? null : 'Nothing has been found'),
      passes: true,
      act: stores => findStore.of(stores).getState().step(direction),
    }),
  ),
  {
    id: 'token_before',
    title: 'Select the token before',
    group: 'Text',
    keys: ['Alt+Left'],
    reach: 'field',
    act: stores => walk(stores, -1),
  },
  {
    id: 'token_after',
    title: 'Select the token after',
    group: 'Text',
    keys: ['Alt+Right'],
    reach: 'field',
    act: stores => walk(stores, 1),
  },
  {
    id: 'card',
    title: 'Show the numbers of the token at the caret; again: go into their card',
    words: 'probability rank candidates',
    group: 'Text',
    keys: ['Alt+Down'],
    reach: 'text',
    act: openOrEnter,
  },
  {
    id: 'select_end',
    title: 'Select what comes next',
    words: 'end caret',
    group: 'Text',
    act: ({ document }) => document.getState().selectToken('end'),
  },
  {
    id: 'retokenise',
    title: 'Re-tokenise the text',
    group: 'Text',
    hindrance: ({ document }) =>
      document.getState().divergence === null ? 'The ids are those of a fresh tokenisation' : null,
    act: ({ document }) => document.getState().retokenise(),
  },
  {
    id: 'trim_end',
    title: 'Remove the space at the end',
    group: 'Text',
    hindrance: ({ document }) => (document.getState().endsInSpace ? null : 'The text ends in none'),
    act: ({ document }) => document.getState().trimEnd(),
  },
];
