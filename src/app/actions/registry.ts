// All that a person can do on the page. An action more is an entry in one of these lists: keys, palette and the dialog of keys read them all.
import type { Action } from './action.ts';
import { PAGE_ACTIONS } from './page.ts';
import { RUN_ACTIONS } from './run.ts';
import { SETTINGS_ACTIONS } from './settings.ts';
import { TEXT_ACTIONS } from './text.ts';
import { VIEW_ACTIONS } from './views.ts';

/** In the order in which they are listed. */
export const ACTIONS: readonly Action[] = [
  ...RUN_ACTIONS,
  ...TEXT_ACTIONS,
  ...VIEW_ACTIONS,
  ...SETTINGS_ACTIONS,
  ...PAGE_ACTIONS,
];
