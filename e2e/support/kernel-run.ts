// Runs dispatches of the planner on arrays and reads one buffer back: what the kernel tests stand on.

import { expect } from 'vitest';
import type { Gpu } from '../../src/gpu/device.ts';
import type { Dispatch } from '../../src/gpu/dispatch.ts';
import { Executor } from '../../src/gpu/executor.ts';
import type { Kernel } from '../../src/gpu/kernels/kernel.ts';
import { KERNELS } from '../../src/gpu/kernels/registry.ts';
import {
  layoutWeights,
  type MatrixLayout,
  type MatrixPart,
  stride4,
  type WeightLayouts,
} from '../../src/gpu/layout.ts';
import type { Row } from '../../src/gpu/runner.ts';
import type { Storage } from '../../src/gpu/storage/storage.ts';
import { STORAGES, type StorageName } from '../../src/gpu/storage/storages.ts';
import type { Allocation } from '../../src/model/ir/allocate.ts';
import type { Graph, ValueName, WeightSpec } from '../../src/model/ir/graph.ts';
import { type Shape, tensor } from '../../src/model/ir/recipe.ts';
import type { Numbers } from '../../src/reference/ops.ts';

export type Contents = Record<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>;

/** What stands in places that no kernel may read as a number of the value, or write at all. */
export const FILLER = 777;

/** Numbers in [-1, 1) from a seed. */
export function noise(length: number, seed: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(length);
  let state = (Math.imul(seed + 1, 0x9e3779b1) | 1) >>> 0;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    out[i] = (state | 0) / 2 ** 31;
  }
  return out;
}

/** Rows of a step; tables of slots have `tableLength` words each. */
export function stepRows(rows: readonly Partial<Row>[], tableLength = 0): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(4 * (rows.length + 1));
  words[0] = rows.length;
  rows.forEach(({ id = 0, position = 0, slot = 0, sequence = 0 }, t) => {
    words.set([id, position, slot, sequence * tableLength], 4 * (t + 1));
  });
  return words;
}

/** [T, width] as it lies on the GPU: rows of stride4(width), FILLER behind each. */
export function padRows(values: Numbers, width: number): Float32Array<ArrayBuffer> {
  const stride = stride4(width);
  const T = values.length / width;
  const out = new Float32Array(T * stride).fill(FILLER);
  for (let t = 0; t < T; t++) out.set(values.subarray(t * width, (t + 1) * width), t * stride);
  return out;
}

/** The inverse of `padRows`. */
export function unpadRows(padded: Numbers, width: number): Float32Array<ArrayBuffer> {
  const stride = stride4(width);
  const T = padded.length / stride;
  const out = new Float32Array(T * width);
  for (let t = 0; t < T; t++) out.set(padded.subarray(t * stride, t * stride + width), t * width);
  return out;
}

/** The kernel of a name. */
export function kernelNamed(name: string): Kernel {
  const found = KERNELS.find(kernel => kernel.name === name);
  if (!found) throw new Error(`no kernel ${name}`);
  return found;
}

/** Rows of numbers as they lie on the GPU. */
function packed(values: Float32Array, storage: Storage, cols: number): Uint8Array {
  if (storage.quantise === null) throw new Error(`nothing is made ${storage.name}`);
  return storage.pack(storage.quantise(values), cols);
}

/** Values as they are after storing: rounded to the storage. */
export function rounded(values: Float32Array, storage: StorageName): Float32Array<ArrayBuffer> {
  const { [storage]: stored } = STORAGES;
  return stored.dequantise(packed(values, stored, values.length), values.length);
}

/** The parts of a matrix [rows, cols] as the buffers that plans name. */
export function matrixContents(layout: MatrixLayout, values: Float32Array): Contents {
  return partContents(layout, ({ row0, rows, storage }) =>
    packed(values.subarray(row0 * layout.cols, (row0 + rows) * layout.cols), storage, layout.cols),
  );
}

/** The parts of a matrix from the bytes of each. */
export function partContents(layout: MatrixLayout, bytes: (part: MatrixPart) => Uint8Array): Contents {
  const parts = layout.parts.map((part, i) => [`weight/${layout.name}/${i}`, bytes(part).slice()] as const);
  return Object.fromEntries(parts);
}

/** Every row of every matrix in one storage: for `layoutWeights`. */
export const allIn = (storage: StorageName) => (_: string, rows: number) => [
  { row0: 0, rows, storage: STORAGES[storage] },
];

/** The buffer of vectors. */
export function vectorContents(layouts: WeightLayouts, values: Readonly<Record<string, Float32Array>>): Contents {
  const vectors = new Uint8Array(Math.max(16, layouts.vectorBytes));
  for (const [name, { offset }] of layouts.vectors) {
    const vector = values[name];
    if (vector) vectors.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), offset);
  }
  return { vectors };
}

/** A graph of single ops, and a buffer of its own for every value: `value/<place in widths>`. */
export function opGraph(parts: Partial<Graph> & Pick<Graph, 'ops' | 'widths'>): {
  graph: Graph;
  allocation: Allocation;
} {
  const dims = { n_layer: 1, n_embd: 4, n_head: 1, n_kv_head: 1, head_size: 4, n_ctx: 8, vocab_size: 8 };
  const roles = { embedded: 'embedded', layers: [] };
  const bare = { arch: 'test', dims, final: 'final', head: 'head', logits: {}, rotary: [], weights: [], roles };
  const graph: Graph = { ...bare, ...parts };
  const names = Object.keys(graph.widths) as ValueName[];
  const buffers = names.map(name => ({ width: graph.widths[name] ?? 0 }));
  return { graph, allocation: { buffers, bufferOf: Object.fromEntries(names.map((name, i) => [name, i])) } };
}

/** A weight that is one tensor of its name, as it lies. */
export const weightAsItLies = (name: string, ...shape: Shape): WeightSpec => ({
  name,
  shape,
  from: tensor(name, shape),
});

/** Layouts of a graph's weights, all matrices in one storage. */
export function layoutAll(graph: Graph, storage: StorageName, maxBinding = 2 ** 27): WeightLayouts {
  return layoutWeights(graph, allIn(storage), maxBinding);
}

/** Runs dispatches as one pass of T rows over buffers with the given contents; the floats of the buffer `read` after it. */
export async function runDispatches(
  gpu: Gpu,
  dispatches: readonly Dispatch[],
  contents: Contents,
  T: number,
  read: string,
): Promise<Float32Array<ArrayBuffer>> {
  using scope = gpu.scope.open('kernel-run');
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const all: Contents = { unused: new Uint32Array(4), unused_write: new Uint32Array(4), ...contents };
  const names = Object.keys(all);
  const made = await scope.buffers(names.map(label => ({ label, size: all[label]!.byteLength, usage })));
  const buffers = new Map(names.map((name, i) => [name, made[i]!]));
  for (const name of names) gpu.device.queue.writeBuffer(buffers.get(name)!, 0, all[name]!);
  const executor = await Executor.create(gpu, dispatches, buffers);
  const size = all[read]!.byteLength;
  const staging = await scope.buffer('staging', size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  gpu.device.pushErrorScope('validation');
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  executor.encode(pass, T);
  pass.end();
  encoder.copyBufferToBuffer(buffers.get(read)!, 0, staging, 0, size);
  gpu.device.queue.submit([encoder.finish()]);
  const invalid = await gpu.device.popErrorScope();
  if (invalid) throw new Error(invalid.message);
  await staging.mapAsync(GPUMapMode.READ, 0, size);
  return new Float32Array(staging.getMappedRange(0, size).slice(0));
}

/** Mean squared error over the mean square of what is wanted. */
function nmse(got: Numbers, wanted: Numbers): number {
  let [error, power] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    error += (got[i]! - wanted[i]!) ** 2;
    power += wanted[i]! ** 2;
  }
  return power === 0 ? error : error / power;
}

/** f32 arithmetic leaves about 1e-13; a forgotten term leaves more than 1e-4. */
export const TOLERANCE = 1e-11;

/** Fails with the worst element when the normalised mean squared error is above `tolerance`. */
export function expectClose(got: Numbers, wanted: Numbers, tolerance = TOLERANCE, title = ''): void {
  expect(got.length).toBe(wanted.length);
  const error = nmse(got, wanted);
  let [worst, at] = [-1, 0];
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(got[i]! - wanted[i]!);
    if (!(difference <= worst)) [worst, at] = [difference, i];
    if (Number.isNaN(difference)) break;
  }
  const words = `${title} nmse ${error}; worst element ${at} of ${wanted.length}: ${got[at]} where ${wanted[at]} is wanted`;
  expect(error <= tolerance, words).toBe(true);
}
