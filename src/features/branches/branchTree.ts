// The tree of the branches: a compressed trie over token ids, with grown nodes on it, and the numbers of each branch. Pure.
import type { Branch, DocumentToken } from '../../stores/document/types.ts';

/** A run of tokens that every branch through it has in common. */
export interface TreeNode {
  /** The same for the same run as long as it lasts: position of its first token and the first of the branches through it. */
  readonly key: string;
  /** Position of its first token. */
  readonly from: number;
  /** Empty only at the root, where the branches begin differently. */
  readonly tokens: readonly DocumentToken[];
  readonly children: readonly TreeNode[];
  /** Ids of the branches that go through it, in their order; none through what is grown alone. */
  readonly branches: readonly number[];
  /** Ids of those that end with it. */
  readonly ends: readonly number[];
  /** The grown nodes of its tokens, by number; empty where none has grown. */
  readonly grown: readonly number[];
  /** Of its first token, before sampling; null where it is not known. */
  readonly logprob: number | null;
}

/** A grown token and where it hangs, as the trie takes it. */
interface GrownToken {
  readonly node: number;
  /** Node it follows; -1: the end of the tokens that the growth began from. */
  readonly parent: number;
  readonly token: DocumentToken;
  readonly logprob: number;
}

export interface Growing {
  readonly base: readonly DocumentToken[];
  readonly nodes: readonly GrownToken[];
}

interface OwnNode {
  from: number;
  tokens: readonly DocumentToken[];
  children: OwnNode[];
  branches: number[];
  ends: number[];
  grown: number[];
  /** What a growth says of its first token. */
  logprob: number | null;
}

/** The tree; its root begins at position 0. What has grown is on it where it belongs, merged with what branches already say. */
export function branchTree(branches: readonly Branch[], growing: Growing | null): TreeNode {
  const root = emptyNode(0, []);
  for (const { id, tokens } of branches) {
    const path = insert(root, 0, tokens);
    for (const node of [root, ...path]) node.branches.push(id);
    (path.at(-1) ?? root).ends.push(id);
  }
  if (growing !== null) growOn(root, growing);
  const [only, ...others] = root.children;
  // All begin alike: that run is the root.
  return finished(only !== undefined && others.length === 0 && root.ends.length === 0 ? only : root);
}

function emptyNode(from: number, tokens: readonly DocumentToken[]): OwnNode {
  return { from, tokens, children: [], branches: [], ends: [], grown: [], logprob: null };
}

function growOn(root: OwnNode, { base, nodes }: Growing): void {
  const start = insert(root, 0, base).at(-1) ?? root;
  const made = new Map<number, OwnNode>();
  for (const { node, parent, token, logprob } of nodes) {
    const above = parent < 0 ? start : made.get(parent);
    const own = above && insert(above, above.from + above.tokens.length, [token]).at(-1);
    if (own === undefined) continue;
    own.grown.push(node);
    own.logprob = logprob;
    made.set(node, own);
  }
}

/** The nodes below `node`, which ends before position `at`, that spell `tokens`; made or split where they are missing. */
function insert(node: OwnNode, at: number, tokens: readonly DocumentToken[]): OwnNode[] {
  const path: OwnNode[] = [];
  let above = node;
  let done = 0;
  while (done < tokens.length) {
    let next = above.children.find(child => child.tokens[0]?.id === tokens[done]?.id);
    if (next === undefined) {
      next = emptyNode(at + done, tokens.slice(done));
      above.children.push(next);
    } else split(next, sharedFrom(next.tokens, tokens, done));
    path.push(next);
    done += next.tokens.length;
    above = next;
  }
  return path;
}

function sharedFrom(run: readonly DocumentToken[], tokens: readonly DocumentToken[], from: number): number {
  let shared = 0;
  while (shared < run.length && run[shared]?.id === tokens[from + shared]?.id) shared++;
  return shared;
}

/** Parts a run before its token `at`; the front keeps the node. */
function split(node: OwnNode, at: number): void {
  if (at >= node.tokens.length) return;
  const rest: OwnNode = { ...node, from: node.from + at, tokens: node.tokens.slice(at), branches: [...node.branches] };
  node.tokens = node.tokens.slice(0, at);
  node.children = [rest];
  node.ends = [];
  // A grown node has one token, so it is never parted.
  rest.grown = [];
  rest.logprob = null;
}

function finished(node: OwnNode): TreeNode {
  const { from, tokens, branches, ends, grown } = node;
  const faint = branches.length === 0 && grown.length > 0;
  const key = faint ? `grown:${grown[0]}` : tokens.length === 0 ? 'root' : `${from}:${branches[0]}`;
  const logprob = tokens[0]?.stats?.logprob ?? node.logprob;
  return { key, from, tokens, branches, ends, grown, logprob, children: node.children.map(finished) };
}

/** All nodes, a parent before its children. */
export function nodesOf(tree: TreeNode): TreeNode[] {
  return [tree, ...tree.children.flatMap(nodesOf)];
}

/** What a branch adds up to. Before sampling, nats. */
export interface BranchNumbers {
  readonly tokens: number;
  /** Tokens from where it parts from all other branches. */
  readonly own: number;
  /** Of the whole, without the first token, which has no prediction; null until every number is there. */
  readonly logprob: number | null;
  /** Of its own tokens; null where it has none. */
  readonly ownLogprob: number | null;
  /** Mean over the predicted tokens. */
  readonly perToken: number | null;
}

export function branchNumbers(branch: Branch, tree: TreeNode): BranchNumbers {
  const { tokens } = branch;
  const parts = partOf(branch, tree);
  const logprob = sumOf(tokens, 1);
  const predicted = tokens.length - 1;
  return {
    tokens: tokens.length,
    own: tokens.length - parts,
    logprob: predicted > 0 ? logprob : null,
    ownLogprob: parts < tokens.length ? sumOf(tokens, Math.max(1, parts)) : null,
    perToken: predicted > 0 && logprob !== null ? logprob / predicted : null,
  };
}

/** Position from which a branch is alone; 0 where it is the only one. */
export function partOf({ id, tokens }: Branch, tree: TreeNode): number {
  let node: TreeNode | undefined = tree;
  while (node !== undefined) {
    if (node.branches.length === 1 && node.branches[0] === id) return node.from;
    const next: TreeNode | undefined = node.children.find(child => child.branches.includes(id));
    if (next === undefined) break;
    node = next;
  }
  return tokens.length;
}

/** Sum of the log-probabilities of `tokens[from...]`; null while one is missing. */
function sumOf(tokens: readonly DocumentToken[], from: number): number | null {
  let sum = 0;
  for (let i = from; i < tokens.length; i++) {
    const stats = tokens[i]?.stats;
    if (stats === undefined) return null;
    sum += stats.logprob;
  }
  return sum;
}
