// What dispatches have to move and to compute, by their ops: bytes of weights, of what is cached, of all else, and operations on numbers. Pure.
//
// T rows of the step · N outputs · K inputs. A byte that several threads or rows need is counted once: what a kernel reads again it has from a cache, or
// it wastes. Operations beside products are counted roughly: a norm, say, as eight a number.
import { kvStride } from '../../gpu/dispatch.ts';
import { stretchFloats } from '../../gpu/kernels/attention.ts';
import { type MatrixLayout, partBytes, type WeightLayouts } from '../../gpu/layout.ts';
import type { PlannedOps } from '../../gpu/plan.ts';
import { assert, defined } from '../../lib/assert.ts';
import type { AttentionRule, Graph, LinearOp, Op, View } from '../../model/ir/graph.ts';
import { valuesRead, valueWritten, weightsRead } from '../../model/ir/ops.ts';

export interface Cost {
  readonly weightBytes: number;
  /** Of cached keys, values, inputs of convolutions and running states that are read. */
  readonly cacheBytes: number;
  /** Of all else that is read or written. */
  readonly valueBytes: number;
  readonly flops: number;
}

export interface CostedStep {
  /** Fused, as it is planned. */
  readonly graph: Graph;
  readonly weights: WeightLayouts;
  /** Positions of the rows, one after the other. */
  readonly positions: readonly number[];
}

/** The cost of each dispatch of ops that are planned together. */
export function costsOf(step: CostedStep, { ops, dispatches }: PlannedOps): Cost[] {
  const [op, next] = ops;
  assert(op !== undefined, 'an op that is planned');
  if (next?.op === 'gated' && op.op === 'linear') {
    // The product stays in registers.
    const [product, gated] = [defined(linearParts(step, op)[0], 'a part'), opCost(step, next)];
    const between = bytesOf(step, op.out);
    const valueBytes = product.valueBytes + gated.valueBytes - 2 * between;
    return [{ ...product, valueBytes, flops: product.flops + gated.flops }];
  }
  if (next?.op === 'rmsnorm' && op.op === 'rmsnorm') {
    const [a, b] = [opCost(step, op), opCost(step, next)];
    // The sum is read where it was written.
    const valueBytes = a.valueBytes + b.valueBytes - bytesOf(step, op.out);
    return [{ weightBytes: a.weightBytes + b.weightBytes, cacheBytes: 0, valueBytes, flops: a.flops + b.flops }];
  }
  if (op.op === 'attention' && dispatches.length === 2)
    return stretchedCosts(step, opCost(step, op), bytesOf(step, op.out));
  const parts = op.op === 'linear' || op.op === 'embedding' ? matrixOf(step, op).parts.length : 1;
  assert(dispatches.length === parts, `${op.op} has a dispatch a part`);
  return op.op === 'linear' ? linearParts(step, op) : shared(opCost(step, op), parts);
}

/** The cost of the head's dispatches on one row: a product a part, and what reads its logits, `count` in all. */
export function headCosts(step: CostedStep, count: number): Cost[] {
  const { graph, weights } = step;
  const matrix = defined(weights.matrices.get(graph.head), graph.head);
  const { bias } = graph.logits;
  const product = matrix.parts.map(part => {
    const weightBytes = partBytes(matrix, part) + (bias === undefined ? 0 : 4 * part.rows);
    return {
      weightBytes,
      cacheBytes: 0,
      valueBytes: 4 * (matrix.cols + part.rows),
      flops: 2 * part.rows * matrix.cols,
    };
  });
  const reading: Cost = { weightBytes: 0, cacheBytes: 0, valueBytes: 4 * matrix.rows, flops: 3 * matrix.rows };
  return Array.from({ length: count }, (_, i) => product[i] ?? reading);
}

function shared(cost: Cost, parts: number): Cost[] {
  const part: Cost = {
    weightBytes: cost.weightBytes / parts,
    cacheBytes: cost.cacheBytes / parts,
    valueBytes: cost.valueBytes / parts,
    flops: cost.flops / parts,
  };
  return Array.from({ length: parts }, () => part);
}

const matrixOf = ({ weights }: CostedStep, op: Op): MatrixLayout => {
  const name = weightsRead(op)[0] ?? '';
  return defined(weights.matrices.get(name), name);
};

/** Floats of a value's rows, and bytes. */
const numbersOf = ({ graph, positions }: CostedStep, value: string): number =>
  positions.length * defined(graph.widths[value], value);
const bytesOf = (step: CostedStep, value: string): number => 4 * numbersOf(step, value);
const viewBytes = ({ positions }: CostedStep, { width }: View): number => 4 * positions.length * width;

/** Bytes of the vectors among an op's weights. */
function vectorBytes({ weights }: CostedStep, op: Op): number {
  return weightsRead(op).reduce((sum, name) => sum + 4 * (weights.vectors.get(name)?.length ?? 0), 0);
}

/** Every part reads all of x, and makes its own outputs. */
function linearParts(step: CostedStep, op: LinearOp): Cost[] {
  const T = step.positions.length;
  const matrix = matrixOf(step, op);
  const vectors = vectorBytes(step, op);
  const added = [op.bias, op.scale, op.residual, op.activation].filter(part => part !== undefined).length;
  return matrix.parts.map(part => ({
    weightBytes: partBytes(matrix, part) + (vectors * part.rows) / matrix.rows,
    cacheBytes: 0,
    valueBytes: 4 * T * (matrix.cols + part.rows * (op.residual === undefined ? 1 : 2)),
    flops: T * part.rows * (2 * matrix.cols + added),
  }));
}

/** The first leaves stretches of keys in a buffer, the second joins them. */
function stretchedCosts({ graph, positions }: CostedStep, whole: Cost, out: number): Cost[] {
  const floats = stretchFloats(graph.dims, positions.length);
  const join: Cost = { weightBytes: 0, cacheBytes: 0, valueBytes: 4 * floats + out, flops: 2 * floats };
  return [{ ...whole, valueBytes: whole.valueBytes - out + 4 * floats }, join];
}

/** Operations on each number that an op writes. */
const EACH: Partial<Record<Op['op'], number>> = {
  add: 1,
  bias: 1,
  scale: 1,
  mask: 3,
  activation: 4,
  gate: 5,
  gated: 5,
  layernorm: 8,
  rmsnorm: 5,
  rotary: 3,
};

/** Values that the op reads and writes, its vectors, and what its kind has beside them. */
function opCost(step: CostedStep, op: Exclude<Op, LinearOp>): Cost {
  const { graph, positions } = step;
  const T = positions.length;
  const written = valueWritten(op);
  const plain: Cost = {
    weightBytes: vectorBytes(step, op),
    cacheBytes: 0,
    valueBytes: readBytes(step, op) + (written === null ? 0 : bytesOf(step, written)),
    flops: written === null ? 0 : (EACH[op.op] ?? 0) * numbersOf(step, written),
  };
  switch (op.op) {
    case 'embedding': {
      const matrix = matrixOf(step, op);
      const storage = defined(matrix.parts[0], 'a part').storage;
      const added = [op.scale, op.residual].filter(part => part !== undefined).length;
      return { ...plain, weightBytes: T * storage.strideBytes(matrix.cols), flops: T * matrix.cols * added };
    }
    case 'attention':
    case 'attention_weights':
      return { ...plain, ...attentionCost(step, op) };
    case 'rotary':
      return { ...plain, valueBytes: plain.valueBytes + (op.kv === undefined ? 0 : viewBytes(step, op.kv.v)) };
    case 'kv_append':
      return { ...plain, valueBytes: plain.valueBytes + T * kvBytes(graph) };
    case 'conv_append':
      return { ...plain, valueBytes: plain.valueBytes + viewBytes(step, op.x), flops: T * op.x.width };
    case 'short_conv': {
      const width = defined(graph.widths[op.out], op.out);
      const kept = Math.min(T + op.taps - 1, defined(positions.at(-1), 'a row') + 1);
      return { ...plain, cacheBytes: 4 * kept * width, flops: 2 * T * width * op.taps };
    }
    case 'state_conv': {
      const tail = 4 * (op.taps - 1) * op.x.width;
      return {
        ...plain,
        cacheBytes: tail,
        valueBytes: plain.valueBytes + tail,
        flops: T * op.x.width * (2 * op.taps + 4),
      };
    }
    case 'delta_rule': {
      const { value_heads, key_size, value_size } = op.heads;
      const state = value_heads * key_size * value_size;
      return { ...plain, cacheBytes: 4 * state, valueBytes: plain.valueBytes + 4 * state, flops: 7 * T * state };
    }
    default:
      return plain;
  }
}

/** Bytes of the operands; of a view its columns alone. */
function readBytes(step: CostedStep, op: Op): number {
  switch (op.op) {
    case 'rmsnorm':
      return viewBytes(step, op.x) + (op.residual === undefined ? 0 : bytesOf(step, op.residual));
    case 'rotary':
      return viewBytes(step, op.x) + (op.kv === undefined ? 0 : viewBytes(step, op.kv.v));
    case 'attention':
    case 'attention_weights':
      return viewBytes(step, op.q);
    case 'kv_append':
      return viewBytes(step, op.k) + viewBytes(step, op.v);
    case 'conv_append':
    case 'short_conv':
      return (
        (op.op === 'conv_append' ? viewBytes(step, op.x) : 0) + (op.gate === undefined ? 0 : viewBytes(step, op.gate))
      );
    case 'state_conv':
      return viewBytes(step, op.x);
    case 'gate':
      return bytesOf(step, op.x) + viewBytes(step, op.gate);
    case 'delta_rule':
      return bytesOf(step, op.x) + viewBytes(step, op.decay) + viewBytes(step, op.rate);
    default:
      return valuesRead(op).reduce((sum, value) => sum + bytesOf(step, value), 0);
  }
}

/** Keys and values of one position in one layer. */
const kvBytes = (graph: Graph): number => kvStride(graph) * (graph.kv === 'f16' ? 2 : 4);

/** Scores and sums over what each row sees; of the cache, what any of them sees. */
function attentionCost(
  { graph, positions }: CostedStep,
  { window }: AttentionRule,
): Pick<Cost, 'cacheBytes' | 'flops'> {
  const { n_head, head_size } = graph.dims;
  const seen = positions.map(position => Math.min(position + 1, window ?? Number.POSITIVE_INFINITY));
  const [first = 0, last = 0] = [positions[0], positions.at(-1)];
  const begin = first + 1 - defined(seen[0], 'a row');
  return {
    cacheBytes: (last + 1 - begin) * kvBytes(graph),
    flops: seen.reduce((sum, count) => sum + n_head * count * (4 * head_size + 5), 0),
  };
}
