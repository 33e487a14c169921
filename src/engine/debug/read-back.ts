// What lies on the GPU as numbers: values of a step, keys and values in scratch slots, and weights by their storage.
import { kvStride } from '../../gpu/dispatch.ts';
import { partBytes, stride4, type WeightLayouts } from '../../gpu/layout.ts';
import type { Probe } from '../../gpu/probe.ts';
import { defined } from '../../lib/assert.ts';
import { float32OfHalves } from '../../lib/half.ts';
import type { Graph, WeightSpec } from '../../model/ir/graph.ts';
import { tensor } from '../../model/ir/recipe.ts';

export class ReadBack {
  /** Slots of the tokens, in their order. */
  readonly slots: readonly number[];
  readonly #probe: Probe;
  readonly #graph: Graph;
  readonly #weights: WeightLayouts;

  constructor(probe: Probe, graph: Graph, weights: WeightLayouts, slots: readonly number[]) {
    this.#probe = probe;
    this.#graph = graph;
    this.#weights = weights;
    this.slots = slots;
  }

  /** Pieces of the probe's and the session's buffers. */
  read(pieces: Parameters<Probe['read']>[0]): Promise<Float32Array<ArrayBuffer>> {
    return this.#probe.read(pieces);
  }

  /** A kept value or the final states, [T, width]. */
  value(name: string): Promise<Float32Array> {
    const width = defined(this.#graph.widths[name], name);
    const stride = stride4(width);
    const isFinal = name === this.#graph.final;
    const buffer = isFinal ? 'final' : this.#probe.valueBuffer(name);
    return this.read(this.slots.map((slot, t) => ({ buffer, offset: (isFinal ? slot : t) * stride, length: width })));
  }

  /** Keys, then values, of the tokens in a layer's cache: [T, 2 * KVH * HS]. */
  keysAndValues(layer: number): Promise<Float32Array> {
    const packed = this.#graph.kv === 'f16';
    const length = kvStride(this.#graph) / (packed ? 2 : 1);
    const rows = this.read(this.slots.map(slot => ({ buffer: `kv/${layer}`, offset: slot * length, length })));
    return packed ? rows.then(words => float32OfHalves(new Uint16Array(words.buffer))) : rows;
  }

  /** What the short convolution of a layer takes in, of the tokens: [T, width]. */
  inputsOfConv(layer: number, width: number): Promise<Float32Array> {
    const stride = stride4(width);
    return this.read(this.slots.map(slot => ({ buffer: `conv/${layer}`, offset: slot * stride, length: width })));
  }

  /** Weights as the oracle takes them: each a tensor of its own name, as it lies here. */
  async weights(
    specs: readonly WeightSpec[],
  ): Promise<{ readonly specs: readonly WeightSpec[]; readonly tensors: ReadonlyMap<string, Float32Array> }> {
    const tensors = new Map<string, Float32Array>();
    for (const { name } of specs) tensors.set(name, await this.weight(name));
    return { specs: specs.map(spec => ({ ...spec, from: tensor(spec.name, spec.shape) })), tensors };
  }

  /** A vector, or a matrix whole, [rows, cols]. */
  weight(name: string): Promise<Float32Array> {
    return this.#weights.vectors.has(name) ? this.#vector(name) : this.#matrix(name);
  }

  #vector(name: string): Promise<Float32Array> {
    const { offset, length } = defined(this.#weights.vectors.get(name), name);
    return this.#probe.read([{ buffer: 'vectors', offset: offset / 4, length }]);
  }

  /** Rows of a matrix by their numbers, [rows, cols]; neighbours come in one piece. */
  async matrixRows(name: string, rows: readonly number[]): Promise<Float32Array> {
    const matrix = defined(this.#weights.matrices.get(name), name);
    const { cols, parts } = matrix;
    const out = new Float32Array(rows.length * cols);
    for (const [i, { row0, rows: count, storage }] of parts.entries()) {
      const words = storage.strideBytes(cols) / 4;
      const places = rows.flatMap((row, at) => (row >= row0 && row < row0 + count ? [{ row: row - row0, at }] : []));
      if (places.length === 0) continue;
      const runs: { buffer: string; offset: number; length: number }[] = [];
      for (const { row } of places) {
        const last = runs.at(-1);
        if (last && last.offset + last.length === row * words) last.length += words;
        else runs.push({ buffer: `weight/${name}/${i}`, offset: row * words, length: words });
      }
      const read = await this.#probe.read(runs);
      const numbers = storage.dequantise(new Uint8Array(read.buffer, 0, read.byteLength), cols);
      for (const [j, { at }] of places.entries()) out.set(numbers.subarray(j * cols, (j + 1) * cols), at * cols);
    }
    return out;
  }

  async #matrix(name: string): Promise<Float32Array> {
    const matrix = defined(this.#weights.matrices.get(name), name);
    const { rows, cols, parts } = matrix;
    const out = new Float32Array(rows * cols);
    for (const [i, part] of parts.entries()) {
      const bytes = partBytes(matrix, part);
      const words = await this.#probe.read([{ buffer: `weight/${name}/${i}`, offset: 0, length: bytes / 4 }]);
      out.set(part.storage.dequantise(new Uint8Array(words.buffer, 0, bytes), cols), part.row0 * cols);
    }
    return out;
  }
}
