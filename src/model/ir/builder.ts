// Writes a Graph op by op: keeps the widths of values and the list of weights, so that an architecture reads like its paper.

import { assert, defined } from '../../lib/assert.ts';
import type {
  Activation,
  AttentionRule,
  DeltaHeads,
  Dims,
  Graph,
  LayerRoles,
  LogitsRule,
  Op,
  RotaryTable,
  ValueName,
  View,
  WeightSpec,
} from './graph.ts';
import { type Recipe, type Shape, shapeOf, tensor, transpose } from './recipe.ts';

/**
 * Every method appends plain ops and returns the name of the value [T, width] that it made. A value is written once.
 * Methods with a checkpoint name read `<name>.weight` (and `<name>.bias`) and call their result `<name>`.
 */
export class GraphBuilder {
  readonly #dims: Dims;
  readonly #ops: Op[] = [];
  readonly #widths = new Map<ValueName, number>();
  readonly #weights = new Map<string, WeightSpec>();
  readonly #layers: LayerRoles[] = [];
  readonly #rotary: RotaryTable[] = [];
  #embedded: ValueName | null = null;

  constructor(dims: Dims) {
    this.#dims = dims;
  }

  /** Rows of the table `<name>.weight` [rows, C], or of what `from` makes, by token id or by position. */
  embedding(name: string, rows: number, index: 'id' | 'position', from?: Recipe): ValueName {
    const table = this.#weight(`${name}.weight`, from ?? tensor(`${name}.weight`, [rows, this.#dims.n_embd]));
    const out = this.#value(name, this.#dims.n_embd);
    this.#ops.push({ op: 'embedding', table, index, out });
    return out;
  }

  /** a + b under a name of its own. */
  add(name: ValueName, a: ValueName, b: ValueName): ValueName {
    assert(this.#width(a) === this.#width(b), `${a} and ${b} are equally wide`);
    const out = this.#value(name, this.#width(a));
    this.#ops.push({ op: 'add', a, b, out });
    return out;
  }

  layernorm(name: string, x: ValueName, eps: number): ValueName {
    const width = this.#width(x);
    const weight = this.#tensor(`${name}.weight`, [width]);
    const bias = this.#tensor(`${name}.bias`, [width]);
    const out = this.#value(name, width);
    this.#ops.push({ op: 'layernorm', x, weight, bias, eps, out });
    return out;
  }

  /** x * factor under a name of its own; x itself where the factor is 1. */
  scale(name: ValueName, x: ValueName, factor: number): ValueName {
    if (factor === 1) return x;
    const out = this.#value(name, this.#width(x));
    this.#ops.push({ op: 'scale', x, factor, out });
    return out;
  }

  /** A norm of mean squares over the row, or over each `group` of its columns and then the `tail`; `weight` makes its factors [width], 1 where it is null. */
  rmsnorm(
    name: string,
    x: ValueName | View,
    eps: number,
    {
      group,
      tail,
      plusOne = false,
      weight,
    }: { group?: number; tail?: number; plusOne?: boolean; weight?: Recipe | null } = {},
  ): ValueName {
    const view = this.#view(typeof x === 'string' ? { value: x, offset: 0, width: this.#width(x) } : x);
    const { width } = view;
    assert((width - (tail ?? 0)) % (group ?? width) === 0, `${name} has whole groups`);
    const factors =
      weight === null ? {} : { weight: this.#weight(`${name}.weight`, weight ?? tensor(`${name}.weight`, [width])) };
    const out = this.#value(name, width);
    const groups = { group: group ?? width, ...(tail !== undefined && { tail }) };
    this.#ops.push({ op: 'rmsnorm', x: view, ...groups, ...factors, plusOne, eps, out });
    return out;
  }

  /** The heads of a view, turned by their positions. */
  rotary(name: ValueName, x: View, table: RotaryTable, interleaved = false): ValueName {
    const { head_size } = this.#dims;
    assert(2 * table.inv_freq.length <= head_size && x.width % head_size === 0, `${name} turns whole heads`);
    const known = this.#rotary.indexOf(table);
    const at = known === -1 ? this.#rotary.push(table) - 1 : known;
    const out = this.#value(name, x.width);
    this.#ops.push({ op: 'rotary', x: this.#view(x), table: at, interleaved, out });
    return out;
  }

  /** The activation of the first half of the columns times the second half. */
  gated(name: ValueName, x: ValueName, kind: Activation): ValueName {
    const out = this.#value(name, this.#width(x) / 2);
    this.#ops.push({ op: 'gated', kind, x, out });
    return out;
  }

  /** x * W + b with W stored as [in, out]; the product before the bias is the value `<name>.product`. */
  conv1d(name: string, x: ValueName, width: number): ValueName {
    const weight = transpose(tensor(`${name}.weight`, [this.#width(x), width]));
    return this.linear(name, x, weight, tensor(`${name}.bias`, [width]));
  }

  /** x times the transpose of the matrix [out, in] that `weight` makes, plus the vector that `bias` makes where there is one. */
  linear(name: string, x: ValueName, weight: Recipe, bias?: Recipe): ValueName {
    const matrix = this.#weight(`${name}.weight`, weight);
    const [width, columns] = shapeOf(weight);
    assert(columns === this.#width(x), `${name} takes what ${x} is`);
    const vector = bias === undefined ? null : this.#weight(`${name}.bias`, bias);
    const product = this.#value(vector === null ? name : `${name}.product`, width);
    this.#ops.push({ op: 'linear', x, weight: matrix, out: product });
    if (vector === null) return product;
    const out = this.#value(name, width);
    this.#ops.push({ op: 'bias', x: product, bias: vector, out });
    return out;
  }

  activation(name: ValueName, x: ValueName, kind: Activation): ValueName {
    const out = this.#value(name, this.#width(x));
    this.#ops.push({ op: 'activation', kind, x, out });
    return out;
  }

  kvAppend(layer: number, k: View, v: View): void {
    this.#ops.push({ op: 'kv_append', layer, k: this.#view(k), v: this.#view(v) });
  }

  attention(name: ValueName, rule: AttentionRule): ValueName {
    const out = this.#value(name, this.#dims.n_head * this.#dims.head_size);
    this.#ops.push({ op: 'attention', ...rule, q: this.#view(rule.q), out });
    return out;
  }

  /** x times the activation of the gate, column by column. */
  gate(name: ValueName, x: ValueName, gate: View, kind: Activation): ValueName {
    assert(gate.width === this.#width(x), `${gate.value} gates every column of ${x}`);
    const out = this.#value(name, gate.width);
    this.#ops.push({ op: 'gate', x, gate: this.#view(gate), kind, out });
    return out;
  }

  /** Convolves the channels of x, each times its `gates.before`, with their last `taps` inputs in the pool; the result times `gates.after`. */
  shortConv(
    name: string,
    layer: number,
    x: View,
    taps: number,
    { before, after, bias = false }: { readonly before?: View; readonly after?: View; readonly bias?: boolean } = {},
  ): ValueName {
    const { width } = this.#view(x);
    for (const gate of [before, after])
      assert(gate === undefined || this.#view(gate).width === width, `${name} has a gate a channel`);
    const weight = this.#weight(`${name}.weight`, channelTaps(name, width, taps));
    const vector = bias ? { bias: this.#tensor(`${name}.bias`, [width]) } : {};
    this.#ops.push({ op: 'conv_append', layer, x, ...(before && { gate: before }) });
    const out = this.#value(name, width);
    this.#ops.push({ op: 'short_conv', layer, weight, ...vector, taps, ...(after && { gate: after }), out });
    return out;
  }

  /** Convolves the channels of x with their last `taps` inputs, which the running state holds. */
  stateConv(name: string, layer: number, x: View, taps: number, activation: Activation): ValueName {
    const { width } = this.#view(x);
    const weight = this.#weight(`${name}.weight`, channelTaps(name, width, taps));
    const out = this.#value(name, width);
    this.#ops.push({ op: 'state_conv', layer, x, weight, taps, activation, out });
    return out;
  }

  /** The gated delta rule over queries, keys and values in x; reads the vectors `<name>.A_log` and `<name>.dt_bias`. */
  deltaRule(
    name: string,
    layer: number,
    x: ValueName,
    { decay, rate }: { readonly decay: View; readonly rate: View },
    heads: DeltaHeads,
  ): ValueName {
    const { key_heads, value_heads, key_size, value_size } = heads;
    assert(value_heads % key_heads === 0, 'as many value heads a key head');
    assert(this.#width(x) === 2 * key_heads * key_size + value_heads * value_size, `${x} has all heads`);
    for (const view of [decay, rate]) assert(this.#view(view).width === value_heads, 'a column a value head');
    const a_log = this.#tensor(`${name}.A_log`, [value_heads]);
    const dt_bias = this.#tensor(`${name}.dt_bias`, [value_heads]);
    const out = this.#value(name, value_heads * value_size);
    this.#ops.push({ op: 'delta_rule', layer, x, decay, rate, a_log, dt_bias, heads, out });
    return out;
  }

  /** Says that `value` is the residual stream before the first layer. */
  embedded(value: ValueName): ValueName {
    assert(this.#width(value) === this.#dims.n_embd && this.#embedded === null, 'the residual stream begins once');
    this.#embedded = value;
    return value;
  }

  /** Says which values play the roles of the next layer; gives the residual stream after it. */
  layer(roles: LayerRoles): ValueName {
    const { n_embd, n_head, head_size } = this.#dims;
    const { heads } = roles;
    assert(
      heads === null || this.#width(heads) === n_head * head_size,
      `${heads} holds a column for each head and place`,
    );
    for (const value of [roles.attention, roles.mlp, roles.residual])
      assert(this.#width(value) === n_embd, `${value} is as wide as the residual stream`);
    this.#layers.push(roles);
    return roles.residual;
  }

  /** The matrix [V, C] of the head: that of `tied` if given (already a weight), else the tensor called `name`. */
  head(tied?: string, name = 'lm_head.weight'): string {
    if (tied === undefined) return this.#tensor(name, [this.#dims.vocab_size, this.#dims.n_embd]);
    return defined(this.#weights.get(tied), tied).name;
  }

  /** A vector that the rule of the logits adds. */
  vector(name: string, length: number): string {
    return this.#tensor(name, [length]);
  }

  graph(arch: string, final: ValueName, head: string, logits: LogitsRule = {}): Graph {
    const widths = Object.fromEntries(this.#widths);
    assert(this.#width(final) === this.#dims.n_embd, 'the final value is n_embd wide');
    assert(this.#layers.length === this.#dims.n_layer, 'every layer has its roles');
    const roles = { embedded: defined(this.#embedded ?? undefined, 'the residual stream'), layers: this.#layers };
    const weights = [...this.#weights.values()];
    const rotary = this.#rotary;
    return { arch, dims: this.#dims, widths, ops: this.#ops, final, head, logits, rotary, weights, roles };
  }

  #width(value: ValueName): number {
    return defined(this.#widths.get(value), `value ${value}`);
  }

  #view(view: View): View {
    assert(view.offset >= 0 && view.offset + view.width <= this.#width(view.value), `view lies inside ${view.value}`);
    return view;
  }

  #value(name: ValueName, width: number): ValueName {
    assert(!this.#widths.has(name), `${name} is written once`);
    this.#widths.set(name, width);
    return name;
  }

  /** A weight that is the tensor of the same name, as it lies. */
  #tensor(name: string, shape: Shape): string {
    return this.#weight(name, tensor(name, shape));
  }

  #weight(name: string, from: Recipe): string {
    assert(!this.#weights.has(name), `${name} is declared once`);
    this.#weights.set(name, { name, shape: shapeOf(from), from });
    return name;
  }
}

/** The weights of a convolution of single channels, as checkpoints have them: [channels, 1, taps]. */
const channelTaps = (name: string, channels: number, taps: number): Recipe =>
  tensor(`${name}.weight`, [channels * taps], [channels, 1, taps]);
