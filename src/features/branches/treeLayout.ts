// Where the nodes of the tree stand: left to right, one row a leaf, a parent in the row of its first child. Pure.
import { formatProbability } from '../../lib/format.ts';
import { labelOf } from '../../stores/document/branches.ts';
import type { Branch } from '../../stores/document/types.ts';
import type { TreeNode } from './branchTree.ts';
import { columns, MOST_REST, type RunLabel, runLabel } from './label.ts';

export interface PlacedNode {
  readonly node: TreeNode;
  readonly parent: PlacedNode | null;
  /** 1 for the root. */
  readonly level: number;
  /** Place among its siblings, from 0, and their number. */
  readonly index: number;
  readonly siblings: number;
  /** px; `y` is the middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly label: RunLabel;
  /** Where the parts of the label begin, px from `x`. */
  readonly restAt: number;
  readonly shareAt: number;
  /** Probability of its first token before sampling, in words, and of a whole grown path; '' where there is none. */
  readonly share: string;
  /** Names of the branches that end here. */
  readonly ends: string;
  /** The active branch goes through it. */
  readonly active: boolean;
}

export interface TreeLayout {
  /** A parent before its children. */
  readonly nodes: readonly PlacedNode[];
  readonly width: number;
  readonly height: number;
}

export interface LayoutSizes {
  /** px of a row. */
  readonly row: number;
  /** Characters of a run behind its first token, at most; `MOST_REST` when absent. */
  readonly rest?: number;
  /** px of a character of the label, and of the small numbers and names. */
  readonly char: number;
  readonly small: number;
}

/** Inside a box, and between a parent and its children. */
const PAD = 8;
const GAP = 30;
/** Around the drawing. */
const EDGE = 12;
/** Of the corners of a line. */
const BEND = 7;

type OwnPlaced = { -readonly [K in keyof PlacedNode]: PlacedNode[K] };

/** @param together log-probability of the whole grown path, by the number of its last node */
export function treeLayout(
  tree: TreeNode,
  branches: readonly Branch[],
  active: number,
  together: ReadonlyMap<number, number>,
  sizes: LayoutSizes,
): TreeLayout {
  const nodes: OwnPlaced[] = [];
  const names = new Map(branches.map(branch => [branch.id, labelOf(branch)]));
  let rows = 0;
  let width = 0;
  const place = (node: TreeNode, parent: PlacedNode | null, index: number, siblings: number): PlacedNode => {
    const ends = node.ends.map(id => names.get(id) ?? '').join(', ');
    const self: OwnPlaced = {
      ...boxOf(node, ends, shareOf(node, together), sizes),
      node,
      parent,
      index,
      siblings,
      level: (parent?.level ?? 0) + 1,
      x: parent === null ? EDGE : parent.x + parent.width + GAP,
      y: 0,
      active: node.branches.includes(active),
    };
    nodes.push(self);
    const children = node.children.map((child, i) => place(child, self, i, node.children.length));
    const [first] = children;
    self.y = first ? first.y : EDGE + sizes.row * (rows++ + 0.5);
    const name = self.ends === '' || children.length > 0 ? 0 : PAD + columns(self.ends) * sizes.small;
    width = Math.max(width, self.x + self.width + name);
    return self;
  };
  place(tree, null, 0, 1);
  return { nodes, width: width + EDGE, height: rows * sizes.row + 2 * EDGE };
}

/** Rows that stand further apart: so few that the pane has room for it. */
const FEW_ROWS = 4;
const ROOMY = 1.4;
/** Characters of a run behind its first token, from the longest: words give way before the drawing reaches out of its pane. */
const RESTS = [MOST_REST, 16, 11, 7];

/** The tree in a pane of `room` px, 0 while that is not known: with the longest words that let all of it stand in sight. */
export function fittedLayout(lay: (sizes: LayoutSizes) => TreeLayout, sizes: LayoutSizes, room: number): TreeLayout {
  const { height } = lay(sizes);
  const few = (height - 2 * EDGE) / sizes.row <= FEW_ROWS;
  const row = few ? Math.round(sizes.row * ROOMY) : sizes.row;
  const layouts = RESTS.map(rest => () => lay({ ...sizes, row, rest }));
  if (room > 0) {
    for (const make of layouts) {
      const layout = make();
      if (layout.width <= room) return layout;
    }
  }
  return lay({ ...sizes, row });
}

/** Size and words of a node. */
function boxOf(node: TreeNode, ends: string, share: string, { char, small, rest = MOST_REST }: LayoutSizes) {
  const label = runLabel(node.tokens, rest);
  const restAt = PAD + columns(label.first) * char;
  const shareAt = restAt + columns(label.rest) * char + (share === '' ? 0 : PAD);
  const width = node.tokens.length === 0 ? PAD : shareAt + share.length * small + PAD;
  return { label, share, ends, restAt, shareAt, width };
}

/** Of the first token; behind it that of the whole path, where that has grown over several tokens. */
function shareOf(node: TreeNode, together: ReadonlyMap<number, number>): string {
  if (node.logprob === null || node.tokens.length === 0) return '';
  const path = node.branches.length === 0 ? together.get(node.grown[0] ?? -1) : undefined;
  const own = formatProbability(Math.exp(node.logprob));
  return path === undefined || path === node.logprob ? own : `${own} · ${formatProbability(Math.exp(path))}`;
}

/** The line from a parent to its child. */
export function edgePath(from: PlacedNode, to: PlacedNode): string {
  const [x, mid] = [from.x + from.width, from.x + from.width + GAP / 2];
  if (from.y === to.y) return `M${x} ${from.y}H${to.x}`;
  const down = `Q${mid} ${from.y} ${mid} ${from.y + BEND}V${to.y - BEND}Q${mid} ${to.y} ${mid + BEND} ${to.y}`;
  return `M${x} ${from.y}H${mid - BEND}${down}H${to.x}`;
}
