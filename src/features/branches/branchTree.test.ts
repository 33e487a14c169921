// The tree of the branches: every branch is a path of it, runs are as long as they can be, grown tokens hang where they belong.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Branch, DocumentToken } from '../../stores/document/types.ts';
import { branchNumbers, branchTree, nodesOf, partOf, type TreeNode } from './branchTree.ts';

const token = (id: number, logprob?: number): DocumentToken => ({
  id,
  bytes: Uint8Array.of(id),
  special: false,
  origin: 'typed',
  ...(logprob === undefined ? {} : { stats: { logprob, rank: 1, entropy: 0, logZ: 0 } }),
});
const branch = (id: number, tokens: string | readonly DocumentToken[]): Branch => ({
  id,
  name: '',
  began: 0,
  tokens: typeof tokens === 'string' ? [...tokens].map(c => token(c.codePointAt(0) ?? 0)) : tokens,
});
const spelled = (tokens: readonly DocumentToken[]): string => String.fromCodePoint(...tokens.map(each => each.id));

/** The tree as text: runs, `*` where something ends, `+` where it has grown. */
function drawn(node: TreeNode): string {
  const marks = `${node.ends.length > 0 ? '*' : ''}${node.grown.length > 0 ? '+' : ''}`;
  return `${spelled(node.tokens)}${marks}${node.children.length > 0 ? `(${node.children.map(drawn).join(' ')})` : ''}`;
}
const treeOf = (...texts: string[]) =>
  branchTree(
    texts.map((text, i) => branch(i + 1, text)),
    null,
  );

describe('the tree', () => {
  test.each([
    [['abc'], 'abc*'],
    [['abcd', 'abxy'], 'ab(cd* xy*)'],
    [['abcd', 'ab'], 'ab*(cd*)'],
    [['ab', 'xy'], '(ab* xy*)'],
    [['abcd', 'abxy', 'abxz', 'q'], '(ab(cd* x(y* z*)) q*)'],
    [[''], '*'],
  ])('of %j', (texts, expected) => {
    expect(drawn(treeOf(...texts))).toBe(expected);
  });

  test('has every branch as a path, with runs that cannot be longer', () => {
    const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 9 }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(texts, list => {
        const branches = list.map((text, i) => branch(i + 1, text));
        const tree = branchTree(branches, null);
        const nodes = nodesOf(tree);
        expect(new Set(nodes.map(({ key }) => key)).size).toBe(nodes.length);
        for (const each of branches) {
          const path = nodes.filter(node => node.branches.includes(each.id));
          expect(path.map(node => spelled(node.tokens)).join('')).toBe(spelled(each.tokens));
          expect(path.at(-1)?.ends).toContain(each.id);
        }
        for (const node of nodes) {
          const firsts = node.children.map(child => child.tokens[0]?.id);
          expect(new Set(firsts).size).toBe(firsts.length);
          if (node.children.length === 1 && node !== tree) expect(node.ends.length).toBeGreaterThan(0);
          for (const child of node.children) expect(child.from).toBe(node.from + node.tokens.length);
        }
        expect(nodes.length).toBeLessThanOrEqual(2 * branches.length);
      }),
    );
  });

  test('what has grown hangs where it began, one token a node, merged with what branches say', () => {
    const branches = [branch(1, 'abcd'), branch(2, 'abxy')];
    const grown = (node: number, parent: number, char: string) => ({
      node,
      parent,
      token: token(char.codePointAt(0) ?? 0),
      logprob: -node,
    });
    const base = branch(0, 'abc').tokens;
    const nodes = [grown(0, -1, 'd'), grown(1, -1, 'k'), grown(2, 0, 'e'), grown(3, 1, 'l'), grown(4, 9, 'm')];
    const tree = branchTree(branches, { base, nodes });
    expect(drawn(tree)).toBe('ab(c(d*+(e+) k+(l+)) xy*)');
    const faint = nodesOf(tree).filter(node => node.branches.length === 0);
    expect(faint.map(node => node.grown)).toEqual([[2], [1], [3]]);
    expect(faint.map(node => node.logprob)).toEqual([-2, -1, -3]);
  });
});

describe('the numbers of a branch', () => {
  const scored = (text: string, last = -2) =>
    [...text].map((c, i) => token(c.codePointAt(0) ?? 0, i === 0 ? undefined : i === text.length - 1 ? last : -1));

  test('leave out the first token, and count from where it parts', () => {
    const branches = [branch(1, scored('abcd')), branch(2, scored('abxyz', -4))];
    const tree = branchTree(branches, null);
    expect(branches.map(each => branchNumbers(each, tree))).toEqual([
      { tokens: 4, own: 2, logprob: -4, ownLogprob: -3, perToken: -4 / 3 },
      { tokens: 5, own: 3, logprob: -7, ownLogprob: -6, perToken: -7 / 4 },
    ]);
  });

  test('are unknown as long as one is missing; a beginning of another branch has none of its own', () => {
    const branches = [branch(1, scored('abcd')), branch(2, 'abxy'), branch(3, scored('abc'))];
    const tree = branchTree(branches, null);
    expect(branchNumbers(branches[1] as Branch, tree)).toMatchObject({
      logprob: null,
      ownLogprob: null,
      perToken: null,
    });
    expect(branchNumbers(branches[2] as Branch, tree)).toMatchObject({ own: 0, ownLogprob: null });
    expect(partOf(branches[0] as Branch, tree)).toBe(3);
    const alone = branch(1, scored('ab'));
    expect(partOf(alone, branchTree([alone], null))).toBe(0);
    expect(branchNumbers(branch(1, 'a'), treeOf('a'))).toMatchObject({ logprob: null, perToken: null });
  });
});
