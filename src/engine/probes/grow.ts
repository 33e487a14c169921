// Grows a tree of continuations: the nodes of one depth run as batches, each through a table of slots of its own, in scratch slots.
//
// The text is in the cache once: every path shares its slots and those of its parents. A node's own row gives its children.
import { type Row, SCORE_ROWS } from '../../gpu/runner.ts';
import { defined } from '../../lib/assert.ts';
import { withDetail } from '../../lib/error.ts';
import type { GrownEvent, GrownNode } from '../../protocol/probe-events.ts';
import { rowStatistics, topOf } from '../../sampling/row.ts';
import { throwIfCancelled } from '../throw-if-cancelled.ts';
import type { ProbeContext } from './context.ts';
import { stateBefore } from './scratch.ts';

/** Nodes of a tree at most. */
export const MOST_NODES = 512;

export interface GrowOptions {
  readonly depth: number;
  /** Children of a node at most, and the least probability before sampling, after its parents, that a child has. */
  readonly children: number;
  readonly floor: number;
  /** Ids that end a text: their nodes have no children. */
  readonly ends?: readonly number[];
}

export type Grown = Pick<GrownEvent, 'nodes' | 'computed' | 'reused'>;

/** A node with what its children need: log-probability and ids of its path with it, and the slots of the path up to its parent, then its own once computed. */
interface Grower extends GrownNode {
  readonly total: number;
  readonly path: readonly number[];
  readonly slots: number[];
}

/**
 * Nodes as they are found, depth by depth, the likeliest paths of a depth first. The tree ends at `depth`, at the end of the context, at
 * MOST_NODES nodes, or where no child reaches the floor. Throws as Session.prefill, `out_of_memory`, `nan_logits`, and `cancelled` between
 * two batches.
 */
export async function* grow(
  context: ProbeContext,
  ids: Uint32Array,
  options: GrowOptions,
  signal?: AbortSignal,
): AsyncGenerator<Grown> {
  const { session, runner, room } = context;
  const T = ids.length;
  const counts = await session.prefill(ids, signal);
  const sequence = await session.sequence(ids, signal);
  const text = sequence.slots.slice(0, T);
  const tree = new Tree(options, session.allowed - T);
  const root = await runner.logits(defined(text[T - 1], 'slot'));
  let level = tree.children(root, logZOf(root, T), null);
  yield { nodes: level.map(plain), ...counts };

  // Of what the text's sequence leaves of the pool, a slot a node.
  const most = room.most - sequence.slots.length;
  const taken: { release(): void }[] = [];
  try {
    const batchSize = Math.min(SCORE_ROWS, runner.maxRows);
    const state = await stateBefore(context, ids, sequence, T);
    writeText(context, text, batchSize);
    let computed = 0;
    const reaches = (depth: number): boolean => T + depth <= session.allowed && runner.turnsAsBefore(T + depth - 1);
    for (let depth = 2; depth <= options.depth && reaches(depth); depth++) {
      const growing = level.filter(({ id }) => !options.ends?.includes(id)).sort((a, b) => b.total - a.total);
      level = [];
      for (let at = 0; at < growing.length; at += batchSize) {
        throwIfCancelled(signal, 'the growth of the tree');
        const batch = growing.slice(at, Math.min(at + batchSize, at + most - computed));
        if (batch.length === 0 || tree.full) return;
        const scratch = await room.scratch(batch.length);
        taken.push(scratch);
        const placedRows = placed(context, T, batch, scratch.slots);
        const rows = await rowsOf(context, placedRows, batch, state);
        computed += batch.length;
        const nodes = batch.flatMap((node, i) => {
          const logits = defined(rows[i], 'a row');
          return tree.children(logits, logZOf(logits, T + depth - 1), node);
        });
        for (const node of nodes) level.push(node);
        // What a running state went through is run again for each node of its path.
        const again = state.state === undefined ? 0 : depth - 2;
        const [once, kept] = [1 + again, T + depth - 2 - again];
        yield { nodes: nodes.map(plain), computed: batch.length * once, reused: batch.length * kept };
      }
    }
  } finally {
    context.batch?.giveBack();
    for (const scratch of taken) scratch.release();
  }
}

/** Of the row that predicts the token at `position`. Throws `nan_logits` with the position. */
const logZOf = (row: Float32Array, position: number): number =>
  withDetail({ position }, () => rowStatistics(row, 0)).logZ;

/** The slots of the text at the head of every table that batches use. */
function writeText({ runner, table }: ProbeContext, text: readonly number[], tables: number): void {
  const slots = Uint32Array.from(text);
  for (let i = 0; i < tables; i++) runner.writeTable({ sequence: table + i, from: 0, slots });
}

/** The rows of a batch: each node has a slot and a table of its own. `T` tokens of text come before. */
function placed({ runner, table }: ProbeContext, T: number, batch: readonly Grower[], slots: readonly number[]) {
  return batch.map((node, i) => {
    const slot = defined(slots[i], 'slot');
    node.slots.push(slot);
    runner.writeTable({ sequence: table + i, from: T, slots: Uint32Array.from(node.slots) });
    return { id: node.id, position: T + node.slots.length - 1, slot, sequence: table + i };
  });
}

/** The logits of a batch, in one step. A running state goes one way: that of each node is made of the text's, along its path. */
async function rowsOf(
  { runner, batch: together }: ProbeContext,
  rows: readonly Row[],
  batch: readonly Grower[],
  { state }: Pick<Row, 'state'>,
): Promise<Float32Array[]> {
  if (together !== null) {
    await together.prepare(false);
    return together.rows(rows.map(row => ({ row, slot: row.slot })));
  }
  const out: Float32Array[] = [];
  for (const [i, row] of rows.entries()) {
    const { path, slots } = defined(batch[i], 'a node');
    const first = row.position - (path.length - 1);
    const way = path.map((id, j) => ({ ...row, id, position: first + j, slot: defined(slots[j], 'slot') }));
    let move = defined(state, 'a running state');
    for (let at = 0; at < way.length; at += runner.maxRows) {
      const step = way.slice(at, Math.min(at + runner.maxRows, way.length - 1)).map(each => ({ ...each, state: move }));
      if (step.length > 0) {
        await runner.prefill(step);
        move = { from: move.to, to: move.to };
      }
    }
    out.push(await runner.step({ ...row, state: move }));
  }
  return out;
}

/** Picks and counts nodes. */
class Tree {
  readonly #options: GrowOptions;
  readonly #room: number;
  #count = 0;

  /** `room`: tokens that fit behind the text. */
  constructor(options: GrowOptions, room: number) {
    this.#options = options;
    this.#room = room;
  }

  get full(): boolean {
    return this.#count >= MOST_NODES;
  }

  /** The children of a node (null: of the text) by falling probability, from the row after it. */
  children(row: Float32Array, logZ: number, parent: Grower | null): Grower[] {
    const { children, floor, depth } = this.#options;
    if (this.#room < 1 || depth < 1) return [];
    const most = Math.min(children, MOST_NODES - this.#count);
    const picked = pickChildren(row, logZ, most, floor).map(({ id, logprob }, i) => ({
      node: this.#count + i,
      parent: parent?.node ?? -1,
      id,
      logprob,
      total: (parent?.total ?? 0) + logprob,
      path: [...(parent?.path ?? []), id],
      slots: [...(parent?.slots ?? [])],
    }));
    this.#count += picked.length;
    return picked;
  }
}

/** The ids with a probability of at least `floor`, `most` at most, by falling probability, of equal ones the lower first. */
export function pickChildren(
  row: Float32Array,
  logZ: number,
  most: number,
  floor: number,
): { readonly id: number; readonly logprob: number }[] {
  const { ids, logits } = topOf(row, most);
  return Array.from(ids, (id, i) => ({ id, logprob: defined(logits[i], 'a logit') - logZ })).filter(
    ({ logprob }) => logprob > Number.NEGATIVE_INFINITY && Math.exp(logprob) >= floor,
  );
}

function plain({ node, parent, id, logprob }: Grower): GrownNode {
  return { node, parent, id, logprob };
}
