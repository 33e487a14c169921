// What a person chooses on a page before the last visit has been read: it stands, and the rest comes back around it.
import { sameSettings } from '../../sampling/same.ts';
import { VIEW_CHOICES, type ViewChoices } from '../view.ts';
import type { Subjects } from './open-document.ts';
import { type Chosen, chosenOf } from './other-ids.ts';

type Choosing = Pick<Subjects, 'view' | 'settings'>;

/** As the page began; the states of both stores serve. */
export interface FirstChoices {
  readonly view: ViewChoices;
  readonly settings: Chosen;
}

/** Of the looks of the last visit those that nobody has chosen anew. */
export function unchosen(kept: Partial<ViewChoices>, first: FirstChoices, { view }: Choosing): Partial<ViewChoices> {
  const now = view.getState();
  const same = VIEW_CHOICES.filter(name => name in kept && now[name] === first.view[name]);
  return Object.fromEntries(same.map(name => [name, kept[name]]));
}

/** The settings of a document with those that were changed on this page; null where none were. */
export function settingsWith(own: Chosen, { settings: first }: FirstChoices, { settings }: Choosing): Chosen | null {
  const now = settings.getState();
  return sameSettings(now.settings, first.settings) && now.seed === first.seed ? null : chosenOf(own, now, first);
}
