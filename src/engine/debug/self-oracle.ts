// What the ops of a plan should have given, in float64, from what the GPU itself gave them: a difference belongs to the kernel that shows it. Of large
// matrices some outputs stand for all: those at the ends of every part, where tiles are cut, and runs between them.
//
// T positions of the text · N outputs · K columns.
import { kvStride } from '../../gpu/dispatch.ts';
import type { MatrixLayout } from '../../gpu/layout.ts';
import type { PlannedOps } from '../../gpu/plan.ts';
import { defined } from '../../lib/assert.ts';
import { uniform } from '../../lib/rng.ts';
import type { Graph, LinearOp, Op, RmsnormOp, ValueName, View } from '../../model/ir/graph.ts';
import { valuesRead, valueWritten, weightsRead } from '../../model/ir/ops.ts';
import { tensor } from '../../model/ir/recipe.ts';
import * as reference from '../../reference/ops.ts';
import { run } from '../../reference/run.ts';
import type { Readings, SelfRun } from './self-run.ts';

/** One piece of a plan: what it was given, and what it gave and should have given. */
export interface PieceCheck {
  readonly planned: PlannedOps;
  /** All that `wanted` depends on. */
  readonly inputs: (readings: Readings) => readonly Float32Array[];
  readonly got: (readings: Readings) => Float32Array;
  readonly wanted: (readings: Readings) => Promise<Float64Array>;
  readonly width: number;
  /** Which dispatch of the piece wrote a number; all of them where it is not given. */
  readonly part?: (row: number, column: number) => number;
}

/** Multiply-adds of a product in a repetition, about: some milliseconds of one core. */
const WORK = 2e6;
/** Outputs at each end of a part that are always looked at: half a tile of 64 and more. */
const ENDS = 40;
/** Neighbouring outputs of a run between them. */
const RUN = 8;

/** Numbers of outputs to look at, all where they are few, in order. */
export function sampled(parts: readonly { readonly row0: number; readonly rows: number }[], most: number): number[] {
  const total = parts.reduce((sum, { rows }) => sum + rows, 0);
  if (total <= most) return Array.from({ length: total }, (_, i) => i);
  const chosen = new Set<number>();
  for (const { row0, rows } of parts) {
    for (let i = 0; i < Math.min(ENDS, rows); i++) {
      chosen.add(row0 + i);
      chosen.add(row0 + rows - 1 - i);
    }
  }
  for (let i = 0; chosen.size < most && i < most; i++) {
    const begin = Math.floor((uniform(most, i, 0) * total) / RUN) * RUN;
    for (let row = begin; row < Math.min(begin + RUN, total); row++) chosen.add(row);
  }
  return [...chosen].toSorted((a, b) => a - b);
}

/** Which part of a matrix has an output. */
export const partOf = ({ parts }: Pick<MatrixLayout, 'parts'>, row: number): number =>
  parts.findIndex(({ row0, rows }) => row >= row0 && row < row0 + rows);

/** Rows and columns of a matrix of numbers. */
function picked(x: Float32Array, width: number, rows: readonly number[], columns?: readonly number[]): Float32Array {
  const out = new Float32Array(rows.length * (columns?.length ?? width));
  let at = 0;
  for (const row of rows) {
    if (columns) for (const column of columns) out[at++] = x[row * width + column] ?? Number.NaN;
    else {
      out.set(x.subarray(row * width, (row + 1) * width), at);
      at += width;
    }
  }
  return out;
}

const float64 = (x: Float32Array): Float64Array => Float64Array.from(x);
const all = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** The checks of pieces of plans on a text that runs through them. */
export class SelfOracle {
  readonly #graph: Graph;
  readonly #run: SelfRun;
  readonly #matrices: ReadonlyMap<string, MatrixLayout>;

  constructor(graph: Graph, selfRun: SelfRun, matrices: ReadonlyMap<string, MatrixLayout>) {
    this.#graph = graph;
    this.#run = selfRun;
    this.#matrices = matrices;
  }

  /** `positions` are those whose rows went through the plan. */
  check(planned: PlannedOps, positions: readonly number[]): PieceCheck {
    const [op, next] = planned.ops;
    const first = defined(op, 'an op');
    if (first.op === 'rmsnorm' && next?.op === 'rmsnorm') return this.#norms(planned, first, next, positions);
    switch (first.op) {
      case 'linear':
        return this.#linear(planned, first, positions);
      case 'embedding':
        return this.#embedding(planned, first, positions);
      case 'kv_append':
        return this.#copies(planned, positions, kvStride(this.#graph), {
          inputs: r => [r.value(first.k.value), r.value(first.v.value)],
          got: r => r.keysAndValues(first.layer),
          wanted: ([k = NONE, v = NONE]) => this.#sideBySide(k, first.k, v, first.v),
        });
      case 'conv_append': {
        const { x, gate } = first;
        return this.#copies(planned, positions, x.width, {
          inputs: r => [r.value(x.value), ...(gate ? [r.value(gate.value)] : [])],
          got: r => r.conv(first.layer),
          wanted: ([taken = NONE, gates]) => {
            const kept = this.#view(taken, x);
            return gate && gates ? kept.map((each, i) => each * (this.#view(gates, gate)[i] ?? 0)) : kept;
          },
        });
      }
      default:
        return this.#plain(planned, first, positions);
    }
  }

  #width(name: ValueName): number {
    return defined(this.#graph.widths[name], name);
  }

  #view(x: Float32Array, { value, offset, width }: View): Float64Array {
    return reference.columns(float64(x), this.#width(value), offset, width);
  }

  /** Keys and values of all positions, [T, 2 * KVH * HS]. */
  #sideBySide(k: Float32Array, keys: View, v: Float32Array, values: View): Float64Array {
    const T = this.#run.ids.length;
    const [left, right] = [this.#view(k, keys), this.#view(v, values)];
    const out = new Float64Array(left.length + right.length);
    for (let t = 0; t < T; t++) {
      out.set(left.subarray(t * keys.width, (t + 1) * keys.width), t * (keys.width + values.width));
      out.set(right.subarray(t * values.width, (t + 1) * values.width), t * (keys.width + values.width) + keys.width);
    }
    return out;
  }

  /** What goes to a plane of the pool and is no value. */
  #copies(
    planned: PlannedOps,
    positions: readonly number[],
    width: number,
    of: {
      readonly inputs: PieceCheck['inputs'];
      readonly got: PieceCheck['got'];
      readonly wanted: (inputs: readonly Float32Array[]) => Float64Array;
    },
  ): PieceCheck {
    const rows = (x: Float64Array) =>
      Float64Array.from(positions.flatMap(t => [...x.subarray(t * width, (t + 1) * width)]));
    return {
      planned,
      width,
      inputs: of.inputs,
      got: r => picked(of.got(r), width, positions),
      wanted: async r => rows(of.wanted(of.inputs(r))),
    };
  }

  /** A product, or one and the gate over its halves. */
  #linear(planned: PlannedOps, op: LinearOp, positions: readonly number[]): PieceCheck {
    const gate = planned.ops[1]?.op === 'gated' ? planned.ops[1] : null;
    const matrix = defined(this.#matrices.get(op.weight), op.weight);
    const { rows: N, cols: K } = matrix;
    const most = Math.max(RUN, Math.floor(WORK / (K * positions.length)));
    const half = N / 2;
    const chosen = gate ? sampled([{ row0: 0, rows: half }], most / 2) : sampled(matrix.parts, most);
    const columns = gate ? [...chosen, ...chosen.map(column => column + half)] : chosen;
    const out = gate ? gate.out : op.out;
    const from = op.kv?.from ?? N;
    const kvWidth = kvStride(this.#graph);
    const { residual } = op;
    const inputs: PieceCheck['inputs'] = r => [
      picked(r.value(op.x), K, positions),
      ...(residual === undefined ? [] : [picked(r.value(residual), N, positions, columns)]),
    ];
    const layer = op.kv?.layer;
    const cached = chosen.filter(column => column >= from).map(column => column - from);
    const shown = chosen.filter(column => column < from);
    return {
      planned,
      width: chosen.length,
      part: (_, column) => (gate ? 0 : partOf(matrix, defined(chosen[column], 'a column'))),
      inputs,
      got: r => {
        const value = picked(r.value(out), this.#width(out), positions, shown);
        if (layer === undefined) return value;
        const kept = picked(r.keysAndValues(layer), kvWidth, positions, cached);
        return beside(value, shown.length, kept, cached.length);
      },
      wanted: async r => {
        const [x = NONE, added] = inputs(r);
        const { kv: _, ...product } = op;
        const weights = new Map([[op.weight, await this.#run.back.matrixRows(op.weight, columns)]]);
        if (op.bias !== undefined) weights.set(op.bias, picked(await this.#run.back.weight(op.bias), N, [0], columns));
        const given = new Map([[op.x, float64(x)]]);
        if (residual !== undefined && added) given.set(residual, float64(added));
        const widths = { [op.out]: columns.length, ...(gate && { [gate.out]: chosen.length }) };
        const ops = gate ? [product, gate] : [product];
        const shapes = { [op.weight]: [columns.length, K] as const };
        const { values } = this.#reference({ ops, widths, weights, shapes, tokens: positions, given });
        return defined(values.get(out), out);
      },
    };
  }

  #embedding(planned: PlannedOps, op: Extract<Op, { op: 'embedding' }>, positions: readonly number[]): PieceCheck {
    const matrix = defined(this.#matrices.get(op.table), op.table);
    const { cols } = matrix;
    const rows = positions.map(t => (op.index === 'id' ? defined(this.#run.ids[t], 'an id') : t));
    const { residual } = op;
    const inputs: PieceCheck['inputs'] = r =>
      residual === undefined ? [] : [picked(r.value(residual), cols, positions)];
    return {
      planned,
      width: cols,
      part: row => partOf(matrix, defined(rows[row], 'a row')),
      inputs,
      got: r => picked(r.value(op.out), cols, positions),
      wanted: async r => {
        const [added] = inputs(r);
        const table = await this.#run.back.matrixRows(op.table, rows);
        const given = new Map(residual !== undefined && added ? [[residual, float64(added)]] : []);
        const shapes = { [op.table]: [rows.length, cols] as const };
        const weights = new Map([[op.table, table]]);
        const tokens = all(rows.length);
        const { values } = this.#reference({ ops: [op], weights, shapes, tokens, given });
        return defined(values.get(op.out), op.out);
      },
    };
  }

  /** A norm with its residual, and the norm of their sum: both side by side. */
  #norms(planned: PlannedOps, first: RmsnormOp, next: RmsnormOp, positions: readonly number[]): PieceCheck {
    const C = this.#width(first.out);
    const residual = defined(first.residual, 'a residual');
    const names = [first.x.value, residual];
    const inputs: PieceCheck['inputs'] = r => names.map(name => picked(r.value(name), this.#width(name), positions));
    const pair = [first, next];
    return {
      planned,
      width: 2 * C,
      inputs,
      got: r => {
        const [sum = NONE, normed = NONE] = pair.map(({ out }) => picked(r.value(out), C, positions));
        return beside(sum, C, normed, C);
      },
      wanted: async r => {
        const given = new Map(inputs(r).map((numbers, i) => [names[i] ?? '', float64(numbers)] as const));
        const weights = new Map<string, Float32Array>();
        for (const name of pair.flatMap(weightsRead)) weights.set(name, await this.#run.back.weight(name));
        const { values } = this.#reference({ ops: pair, weights, tokens: positions, given });
        const [sum, normed] = pair.map(({ out }) => defined(values.get(out), out));
        const row = (x: Float64Array | undefined, t: number) => [...defined(x, 'a value').subarray(t * C, (t + 1) * C)];
        return Float64Array.from(positions.flatMap((_, t) => [...row(sum, t), ...row(normed, t)]));
      },
    };
  }

  /** All else: what looks back, or turns by its position, is given the whole text. */
  #plain(planned: PlannedOps, op: Op, positions: readonly number[]): PieceCheck {
    const out = defined(valueWritten(op) ?? undefined, 'a value');
    const looksBack = ['attention', 'short_conv', 'state_conv', 'delta_rule', 'rotary'].includes(op.op);
    const rows = looksBack ? all(this.#run.ids.length) : positions;
    const names = [...new Set(valuesRead(op))];
    const kv = op.op === 'rotary' ? op.kv : undefined;
    const inputs: PieceCheck['inputs'] = r => [
      ...names.map(name => picked(r.value(name), this.#width(name), rows)),
      ...(op.op === 'attention' ? [r.keysAndValues(op.layer)] : []),
      ...(op.op === 'short_conv' ? [r.conv(op.layer)] : []),
    ];
    const width = kv ? this.#width(out) + this.#graph.dims.n_kv_head * this.#graph.dims.head_size : this.#width(out);
    const own = (x: Float64Array): Float64Array =>
      looksBack ? Float64Array.from(positions.flatMap(t => [...x.subarray(t * width, (t + 1) * width)])) : x;
    return {
      planned,
      width,
      inputs,
      got: r => {
        const value = r.value(out);
        if (!kv) return picked(value, width, positions);
        // Turned keys lie in the cache, with the values behind them.
        const keys = width - this.#width(out);
        const shown = picked(value, this.#width(out), positions, all(kv.from));
        const stored = picked(r.keysAndValues(kv.layer), kvStride(this.#graph), positions);
        return beside(shown, kv.from, stored, 2 * keys);
      },
      wanted: async r => {
        const given = new Map<ValueName, Float64Array>();
        const numbers = inputs(r);
        for (const [i, name] of names.entries()) given.set(name, float64(defined(numbers[i], name)));
        const { before, widths } = this.#before(op, numbers.at(-1) ?? NONE, given);
        const weights = new Map<string, Float32Array>();
        for (const name of weightsRead(op)) weights.set(name, await this.#run.back.weight(name));
        const plain: Op = op.op === 'rotary' ? withoutCache(op) : op;
        const tokens = looksBack ? this.#run.ids : positions;
        const { values } = this.#reference({ ops: [...before, plain], weights, tokens, given, widths });
        const value = defined(values.get(out), out);
        if (!kv) return own(value);
        const keys = kv.v.width;
        const turned = value.length / rows.length;
        const stored = reference.columns(value, turned, kv.from, keys);
        const others = this.#view(r.value(kv.v.value), kv.v);
        return Float64Array.from(
          positions.flatMap(t => [
            ...value.subarray(t * turned, t * turned + kv.from),
            ...stored.subarray(t * keys, (t + 1) * keys),
            ...others.subarray(t * keys, (t + 1) * keys),
          ]),
        );
      },
    };
  }

  /** The op that puts into the cache what `op` reads from it: what lies there, as values. */
  #before(op: Op, stored: Float32Array, given: Map<ValueName, Float64Array>): { before: Op[]; widths: Widths } {
    if (op.op === 'attention') {
      const width = kvStride(this.#graph);
      given.set(STORED, float64(stored));
      const k = { value: STORED, offset: 0, width: width / 2 };
      const v = { ...k, offset: width / 2 };
      return { before: [{ op: 'kv_append', layer: op.layer, k, v }], widths: { [STORED]: width } };
    }
    if (op.op !== 'short_conv') return { before: [], widths: {} };
    const width = stored.length / this.#run.ids.length;
    given.set(STORED, float64(stored));
    const x = { value: STORED, offset: 0, width };
    return { before: [{ op: 'conv_append', layer: op.layer, x }], widths: { [STORED]: width } };
  }

  #reference({ ops, weights, tokens, given, shapes = {}, widths = {} }: Piece) {
    const specs = [...weights].map(([name, { length }]) => {
      const shape = shapes[name] ?? ([length] as const);
      return { name, shape, from: tensor(name, shape) };
    });
    const graph = { ...this.#graph, ops, weights: specs, widths: { ...this.#graph.widths, ...widths } };
    return run(graph, weights, tokens, undefined, given);
  }
}

type Widths = Readonly<Record<ValueName, number>>;

interface Piece {
  readonly ops: readonly Op[];
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** Of matrices. */
  readonly shapes?: Readonly<Record<string, readonly [number, number]>>;
  readonly widths?: Widths;
  readonly tokens: ArrayLike<number>;
  readonly given: ReadonlyMap<ValueName, Float64Array>;
}

const NONE = new Float32Array();
const STORED = 'stored';

function withoutCache({ kv: _, ...op }: Extract<Op, { op: 'rotary' }>): Op {
  return op;
}

/** Rows of one matrix, each followed by a row of another. */
function beside(a: Float32Array, aWidth: number, b: Float32Array, bWidth: number): Float32Array {
  const rows = aWidth > 0 ? a.length / aWidth : b.length / bWidth;
  const out = new Float32Array(a.length + b.length);
  for (let row = 0; row < rows; row++) {
    out.set(a.subarray(row * aWidth, (row + 1) * aWidth), row * (aWidth + bWidth));
    out.set(b.subarray(row * bWidth, (row + 1) * bWidth), row * (aWidth + bWidth) + aWidth);
  }
  return out;
}
