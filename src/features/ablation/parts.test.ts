// Parts of a model as sets.
import { expect, test } from 'vitest';
import type { Part } from '../../protocol/probe-commands.ts';
import { hasLayer, hasPart, keyOfParts, listParts, partKey, toggleLayer, togglePart } from './parts.ts';

const head = (layer: number, h: number): Part => ({ kind: 'head', layer, head: h });
const mlp = (layer: number): Part => ({ kind: 'mlp', layer });
const attends = (layers: number) => Array.from({ length: layers }, () => 'attention' as const);
const attention = (layer: number): Part => ({ kind: 'attention', layer });

test('every part has a key of its own', () => {
  const parts = listParts({ n_layer: 12, n_head: 12, mixers: attends(12) }, true);
  expect(parts).toHaveLength(12 * 14);
  expect(new Set(parts.map(partKey)).size).toBe(parts.length);
  expect(listParts({ n_layer: 2, n_head: 3, mixers: attends(2) }, false)).toEqual([
    head(0, 0),
    head(0, 1),
    head(0, 2),
    head(1, 0),
    head(1, 1),
    head(1, 2),
  ]);
});

test('a layer without attention has no heads, but its two parts', () => {
  const dims = { n_layer: 2, n_head: 2, mixers: ['short_conv', 'attention'] as const };
  expect(listParts(dims, false)).toEqual([head(1, 0), head(1, 1)]);
  expect(listParts(dims, true)).toEqual([attention(0), mlp(0), head(1, 0), head(1, 1), attention(1), mlp(1)]);
});

test('a part is put in and taken out; the order makes no other set', () => {
  const off = togglePart(togglePart([], head(1, 2)), mlp(0));
  expect(off).toEqual([head(1, 2), mlp(0)]);
  expect(hasPart(off, mlp(0)) && !hasPart(off, attention(0))).toBe(true);
  expect(keyOfParts(off)).toBe(keyOfParts([mlp(0), head(1, 2)]));
  expect(keyOfParts(off)).not.toBe(keyOfParts([mlp(1), head(1, 2)]));
  expect(togglePart(off, head(1, 2))).toEqual([mlp(0)]);
  expect(keyOfParts([])).toBe('');
});

test('a whole layer is its attention and its MLP together', () => {
  const one = [mlp(3), head(2, 0)];
  expect(hasLayer(one, 3)).toBe(false);
  const whole = toggleLayer(one, 3);
  expect(hasLayer(whole, 3)).toBe(true);
  expect(keyOfParts(whole)).toBe(keyOfParts([head(2, 0), mlp(3), attention(3)]));
  expect(toggleLayer(whole, 3)).toEqual([head(2, 0)]);
});
