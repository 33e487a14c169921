// Keys reach the right action and nobody else's; words find actions; what cannot be done says why.
import { afterEach, describe, expect, test } from 'vitest';
import { idle, type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { isChord, isPlain, type Stroke } from '../../ui/controls/chord.ts';
import { SIDE_VIEWS } from '../sideViews.ts';
import { type Action, actionOf, type Place } from './action.ts';
import { findActions } from './find.ts';
import { placesOf } from './places.ts';
import { ACTIONS } from './registry.ts';

const HERE: Place = { composing: false, field: 'text', overlay: false };

const NAMES: Readonly<Record<string, string>> = {
  Esc: 'Escape',
  Left: 'ArrowLeft',
  Right: 'ArrowRight',
  Down: 'ArrowDown',
};

/** What a keyboard says of a chord that is struck. */
function strike(keys: string, mac: boolean): Stroke {
  const parts = keys.split('+');
  const name = parts.at(-1) ?? '';
  const own = parts.includes('Own');
  return {
    key: NAMES[name] ?? (name.length === 1 ? name.toLowerCase() : name),
    code: /^\d$/.test(name) ? `Digit${name}` : '',
    ctrl: mac ? own : parts.includes('Mod'),
    meta: mac && parts.includes('Mod'),
    shift: parts.includes('Shift') || (mac && own),
    alt: parts.includes('Alt') || (!mac && own),
  };
}

const hit = (keys: string, place: Partial<Place> = {}): string | null =>
  actionOf(ACTIONS, strike(keys, false), { ...HERE, ...place }, false)?.id ?? null;

describe('keys', () => {
  test.each([false, true])(
    'every chord leads to the action that shows it, and ids are one of a kind (Mac: %s)',
    mac => {
      expect(new Set(ACTIONS.map(({ id }) => id)).size).toBe(ACTIONS.length);
      for (const action of ACTIONS) {
        for (const keys of action.keys ?? []) {
          const place = { ...HERE, field: isPlain(keys) ? null : HERE.field };
          expect(actionOf(ACTIONS, strike(keys, mac), place, mac)?.id, keys).toBe(action.id);
          const taken = ACTIONS.filter(each => each.keys?.some(its => isChord(strike(keys, mac), its, mac)));
          expect(taken.map(({ id }) => id)).toEqual([action.id]);
        }
      }
    },
  );

  test('nothing fires while a text is composed', () => {
    const fired = ACTIONS.flatMap(({ keys = [] }) => keys.filter(each => hit(each, { composing: true }) !== null));
    expect(fired).toEqual([]);
  });

  test('in a field nothing fires without a modifier, but Esc', () => {
    const plain = ACTIONS.flatMap(({ keys = [] }) => keys.filter(isPlain));
    expect(plain).toContain('?');
    for (const field of ['text', 'other'] as const) {
      expect(plain.filter(keys => hit(keys, { field }) !== null)).toEqual(['Esc']);
    }
    expect(hit('?', { field: null })).toBe('keys');
  });

  test('other fields keep their own undo, a dialog its Esc and its Enter', () => {
    expect(hit('Mod+Z')).toBe('undo');
    expect(hit('Mod+Y')).toBe('redo');
    expect(hit('Mod+Z', { field: 'other' })).toBeNull();
    expect(hit('Alt+Left', { field: null })).toBeNull();
    for (const keys of ['Esc', 'Mod+Enter', 'Own+N', 'Mod+K']) expect(hit(keys, { overlay: true })).toBeNull();
    expect(hit('Mod+/', { overlay: true })).toBe('keys');
  });

  test('every view has keys of its own', () => {
    const views = ACTIONS.filter(({ id }) => id.startsWith('view:'));
    const digits = [...'1234567890'].slice(0, views.length);
    expect(views.slice(0, 10).map(({ keys }) => keys?.[0])).toEqual(digits.map(digit => `Own+${digit}`));
  });
});

describe('the palette', () => {
  const titles = (query: string, recent: readonly string[] = []): string[] =>
    findActions(ACTIONS, query, recent).map(({ id }) => id);

  test('finds by words in any order, what is called so first, then what begins so', () => {
    expect(titles('run')[0]).toBe('run');
    expect(titles('rank tint')).toEqual(['tint:rank']);
    expect(titles('TEMPER')[0]).toBe('setting:temperature');
    expect(titles('view chat')).toEqual(['view:chat']);
    for (const { key, label } of SIDE_VIEWS) expect(titles(label)[0]).toBe(`view:${key}`);
    expect(titles('re-tok')[0]).toBe('retokenise');
    expect(titles('no such thing')).toEqual([]);
    expect(titles('')).toHaveLength(ACTIONS.length);
  });

  test('what was done last comes first, among what fits as well', () => {
    expect(titles('', ['reset_settings', 'share']).slice(0, 3)).toEqual(['reset_settings', 'share', 'run']);
    const tints = titles('tint');
    expect(titles('tint', ['tint:entropy'])[0]).toBe('tint:entropy');
    expect(titles('tint', ['tint:entropy']).toSorted()).toEqual(tints.toSorted());
  });
});

describe('on a page', () => {
  let page: Page;
  afterEach(() => page.dispose());
  const action = (id: string, from: readonly Action[] = ACTIONS): Action => {
    const found = from.find(each => each.id === id);
    if (found === undefined) throw new Error(`no action ${id}`);
    return found;
  };

  test('what cannot be done says why, and can once it can', async () => {
    page = await readyPage({ model: { eosIds: [] } });
    const why = (id: string) => action(id).hindrance?.(page) ?? null;
    expect(why('run')).toBeNull();
    for (const id of ['stop', 'regenerate', 'undo', 'go_past', 'lock_seed', 'tint:probability', 'retokenise'])
      expect(why(id), id).toMatch(/^[A-Z]/);
    action('run').act(page);
    expect([why('run'), why('stop')]).toEqual(['A run is under way', null]);
    await idle(page);
    for (const id of ['regenerate', 'undo', 'lock_seed']) expect(why(id), id).toBeNull();
    action('undo').act(page);
    expect(page.document.getState().tokens.every(({ origin }) => origin === 'typed')).toBe(true);
    action('lock_seed').act(page);
    expect(page.settings.getState().seed).toBe('1000');
  });

  test('documents, branches, models that are here and presets are places to go to', async () => {
    page = await readyPage();
    await page.documents.getState().acts?.create({ text: 'A first text', keep: true });
    const first = page.documents.getState().id;
    await page.documents.getState().acts?.create({ text: 'A second text', keep: true });
    page.document.getState().choose(1, 5);
    const places = await placesOf(page);
    expect(action(`document:${first}`, places)).toMatchObject({ title: 'Open: A first text' });
    expect(action(`document:${first}`, places).hindrance?.(page)).toBeNull();
    expect(action(`document:${page.documents.getState().id}`, places).hindrance?.(page)).toBe('It is open');
    const titles = () =>
      placesOf(page).then(all => all.flatMap(({ id, title }) => (id.startsWith('branch:') ? title : [])));
    expect(await titles()).toEqual(['Switch to Branch 1', 'Switch to Branch 2']);
    // Named as in the list of branches, whichever of them are gone.
    page.document.getState().choose(1, 6);
    page.document.getState().removeBranch(2);
    page.document.getState().renameBranch(3, 'Mine');
    expect(await titles()).toEqual(['Switch to Branch 1', 'Switch to Mine']);
    expect(action('model:shipped/nucleus-3m', places).hindrance?.(page)).toBe('It is in use');
    action('use:shipped:Greedy', places).act(page);
    expect(page.settings.getState().settings.temperature).toBe(0);
    action('branch:1', places).act(page);
    expect(page.document.getState().branch).toBe(1);
  });
});
