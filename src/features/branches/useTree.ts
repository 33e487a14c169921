// The tree as the view draws it: the branches worth showing, what has grown on them, and where each node stands.
import { useDeferredValue, useMemo } from 'react';
import { distinct } from '../../stores/document/branches.ts';
import type { Branch } from '../../stores/document/types.ts';
import { useDocument } from '../../stores/react.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { branchTree, type Growing, type TreeNode } from './branchTree.ts';
import { type Growth, pathLogprobs } from './growthTypes.ts';
import { fittedLayout, type LayoutSizes, type TreeLayout, treeLayout } from './treeLayout.ts';
import { useGrowth } from './useGrowth.ts';

export interface ShownTree {
  /** In the order in which they began. */
  readonly branches: readonly Branch[];
  readonly active: number;
  readonly tree: TreeNode;
  readonly layout: TreeLayout;
}

const DESKTOP: LayoutSizes = { row: 32, char: 7.3, small: 6.7 };
const TOUCH: LayoutSizes = { row: 50, char: 7.9, small: 7.3 };
const NONE: ReadonlyMap<number, number> = new Map();

function growingOf(growth: Growth | null, tokenizer: Tokenizer | null): Growing | null {
  if (growth === null || tokenizer === null) return null;
  const nodes = growth.nodes.map(({ node, parent, id, logprob }) => ({
    node,
    parent,
    logprob,
    token: { id, bytes: tokenizer.bytes(id), special: tokenizer.isSpecial(id), origin: 'chosen' as const },
  }));
  return { base: growth.base, nodes };
}

/** @param room px that the drawing has, 0 while that is not known */
export function useTree(room: number): ShownTree {
  const all = useDocument(s => s.branches);
  const active = useDocument(s => s.branch);
  const tokenizer = useDocument(s => s.tokenizer);
  const growth = useGrowth(s => s.growth);
  const now = useMemo(
    () => ({ branches: distinct({ branches: all, branch: active }), active, growth, tokenizer }),
    [all, active, growth, tokenizer],
  );
  // A run changes the branches with every frame: the drawing may come after it.
  const shown = useDeferredValue(now);
  return useMemo(() => {
    const { branches } = shown;
    const tree = branchTree(branches, growingOf(shown.growth, shown.tokenizer));
    const together = shown.growth === null ? NONE : pathLogprobs(shown.growth);
    const sizes = matchMedia('(pointer: coarse), (max-width: 760px)').matches ? TOUCH : DESKTOP;
    const lay = (chosen: LayoutSizes): TreeLayout => treeLayout(tree, branches, shown.active, together, chosen);
    return { branches, active: shown.active, tree, layout: fittedLayout(lay, sizes, room) };
  }, [shown, room]);
}
