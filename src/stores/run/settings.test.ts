// Controls, seed and view: clamped, locked, reset.
import { describe, expect, test } from 'vitest';
import { clampSettings, DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import { CANDIDATES_STEP, createViewStore } from '../view.ts';
import { createSettingsStore, lockedSeed, MAX_SEED } from './settings.ts';

const createStore = () => {
  const store = createSettingsStore();
  store.getState().clampWith(clampSettings);
  return store;
};

describe('controls', () => {
  test('what was set before the steps were there is clamped when they are; what was not stays the same object', () => {
    const store = createSettingsStore();
    const { settings } = store.getState();
    store.getState().clampWith(clampSettings);
    expect(store.getState().settings).toBe(settings);
    const early = createSettingsStore();
    early.getState().change({ temperature: 99 });
    early.getState().clampWith(clampSettings);
    expect(early.getState().settings).toEqual({ ...DEFAULT_SETTINGS, temperature: 5 });
  });

  test('are clamped on the way in', () => {
    const store = createStore();
    store.getState().change({ temperature: 99, top_p: -1, max_new_tokens: 2.6 });
    const { settings } = store.getState();
    expect(settings.temperature).toBe(5);
    expect(settings.top_p).toBeGreaterThan(0);
    expect(settings.max_new_tokens).toBe(3);
    store.getState().reset();
    expect(store.getState().settings).toEqual(DEFAULT_SETTINGS);
  });

  test('those a person has touched do not follow the model, reset does', () => {
    const store = createStore();
    store.getState().change({ temperature: 0.1 });
    store.getState().setModelDefaults({ temperature: 0.5, top_p: 0.6 });
    expect(store.getState().settings).toMatchObject({ temperature: 0.1, top_p: 0.6 });
    store.getState().reset();
    expect(store.getState().settings).toMatchObject({ temperature: 0.5, top_p: 0.6 });
    store.getState().setModelDefaults({});
    expect(store.getState().settings).toMatchObject({ temperature: 0.8, top_p: 0.95 });
    store.getState().setModelDefaults({ temperature: 2 }, true);
    expect(store.getState()).toMatchObject({ settings: { temperature: 0.8 }, defaults: { temperature: 2 } });
  });
});

describe('seed', () => {
  test('empty is fresh, digits lock, other text is ignored', () => {
    const store = createStore();
    expect(lockedSeed(store.getState())).toBeNull();
    store.getState().setSeed(' 42 ');
    expect(lockedSeed(store.getState())).toBe(42);
    for (const text of ['-1', '1.5', 'abc', '1e9']) store.getState().setSeed(text);
    expect(store.getState().seed).toBe('42');
    store.getState().setSeed('99999999999999999999');
    expect(lockedSeed(store.getState())).toBe(42);
    store.getState().setSeed('9007199254740993');
    expect(lockedSeed(store.getState())).toBe(42);
    store.getState().setSeed(String(MAX_SEED));
    expect(lockedSeed(store.getState())).toBe(MAX_SEED);
    store.getState().setSeed('');
    expect(lockedSeed(store.getState())).toBeNull();
    store.getState().lockSeed(7);
    expect(store.getState().seed).toBe('7');
    store.getState().unlockSeed();
    expect(store.getState().seed).toBe('');
  });
});

test('the list of candidates grows and starts over', () => {
  const store = createViewStore();
  store.getState().showMore();
  expect(store.getState().candidateCount).toBe(2 * CANDIDATES_STEP);
  store.getState().setSearch('fox');
  expect(store.getState()).toMatchObject({ candidateCount: CANDIDATES_STEP, search: 'fox' });
  store.getState().selectCandidate(5);
  store.getState().showAll();
  store.getState().resetCandidates();
  expect(store.getState()).toMatchObject({ candidateCount: CANDIDATES_STEP, search: '', candidate: null });
  store.getState().open('models');
  expect(store.getState().dialog).toBe('models');
  store.getState().close();
  expect(store.getState().dialog).toBeNull();
});
