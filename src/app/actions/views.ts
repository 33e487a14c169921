// Actions of what is looked at: the views beside the text, its tint, and the signs on it.
import { SCALE_WORDS } from '../../features/shared/barLength.ts';
import { roomStore } from '../../features/shared/room.ts';
import { TEXT_SIZES } from '../../stores/room.ts';
import type { Stores } from '../../stores/stores.ts';
import { BAR_SCALES, type Side, TINTS } from '../../stores/view.ts';
import { NARROW } from '../../ui/controls/useMedia.ts';
import { goToPart } from '../parts.ts';
import { SIDE_VIEWS } from '../sideViews.ts';
import type { Action } from './action.ts';

function openSide({ view }: Stores, side: Side): void {
  view.getState().setSide(side);
  if (matchMedia(NARROW).matches) view.getState().open('inspector');
}

/** As the digits stand on a keyboard. */
const DIGITS = '1234567890';

/** The first ten have a digit. */
const VIEWS: readonly Action[] = SIDE_VIEWS.map(({ key, label }, i) => ({
  id: `view:${key}`,
  title: `View: ${label}`,
  group: 'View',
  ...(i < DIGITS.length ? { keys: [`Own+${DIGITS.charAt(i)}`] } : {}),
  act: stores => openSide(stores, key),
}));

const TINT_ACTIONS: readonly Action[] = TINTS.map(tint => ({
  id: `tint:${tint}`,
  title: tint === 'none' ? 'Tint: none' : `Tint by ${tint}`,
  words: 'colour color',
  group: 'View',
  hindrance: ({ view }) => (view.getState().tint === tint ? 'It is so' : null),
  act: ({ view }) => view.getState().setTint(tint),
}));

const SCALES: readonly Action[] = BAR_SCALES.map(scale => ({
  id: `bars:${scale}`,
  title: `Bars of candidates: ${SCALE_WORDS[scale].label}`,
  words: 'scale',
  group: 'View',
  hindrance: ({ view }) => (view.getState().barScale === scale ? 'They are so' : null),
  act: ({ view }) => view.getState().setBarScale(scale),
}));

const SIZES: readonly Action[] = TEXT_SIZES.map(size => ({
  id: `size:${size}`,
  title: `Size of the text: ${size}`,
  words: 'font letters',
  group: 'View',
  hindrance: stores => (roomStore.of(stores).getState().textSize === size ? 'It is so' : null),
  act: stores => roomStore.of(stores).getState().setTextSize(size),
}));

const PART_ACTIONS: readonly Action[] = [
  { id: 'part:next', title: 'To the next part of the page', keys: ['F6'], by: 1 as const },
  { id: 'part:previous', title: 'To the part of the page before', keys: ['Shift+F6'], by: -1 as const },
].map(({ by, ...action }) => ({
  ...action,
  words: 'focus pane region keyboard',
  group: 'View',
  act: () => goToPart(by),
}));

export const VIEW_ACTIONS: readonly Action[] = [
  ...VIEWS,
  ...PART_ACTIONS,
  ...TINT_ACTIONS,
  {
    id: 'borders',
    title: 'Borders between tokens, on or off',
    group: 'View',
    keys: ['Own+B'],
    act: ({ view }) => view.getState().setBorders(!view.getState().borders),
  },
  {
    id: 'whitespace',
    title: 'Signs for spaces and line ends, on or off',
    group: 'View',
    act: ({ view }) => view.getState().setWhitespace(!view.getState().whitespace),
  },
  ...SIZES,
  ...SCALES,
];
