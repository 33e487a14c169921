// What a model is made of, in the words that views need: read off its graph, never off its name.
//
// C channels · HS head size. A layer's part is its attention (or what stands in its place) or its MLP.
import { defined } from '../../lib/assert.ts';
import type { Activation, AttentionOp, Graph, LogitsRule, Op, ValueName } from './graph.ts';
import { valuesRead, valueWritten } from './ops.ts';

/** `layernorm` takes the mean away and divides by the deviation, `rmsnorm` divides by the root of the mean square. */
type NormKind = 'layernorm' | 'rmsnorm';

/** How attention turns queries and keys by their positions. */
interface Turn {
  /** Columns of a head that turn, of HS. */
  readonly columns: number;
  /** Pairs are neighbouring columns; else a column and the one half the turned columns further. */
  readonly interleaved: boolean;
  /** Positions until the slowest pair has come round once. */
  readonly longest: number;
}

export interface LayerAnatomy {
  /** Null where attention is told positions in another way, or not at all. */
  readonly turn: Turn | null;
  /** Scores fall with the distance. */
  readonly alibi: boolean;
  /** Positions that a row sees, its own among them; null for all. */
  readonly window: number | null;
  /** Of the scores of attention; null for none. */
  readonly softcap: number | null;
  /** Factor of q · k; null in a layer without attention. */
  readonly scale: number | null;
  /** Queries and keys have norms of their own. */
  readonly headNorm: boolean;
  /** What the heads bring is let through by a gate. */
  readonly outputGate: boolean;
  /** Norms of what a part reads, and of what it gives. */
  readonly normBefore: boolean;
  readonly normAfter: boolean;
  /** Of what a part gives before it is added. */
  readonly partFactor: number;
  /** The MLP reads the stream as attention does, and not what attention has added to it. */
  readonly parallel: boolean;
  readonly activation: Activation;
  /** The activation of one half of the columns lets the other half through. */
  readonly gated: boolean;
  /** Columns between the matrices of the MLP. */
  readonly inner: number;
}

export interface Anatomy {
  /** Names of the tables in the checkpoint, without `.weight`; `positionTable` is null where positions have no vectors. */
  readonly idTable: string;
  readonly positionTable: string | null;
  /** The row of the position table that position 0 has. */
  readonly firstPosition: number;
  /** Of the rows of ids. */
  readonly embeddingFactor: number;
  /** The embedding goes through a norm before the first layer. */
  readonly embeddingNorm: boolean;
  /** The last norm and those of the layers. */
  readonly norm: NormKind;
  readonly layers: readonly LayerAnatomy[];
  /** Each layer's stream is the one before plus what its two parts give: false where the parts are added to the norm of the stream. */
  readonly additive: boolean;
  readonly logits: { readonly bias: boolean; readonly scale: number; readonly softcap: number | null };
}

const isNorm = (op: Op): op is Extract<Op, { op: NormKind }> => op.op === 'layernorm' || op.op === 'rmsnorm';

export function anatomyOf(graph: Graph): Anatomy {
  const { ops, roles } = graph;
  const table = (index: 'id' | 'position') => ops.find(op => op.op === 'embedding' && op.index === index);
  const [ids, positions] = [table('id'), table('position')];
  const nameOf = (op: Op | undefined) => (op?.op === 'embedding' ? op.table.replace(/\.weight$/, '') : '');
  const before = madeOf(graph, roles.embedded, []);
  const factor = before.find(op => op.op === 'scale');
  const last = ops.find(op => valueWritten(op) === graph.final);
  return {
    idTable: nameOf(ids),
    positionTable: positions === undefined ? null : nameOf(positions),
    firstPosition: firstRow(graph, positions),
    embeddingFactor: factor?.op === 'scale' ? factor.factor : 1,
    embeddingNorm: before.some(isNorm),
    norm: last?.op === 'layernorm' ? 'layernorm' : 'rmsnorm',
    layers: roles.layers.map((_, layer) => layerOf(graph, layer)),
    additive: roles.layers.every((_, layer) => isAdditive(graph, layer)),
    logits: logitsOf(graph.logits),
  };
}

const logitsOf = ({ bias, scale = 1, softcap }: LogitsRule): Anatomy['logits'] => ({
  bias: bias !== undefined,
  scale,
  softcap: softcap ?? null,
});

/** Rows of a position table that are left out at its beginning, where its recipe takes some rows of a tensor alone. */
function firstRow({ weights }: Graph, positions: Op | undefined): number {
  if (positions?.op !== 'embedding') return 0;
  const recipe = weights.find(({ name }) => name === positions.table)?.from;
  return recipe?.make === 'rows' ? recipe.from : 0;
}

const streamBefore = ({ roles }: Graph, layer: number): ValueName =>
  layer === 0 ? roles.embedded : defined(roles.layers[layer - 1], 'a layer').residual;

/** The MLP's activation, gated or plain: what lies between its matrices. */
export function mlpActivation(graph: Graph, layer: number): Extract<Op, { op: 'gated' | 'activation' }> {
  const { attention, mlp } = defined(graph.roles.layers[layer], `layer ${layer}`);
  const ops = madeOf(graph, mlp, [attention, streamBefore(graph, layer)]);
  return defined(
    ops.find((op): op is Extract<Op, { op: 'gated' | 'activation' }> => op.op === 'gated' || op.op === 'activation'),
    `the activation of the MLP of layer ${layer}`,
  );
}

function layerOf(graph: Graph, layer: number): LayerAnatomy {
  const { attention, mlp } = defined(graph.roles.layers[layer], `layer ${layer}`);
  const stream = streamBefore(graph, layer);
  const looks = madeOf(graph, attention, [stream]);
  const makes = madeOf(graph, mlp, [stream]);
  const attends = graph.ops.find((op): op is AttentionOp => op.op === 'attention' && op.layer === layer);
  const wide = (op: Op) => isNorm(op) && graph.widths[op.out] === graph.dims.n_embd;
  const activation = mlpActivation(graph, layer);
  const given = looks.find(op => valueWritten(op) === attention);
  return {
    turn: turnOf(graph, looks),
    alibi: attends?.alibi ?? false,
    window: attends?.window ?? null,
    softcap: attends?.softcap ?? null,
    scale: attends?.scale ?? null,
    headNorm:
      attends !== undefined &&
      looks.some(op => op.op === 'rmsnorm' && !(valuesRead(op).includes(stream) || op.out === attention)),
    outputGate: attends !== undefined && looks.some(op => op.op === 'gate'),
    normBefore: looks.some(op => wide(op) && valuesRead(op).includes(stream)),
    normAfter: looks.some(op => wide(op) && valueWritten(op) === attention),
    partFactor: given?.op === 'scale' ? given.factor : 1,
    parallel: !makes.some(op => valueWritten(op) === attention),
    activation: activation.kind,
    gated: activation.op === 'gated',
    inner: defined(graph.widths[activation.out], activation.out),
  };
}

function turnOf({ rotary }: Graph, ops: readonly Op[]): Turn | null {
  const op = ops.find(each => each.op === 'rotary');
  if (op?.op !== 'rotary') return null;
  const { inv_freq } = defined(rotary[op.table], `rotary table ${op.table}`);
  const slowest = inv_freq.reduce((least, frequency) => (frequency > 0 ? Math.min(least, frequency) : least), 1);
  return { columns: 2 * inv_freq.length, interleaved: op.interleaved, longest: (2 * Math.PI) / slowest };
}

/** Whether the sums that end a layer have the stream before it and its two parts as terms, and nothing else. */
function isAdditive(graph: Graph, layer: number): boolean {
  const { attention, mlp, residual } = defined(graph.roles.layers[layer], `layer ${layer}`);
  const terms = new Set([attention, mlp, streamBefore(graph, layer)]);
  const writers = new Map(graph.ops.map(op => [valueWritten(op), op]));
  const left = [residual];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (terms.has(value)) continue;
    const op = writers.get(value);
    if (op?.op !== 'add') return false;
    left.push(op.a, op.b);
  }
  return true;
}

/** The ops that `value` is made of, back to the values in `from`; what goes through the cache counts too. */
function madeOf({ ops }: Graph, value: ValueName, from: readonly ValueName[]): Op[] {
  const wanted = new Set([value]);
  const layers = new Set<number>();
  return ops
    .toReversed()
    .filter(op => {
      const written = valueWritten(op);
      const kept = (op.op === 'kv_append' || op.op === 'conv_append') && layers.has(op.layer);
      if (!kept && (written === null || from.includes(written) || !wanted.has(written))) return false;
      if (op.op === 'attention' || op.op === 'short_conv') layers.add(op.layer);
      for (const read of valuesRead(op)) wanted.add(read);
      return true;
    })
    .reverse();
}
