// The drawing of the tree: where nodes stand, how the keys walk, what stands in a node.
import { describe, expect, test } from 'vitest';
import type { Branch, DocumentToken } from '../../stores/document/types.ts';
import { ageWords } from '../shared/age.ts';
import { branchTree } from './branchTree.ts';
import { columns, runLabel, shortened } from './label.ts';
import { edgePath, fittedLayout, type LayoutSizes, type PlacedNode, treeLayout } from './treeLayout.ts';
import { walkTree } from './treeWalk.ts';

const token = (text: string): DocumentToken => ({
  id: text.codePointAt(0) ?? 0,
  bytes: new TextEncoder().encode(text),
  special: false,
  origin: 'typed',
});
const branch = (id: number, text: string): Branch => ({ id, name: '', began: 0, tokens: [...text].map(token) });
const SIZES = { row: 20, char: 7, small: 6 };

function layoutOf(texts: readonly string[], active = 1) {
  const branches = texts.map((text, i) => branch(i + 1, text));
  return treeLayout(branchTree(branches, null), branches, active, new Map(), SIZES);
}
const words = ({ label }: PlacedNode) => label.first + label.rest;

describe('the layout', () => {
  test('has one row a leaf, a parent in the row of its first child, children to the right', () => {
    const { nodes, height } = layoutOf(['abcd', 'abxy', 'abxz', 'aq']);
    expect(nodes.map(words)).toEqual(['a', 'b', 'cd', 'x', 'y', 'z', 'q']);
    const rows = nodes.map(({ y }) => Math.round((y - nodes[0]!.y) / SIZES.row));
    expect(rows).toEqual([0, 0, 0, 1, 1, 2, 3]);
    for (const { parent, x } of nodes) if (parent) expect(x).toBeGreaterThan(parent.x + parent.width);
    expect(height).toBe(4 * SIZES.row + 24);
    expect(nodes.map(({ level }) => level)).toEqual([1, 2, 3, 3, 4, 4, 2]);
  });

  test('no two nodes lie over each other, with many branches too', () => {
    const texts = Array.from({ length: 60 }, (_, i) => `ab${i.toString(2).padStart(6, '0')}${'z'.repeat(i % 5)}`);
    const { nodes, width } = layoutOf(texts);
    expect(nodes.length).toBeLessThan(2 * 60);
    for (const a of nodes)
      for (const b of nodes)
        if (a !== b && a.y === b.y) expect(a.x + a.width <= b.x || b.x + b.width <= a.x).toBe(true);
    expect(Math.max(...nodes.map(node => node.x + node.width))).toBeLessThanOrEqual(width);
  });

  test('marks the way of the active branch, and where branches end', () => {
    const { nodes } = layoutOf(['abcd', 'abxy', 'ab'], 2);
    expect(nodes.filter(({ active }) => active).map(words)).toEqual(['ab', 'xy']);
    expect(nodes.map(({ ends }) => ends)).toEqual(['Branch 3', 'Branch 1', 'Branch 2']);
  });

  test('a line goes straight in its own row, else round two corners', () => {
    const { nodes } = layoutOf(['ab', 'ac']);
    const [root, first, second] = nodes as [PlacedNode, PlacedNode, PlacedNode];
    expect(edgePath(root, first)).toMatch(/^M[\d.]+ 22H[\d.]+$/);
    expect(edgePath(root, second)).toMatch(/^M[\d.]+ 22H.*Q.*V.*Q.*H[\d.]+$/);
  });

  test('branches that begin differently have an empty root', () => {
    const { nodes } = layoutOf(['ab', 'xy']);
    expect(nodes.map(words)).toEqual(['', 'ab', 'xy']);
    expect(nodes[0]?.width).toBeLessThan(10);
  });
});

describe('in a pane', () => {
  const texts = [
    'a long beginning of a story, and then one end of it',
    'a long beginning of a story, or quite another one',
  ];
  const branches = texts.map((text, i) => branch(i + 1, text));
  const lay = (sizes: LayoutSizes) => treeLayout(branchTree(branches, null), branches, 1, new Map(), sizes);

  test('words give way before the drawing reaches out', () => {
    const whole = lay(SIZES);
    expect(fittedLayout(lay, SIZES, whole.width).width).toBe(whole.width);
    const fitted = fittedLayout(lay, SIZES, whole.width - 60);
    expect(fitted.width).toBeLessThanOrEqual(whole.width - 60);
    expect(fitted.nodes).toHaveLength(whole.nodes.length);
  });

  test('what fits with no words keeps all of them, and is pushed sideways; so is what has no pane yet', () => {
    expect(fittedLayout(lay, SIZES, 100).width).toBe(lay(SIZES).width);
    expect(fittedLayout(lay, SIZES, 0).width).toBe(lay(SIZES).width);
  });

  test('few rows stand further apart, many do not', () => {
    expect(fittedLayout(lay, SIZES, 900).height).toBe(2 * 28 + 24);
    const many = Array.from({ length: 8 }, (_, i) => branch(i + 1, `a${i}`));
    const layMany = (sizes: LayoutSizes) => treeLayout(branchTree(many, null), many, 1, new Map(), sizes);
    expect(fittedLayout(layMany, SIZES, 900).height).toBe(8 * 20 + 24);
  });
});

describe('the keys', () => {
  const layout = layoutOf(['abcd', 'abxy', 'abxz', 'aq'], 3);
  const at = (text: string) => layout.nodes.find(node => words(node) === text) as PlacedNode;
  test.each([
    ['cd', 'ArrowLeft', 'b'],
    ['a', 'ArrowLeft', null],
    ['b', 'ArrowRight', 'x'],
    ['a', 'ArrowRight', 'b'],
    ['cd', 'ArrowRight', null],
    ['cd', 'ArrowDown', 'x'],
    ['x', 'ArrowUp', 'cd'],
    ['y', 'ArrowDown', 'z'],
    ['z', 'ArrowDown', null],
    ['q', 'ArrowUp', 'b'],
    ['cd', 'ArrowUp', null],
    ['cd', 'Home', 'a'],
    ['a', 'End', 'z'],
    ['a', 'x', null],
  ])('from %s with %s to %s', (from, key, to) => {
    const next = walkTree(layout, at(from), key);
    expect(next && words(next)).toBe(to);
  });
});

describe('words', () => {
  test('of a run: the first token with its signs, the rest cut in the middle', () => {
    expect(runLabel([token(' fox'), token(' ran'), token('\n home ')])).toEqual({ first: '·fox', rest: ' ran home' });
    expect(runLabel([{ ...token('x'), bytes: Uint8Array.of(0xc3) }])).toEqual({ first: 'C3', rest: '' });
    expect(runLabel([])).toEqual({ first: '', rest: '' });
    expect(shortened('abcdefghij', 7)).toBe('ab…ghij');
    expect(shortened('abc', 3)).toBe('abc');
    expect(columns('a字🦊')).toBe(5);
  });

  test.each([
    [-5, 'now'],
    [59_000, 'now'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [86_400_000, '1 day'],
    [200_000_000, '2 days'],
  ])('of an age of %d ms: %s', (ms, said) => {
    expect(ageWords(ms)).toBe(said);
  });
});
