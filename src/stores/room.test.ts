// How the page is arranged: kept word by word, and what another hand has written there is refused.
import { expect, test } from 'vitest';
import { createRoomStore, type Shelf } from './room.ts';

function shelfOf(lies: Record<string, string> = {}): { shelf: Shelf; lies: Map<string, string> } {
  const map = new Map(Object.entries(lies));
  const shelf: Shelf = {
    get: name => map.get(name) ?? null,
    put: (name, value) => void (value === null ? map.delete(name) : map.set(name, value)),
  };
  return { shelf, lies: map };
}

test('what a person arranges comes back with the next page', () => {
  const { shelf, lies } = shelfOf();
  const { setWidth, setTextSize, setFolded, putAway } = createRoomStore(shelf).getState();
  setWidth('side', 0.41666666);
  setWidth('settings', 0.2);
  setWidth('settings', null);
  setTextSize('large');
  setFolded('token', true);
  setFolded('lens', false);
  setFolded('token', false);
  putAway('lens');
  putAway('lens');
  const { widths, textSize, folds, told } = createRoomStore(shelf).getState();
  expect(widths).toEqual({ side: 0.4167, settings: null });
  expect(textSize).toBe('large');
  expect(folds).toEqual({ token: false, lens: false });
  expect(told).toEqual(['lens']);
  expect([...lies.keys()].sort()).toEqual(['folds', 'side', 'text', 'told']);
  setTextSize('normal');
  expect(lies.has('text')).toBe(false);
});

test('a width outside the window, a size of no name and words of no sense are as if nothing lay there', () => {
  for (const side of ['', '0', '1', '-0.2', '7', 'NaN', 'a third']) {
    const { shelf } = shelfOf({ side, text: 'huge', told: '<b> x'.repeat(30), folds: '"' });
    const { widths, textSize, told, folds } = createRoomStore(shelf).getState();
    expect(widths.side, side).toBeNull();
    expect(textSize).toBe('normal');
    expect(folds).toEqual({});
    expect(told.every(name => /^[\w-]+$/.test(name))).toBe(true);
  }
  const store = createRoomStore(shelfOf().shelf);
  store.getState().setWidth('side', 3);
  expect(store.getState().widths.side).toBeNull();
});

test('a tour that has ended is not offered again, and can be taken again', () => {
  const { shelf } = shelfOf();
  const store = createRoomStore(shelf);
  store.getState().startTour();
  expect(store.getState()).toMatchObject({ touring: true, told: [] });
  store.getState().endTour();
  expect(store.getState()).toMatchObject({ touring: false, told: ['tour'] });
  const later = createRoomStore(shelf);
  expect(later.getState()).toMatchObject({ touring: false, told: ['tour'] });
  later.getState().startTour();
  expect(later.getState().touring).toBe(true);
});

test('two tabs take nothing from each other of what was told and folded', () => {
  const { shelf } = shelfOf();
  const [one, other] = [createRoomStore(shelf), createRoomStore(shelf)];
  one.getState().putAway('lens');
  one.getState().setFolded('lens', false);
  other.getState().putAway('tour');
  other.getState().setFolded('token', true);
  const later = createRoomStore(shelf).getState();
  expect(later.told).toEqual(['lens', 'tour']);
  expect(later.folds).toEqual({ lens: false, token: true });
});
