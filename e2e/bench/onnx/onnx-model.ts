// A decoder as an ONNX file with keys and values as inputs and outputs, made of the plain graph op by op: standard ops alone, names as transformers.js asks for them.
//
// T rows of this step · S positions with those of this step · V vocab · NH heads · KVH key/value heads · HS head size. Values are [T, width].
import { defined } from '../../../src/lib/assert.ts';
import type { Graph, Op, RotaryOp, ValueName, View, WeightSpec } from '../../../src/model/ir/graph.ts';
import type { Recipe } from '../../../src/model/ir/recipe.ts';
import { type ReferenceWeights, weight } from '../../../src/reference/weights.ts';
import { turned } from '../../support/turned.ts';
import { FLOAT, INT64, OnnxGraph } from './onnx-file.ts';

/** Below every score, and finite. */
const MASKED = -3.4e38;

/** Positions that a file is made for, at most: rotary tables have a row each. */
const LONGEST = 2048;

/** The file in pieces. Throws for ops beyond those of GPT-2, Llama and Qwen3. */
export function onnxModel(graph: Graph, tensors: ReferenceWeights): readonly Uint8Array[] {
  return new Writer(graph, tensors).file();
}

class Writer {
  readonly #graph: Graph;
  readonly #tensors: ReferenceWeights;
  readonly #onnx: OnnxGraph;
  readonly #values = new Map<ValueName, string>();
  readonly #weights = new Map<string, string>();
  /** By layer: keys and values of all positions, [1, KVH, S, HS]. */
  readonly #cache = new Map<number, { readonly k: string; readonly v: string }>();
  readonly #ids: string;
  readonly #positions: string;
  #mask: string | null = null;

  constructor(graph: Graph, tensors: ReferenceWeights) {
    const { bias, ...rule } = graph.logits;
    if (bias !== undefined || Object.values(rule).some(value => value !== undefined))
      throw new Error('logits that are more than a product');
    this.#graph = graph;
    this.#tensors = tensors;
    this.#onnx = new OnnxGraph('decoder');
    const flat = (name: string) =>
      this.#onnx.node('Reshape', [this.#onnx.input(name, INT64, [1, 'rows']), this.#onnx.integers([-1])]);
    this.#ids = flat('input_ids');
    this.#positions = flat('position_ids');
  }

  file(): readonly Uint8Array[] {
    for (const op of this.#graph.ops) this.#write(op);
    const onnx = this.#onnx;
    const { vocab_size: V } = this.#graph.dims;
    const last = onnx.node('Gather', [this.#value(this.#graph.final), onnx.integers([-1])], { axis: 0 });
    const row = onnx.node('Gemm', [last, this.#matrix(this.#graph.head, false)], { transB: 1 });
    onnx.node('Reshape', [row, onnx.integers([1, 1, V])], {}, 'logits');
    onnx.output('logits', FLOAT, [1, 1, V]);
    return onnx.file();
  }

  #value(name: ValueName): string {
    return defined(this.#values.get(name), name);
  }

  #spec(name: string): WeightSpec {
    return defined(
      this.#graph.weights.find(each => each.name === name),
      name,
    );
  }

  /** Without the detour over doubles that the oracle takes: these may be hundreds of millions. */
  #numbers(recipe: Recipe): Float32Array {
    if (recipe.make === 'tensor') return new Float32Array(defined(this.#tensors.get(recipe.name), recipe.name));
    if (recipe.make !== 'concat') return new Float32Array(weight(recipe, this.#tensors));
    const parts = recipe.parts.map(part => this.#numbers(part));
    const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  #vector(name: string, plusOne = false): string {
    const known = this.#weights.get(name);
    if (known !== undefined) return known;
    const numbers = this.#numbers(this.#spec(name).from);
    const own = plusOne ? numbers.map(number => number + 1) : numbers;
    this.#weights.set(name, this.#onnx.floats(name, [own.length], own));
    return name;
  }

  /** [out, in] as in the graph, or turned to [in, out] for a product. */
  #matrix(name: string, asFactor: boolean): string {
    const key = asFactor ? `${name} turned` : name;
    const known = this.#weights.get(key);
    if (known !== undefined) return known;
    const { shape, from } = this.#spec(name);
    const [rows, columns = 1] = shape;
    const lies = asFactor && from.make === 'transpose';
    const numbers = this.#numbers(lies ? from.of : from);
    const own = asFactor && !lies ? turned(numbers, rows, columns) : numbers;
    this.#weights.set(key, this.#onnx.floats(key, asFactor ? [columns, rows] : [rows, columns], own));
    return key;
  }

  #view({ value, offset, width }: View): string {
    const name = this.#value(value);
    if (offset === 0 && width === this.#graph.widths[value]) return name;
    return this.#columns(name, offset, offset + width);
  }

  /** Of the last axis. */
  #columns(value: string, from: number, to: number): string {
    const [begin, end, axis] = [[from], [to], [-1]].map(list => this.#onnx.integers(list));
    return this.#onnx.node('Slice', [value, defined(begin, 'begin'), defined(end, 'end'), defined(axis, 'axis')]);
  }

  #reshape(value: string, shape: readonly number[]): string {
    return this.#onnx.node('Reshape', [value, this.#onnx.integers(shape)]);
  }

  #write(op: Op): void {
    const onnx = this.#onnx;
    switch (op.op) {
      case 'embedding': {
        const index = op.index === 'id' ? this.#ids : this.#positions;
        this.#values.set(op.out, onnx.node('Gather', [this.#matrix(op.table, false), index], { axis: 0 }));
        return;
      }
      case 'add':
        this.#values.set(op.out, onnx.node('Add', [this.#value(op.a), this.#value(op.b)]));
        return;
      case 'scale':
        this.#values.set(op.out, onnx.node('Mul', [this.#value(op.x), onnx.scalar(op.factor)]));
        return;
      case 'bias':
        this.#values.set(op.out, onnx.node('Add', [this.#value(op.x), this.#vector(op.bias)]));
        return;
      case 'linear': {
        const product = onnx.node('MatMul', [this.#value(op.x), this.#matrix(op.weight, true)]);
        const sum = op.bias === undefined ? product : onnx.node('Add', [product, this.#vector(op.bias)]);
        this.#values.set(op.out, sum);
        return;
      }
      case 'layernorm': {
        const inputs = [this.#value(op.x), this.#vector(op.weight), this.#vector(op.bias)];
        this.#values.set(op.out, onnx.node('LayerNormalization', inputs, { axis: -1, epsilon: { float: op.eps } }));
        return;
      }
      case 'rmsnorm': {
        const x = this.#view(op.x);
        const heads = op.group === op.x.width ? x : this.#reshape(x, [-1, op.x.width / op.group, op.group]);
        const squares = onnx.node('Pow', [heads, onnx.scalar(2)]);
        const mean = onnx.node('ReduceMean', [squares], { axes: [-1], keepdims: 1 });
        const root = onnx.node('Sqrt', [onnx.node('Add', [mean, onnx.scalar(op.eps)])]);
        const whole = this.#reshape(onnx.node('Div', [heads, root]), [-1, op.x.width]);
        const times = op.weight === undefined ? whole : onnx.node('Mul', [whole, this.#vector(op.weight, op.plusOne)]);
        this.#values.set(op.out, times);
        return;
      }
      case 'activation':
        this.#values.set(op.out, this.#activated(this.#value(op.x), op.kind));
        return;
      case 'gated': {
        const N = defined(this.#graph.widths[op.out], op.out);
        const both = this.#value(op.x);
        const gate = this.#activated(this.#columns(both, 0, N), op.kind);
        this.#values.set(op.out, onnx.node('Mul', [gate, this.#columns(both, N, 2 * N)]));
        return;
      }
      case 'rotary':
        this.#values.set(op.out, this.#turned(op));
        return;
      case 'kv_append': {
        const at = `${op.layer}`;
        this.#cache.set(op.layer, { k: this.#appended(at, 'key', op.k), v: this.#appended(at, 'value', op.v) });
        return;
      }
      case 'attention':
        if (op.window !== undefined || op.softcap !== undefined || op.alibi)
          throw new Error('attention of another kind');
        this.#values.set(op.out, this.#attention(op.layer, op.q, op.scale));
        return;
      default:
        throw new Error(`no ONNX for ${op.op}`);
    }
  }

  #activated(x: string, kind: string): string {
    const onnx = this.#onnx;
    if (kind === 'silu') return onnx.node('Mul', [x, onnx.node('Sigmoid', [x])]);
    if (kind !== 'gelu_new') throw new Error(`no ONNX for ${kind}`);
    const cubes = onnx.node('Mul', [onnx.node('Pow', [x, onnx.scalar(3)]), onnx.scalar(0.044715)]);
    const inner = onnx.node('Mul', [onnx.node('Add', [x, cubes]), onnx.scalar(Math.sqrt(2 / Math.PI))]);
    const one = onnx.node('Add', [onnx.node('Tanh', [inner]), onnx.scalar(1)]);
    return onnx.node('Mul', [onnx.node('Mul', [x, onnx.scalar(0.5)]), one]);
  }

  /** Pairs of columns of each head, turned by their positions: see RotaryOp. */
  #turned(op: RotaryOp): string {
    const onnx = this.#onnx;
    if (op.interleaved) throw new Error('pairs of neighbours');
    const { head_size: HS, n_ctx } = this.#graph.dims;
    const table = defined(this.#graph.rotary[op.table], 'a rotary table');
    const pairs = table.inv_freq.length;
    const rows = Math.min(n_ctx, LONGEST);
    const [cos, sin] = ([Math.cos, Math.sin] as const).map((of, i) => {
      const name = `rotary ${op.table} ${i}`;
      if (!this.#weights.has(name)) {
        const angle = (at: number) => Math.floor(at / pairs) * defined(table.inv_freq[at % pairs], 'a frequency');
        const numbers = Float32Array.from({ length: rows * pairs }, (_, at) => table.scale * of(angle(at)));
        this.#weights.set(name, onnx.floats(name, [rows, 1, pairs], numbers));
      }
      return onnx.node('Gather', [name, this.#positions], { axis: 0 });
    });
    const [c, s] = [defined(cos, 'cosines'), defined(sin, 'sines')];
    const heads = this.#reshape(this.#view(op.x), [-1, op.x.width / HS, HS]);
    const [a, b] = [this.#columns(heads, 0, pairs), this.#columns(heads, pairs, 2 * pairs)];
    const first = onnx.node('Sub', [onnx.node('Mul', [a, c]), onnx.node('Mul', [b, s])]);
    const second = onnx.node('Add', [onnx.node('Mul', [b, c]), onnx.node('Mul', [a, s])]);
    const rest = 2 * pairs < HS ? [this.#columns(heads, 2 * pairs, HS)] : [];
    return this.#reshape(onnx.node('Concat', [first, second, ...rest], { axis: -1 }), [-1, op.x.width]);
  }

  /** Heads apart, [1, heads, T, HS]. */
  #heads(view: View): string {
    const { head_size: HS } = this.#graph.dims;
    const apart = this.#reshape(this.#view(view), [1, -1, view.width / HS, HS]);
    return this.#onnx.node('Transpose', [apart], { perm: [0, 2, 1, 3] });
  }

  #appended(layer: string, which: string, view: View): string {
    const { n_kv_head: KVH, head_size: HS } = this.#graph.dims;
    const past = this.#onnx.input(`past_key_values.${layer}.${which}`, FLOAT, [1, KVH, 'past', HS]);
    const name = `present.${layer}.${which}`;
    this.#onnx.node('Concat', [past, this.#heads(view)], { axis: 2 }, name);
    this.#onnx.output(name, FLOAT, [1, KVH, 'positions', HS]);
    return name;
  }

  /** Heads that share keys are rows of one product, so that nothing is copied for them. */
  #attention(layer: number, q: View, scale: number): string {
    const onnx = this.#onnx;
    const { n_head: NH, n_kv_head: KVH, head_size: HS } = this.#graph.dims;
    const { k, v } = defined(this.#cache.get(layer), 'keys');
    const shared = NH !== KVH;
    const scaled = onnx.node('Mul', [this.#heads(q), onnx.scalar(scale)]);
    const queries = shared ? this.#reshape(scaled, [1, KVH, -1, HS]) : scaled;
    const products = onnx.node('MatMul', [queries, onnx.node('Transpose', [k], { perm: [0, 1, 3, 2] })]);
    const mask = this.#maskOf(k);
    const scores = shared ? this.#like(products, NH, k) : products;
    const weights = onnx.node('Softmax', [onnx.node('Add', [scores, mask])], { axis: -1 });
    const grouped = shared ? this.#like(weights, KVH, k) : weights;
    const sums = onnx.node('MatMul', [grouped, v]);
    const heads = shared ? this.#reshape(sums, [1, NH, -1, HS]) : sums;
    return this.#reshape(onnx.node('Transpose', [heads], { perm: [0, 2, 1, 3] }), [-1, NH * HS]);
  }

  /** [1, heads, rows, S] with as many heads as asked. */
  #like(value: string, heads: number, k: string): string {
    const onnx = this.#onnx;
    const shape = onnx.node('Concat', [onnx.integers([1, heads, -1]), this.#positionsOf(k)], { axis: 0 });
    return onnx.node('Reshape', [value, shape]);
  }

  /** S, a tensor of one number. */
  #positionsOf(k: string): string {
    return this.#onnx.node('Gather', [this.#onnx.node('Shape', [k]), this.#onnx.integers([2])], { axis: 0 });
  }

  /** [T, S]: what is added to scores. */
  #maskOf(k: string): string {
    if (this.#mask !== null) return this.#mask;
    const onnx = this.#onnx;
    const S = onnx.node('Squeeze', [this.#positionsOf(k)]);
    const keys = onnx.node('Range', [onnx.integers(0), S, onnx.integers(1)]);
    const own = this.#reshape(this.#positions, [-1, 1]);
    const seen = onnx.node('LessOrEqual', [keys, own]);
    this.#mask = onnx.node('Where', [seen, onnx.scalar(0), onnx.scalar(MASKED)]);
    return this.#mask;
  }
}
