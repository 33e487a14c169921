// Which draw a place has: its own, the one to come under a locked seed, or none, and why.
import { expect, test } from 'vitest';
import { uniform } from '../../lib/rng.ts';
import { DEFAULT_SETTINGS } from '../../sampling/settings.ts';
import type { DocumentToken, Draw } from '../../stores/document/types.ts';
import { markOf } from './drawn.ts';

const DRAW: Draw = { settings: DEFAULT_SETTINGS, seed: 7, u: 0.25, pAfter: 0.5, outdated: false, model: null };
const token = (origin: DocumentToken['origin'], draw?: Draw): DocumentToken => ({
  id: 1,
  bytes: new Uint8Array(),
  special: false,
  origin,
  ...(draw === undefined ? {} : { draw }),
});

test('a drawn token shows its own random number, over either settings', () => {
  expect(markOf(token('drawn', DRAW), true, 5, null)).toEqual({ kind: 'drawn', u: 0.25, seed: 7 });
  expect(markOf(token('drawn', DRAW), false, 5, 9)).toEqual({ kind: 'replayed', u: 0.25, seed: 7 });
});

test('the draw to come is known with a locked seed alone', () => {
  expect(markOf(null, false, 5, 42)).toEqual({ kind: 'coming', u: uniform(42, 5, 0), seed: 42 });
  expect(markOf(null, false, 5, null)).toEqual({ kind: 'none', why: 'next' });
});

test('typed, chosen, outdated and unknown draws are said to be so', () => {
  expect(markOf(token('typed'), false, 5, 42)).toEqual({ kind: 'none', why: 'typed' });
  expect(markOf(token('chosen'), false, 5, 42)).toEqual({ kind: 'none', why: 'chosen' });
  expect(markOf(token('drawn', { ...DRAW, outdated: true }), false, 5, 42)).toEqual({ kind: 'none', why: 'outdated' });
  expect(markOf(token('drawn'), false, 5, 42)).toEqual({ kind: 'none', why: 'unknown' });
});
