// The weights of one model on the GPU: tensors arrive as rows of a stream and go up as they come, to where the recipes want them.
import { assert, defined } from '../lib/assert.ts';
import type { Graph } from '../model/ir/graph.ts';
import { type Placement, placements, type RowSpan, spansOf } from '../model/ir/recipe.ts';
import { compile } from './compile.ts';
import { checked, type Gpu } from './device.ts';
import { transposeKernel } from './kernels/transpose.ts';
import { type MatrixLayout, partBytes, stride4, type WeightLayouts } from './layout.ts';
import { IN_THREAD, type Quantiser } from './quantise/quantiser.ts';
import { RowSlices } from './quantise/row-slices.ts';
import { TurnedBlocks } from './quantise/turned-blocks.ts';
import { movedColumns, packedTo, type RowTarget, RowWriter } from './row-writer.ts';
import type { Scope } from './scope.ts';
import { fileBytes, type Storage } from './storage/storage.ts';
import { type TensorWriter, writing } from './tensor-writer.ts';

/** A use of a tensor: the weight, and which rows of it. */
interface Use {
  readonly weight: string;
  readonly placed: Placement;
}

/** How rows of a tensor are stored, and the buffers they go to. */
interface Target {
  readonly storage: Storage;
  readonly targets: readonly RowTarget[];
}

const UPLOAD = (): GPUBufferUsageFlags => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;

export class Weights {
  readonly layouts: WeightLayouts;
  readonly buffers = new Map<string, GPUBuffer>();
  readonly #gpu: Gpu;
  readonly #scope: Scope;
  readonly #uses: ReadonlyMap<string, readonly Use[]>;
  readonly #quantiser: Quantiser;

  private constructor(gpu: Gpu, scope: Scope, graph: Graph, layouts: WeightLayouts, quantiser: Quantiser) {
    this.#gpu = gpu;
    this.#scope = scope;
    this.layouts = layouts;
    this.#quantiser = quantiser;
    this.#uses = usesOf(graph);
  }

  /** Reserves all memory before the first byte is read. `scope` owns the buffers. Throws `out_of_memory` or `model_too_large`. */
  static async create(
    gpu: Gpu,
    scope: Scope,
    graph: Graph,
    layouts: WeightLayouts,
    quantiser: Quantiser = IN_THREAD,
  ): Promise<Weights> {
    const weights = new Weights(gpu, scope, graph, layouts, quantiser);
    const specs = [{ label: 'vectors', size: Math.max(16, layouts.vectorBytes), usage: UPLOAD() }];
    for (const matrix of layouts.matrices.values()) {
      matrix.parts.forEach((part, i) => {
        specs.push({ label: `weight/${matrix.name}/${i}`, size: partBytes(matrix, part), usage: UPLOAD() });
      });
    }
    const buffers = await scope.buffers(specs);
    specs.forEach(({ label }, i) => {
      weights.buffers.set(label, buffers[i]!);
    });
    return weights;
  }

  /**
   * A writer for the tensor that recipes call `tensor`, whose numbers lie in the checkpoint as `source` has them: one tensor may be a part of several
   * weights, or of none. Tensors that are transposed pass through staging memory until their end.
   */
  async tensor(tensor: string, source: Storage): Promise<TensorWriter> {
    const writers: TensorWriter[] = [];
    for (const { weight, placed } of this.#uses.get(tensor) ?? []) {
      const layout = this.layouts.matrices.get(weight);
      if (!layout) writers.push(this.#vector(weight, placed, source));
      else
        writers.push(
          placed.transposed ? await this.#turned(layout, placed, source) : this.#rows(layout, placed, source),
        );
    }
    return {
      write: async bytes => {
        for (const writer of writers) await writer.write(bytes);
      },
      end: async () => {
        for (const writer of writers) await writer.end();
      },
    };
  }

  /** Once all that was written is on its way to the GPU, what other threads make too. Throws what they have failed with. */
  settled(): Promise<void> {
    return this.#quantiser.settled();
  }

  /** Vectors are small: collected whole, then put in order and uploaded as f32. */
  #vector(name: string, { runs }: Placement, source: Storage): TensorWriter {
    const { offset, length } = defined(this.layouts.vectors.get(name), name);
    const pieces: Uint8Array[] = [];
    return {
      write: async piece => void pieces.push(piece.slice()),
      end: async () => {
        const bytes = joined(pieces);
        const values = numbersOf(source, bytes, (bytes.length / source.blockBytes) * source.block);
        const placed = new Float32Array(length);
        for (const { from, to, count } of runs) {
          assert(from + count <= values.length, `${name} takes ${from + count} of ${values.length} values`);
          placed.set(values.subarray(from, from + count), to);
        }
        const buffer = defined(this.buffers.get('vectors'), 'vectors');
        for (const { from, to } of spansOf(runs))
          this.#gpu.device.queue.writeBuffer(buffer, offset + from * 4, placed, from, to - from);
      },
    };
  }

  #rows(layout: MatrixLayout, placed: Placement, source: Storage): TensorWriter {
    const { storage, targets } = this.#target(layout, placed);
    const { runs } = placed;
    const columns = layout.cols;
    const sizes = { rowBytes: fileBytes(source, columns), strideBytes: storage.strideBytes(columns) };
    if (storage === source || storage.block === 1) {
      const put = packedTo(this.#gpu.device, sizes, rows =>
        storage.pack(stored(storage, source, rows, columns), columns),
      );
      return writing(new RowWriter({ ...sizes, runs, targets, put }));
    }
    const rows = runs.reduce((sum, { count }) => sum + count, 0);
    const quantiser = this.#quantiserOf(rows * columns);
    const slices = new RowSlices(this.#gpu.device, quantiser, { source, storage, columns, rows });
    const writer = new RowWriter({ ...sizes, runs, targets, put: slices.put });
    const end = (): void => {
      writer.end();
      slices.end();
    };
    return writing({ write: piece => writer.write(piece), end }, { quantiser, step: slices.bytes });
  }

  /** Rows of a tensor [in, out]: turned by a kernel where numbers lie one by one, and in this memory where they are made blocks. */
  #turned(layout: MatrixLayout, placed: Placement, source: Storage): Promise<TensorWriter> | TensorWriter {
    const target = this.#target(layout, placed);
    return target.storage.block === 1
      ? this.#staged(layout, placed, source, target.storage)
      : this.#blocks(layout, placed, source, target);
  }

  #blocks(layout: MatrixLayout, { tensor, runs }: Placement, source: Storage, target: Target): TensorWriter {
    const { storage, targets } = target;
    const rows = layout.cols;
    const columns = defined(tensor.shape[1], `${tensor.name} is a matrix`);
    const quantiser = this.#quantiserOf(rows * columns);
    const turning = new TurnedBlocks(quantiser, { source, storage, rows, columns }, whole => {
      const sizes = { rowBytes: fileBytes(storage, rows), strideBytes: storage.strideBytes(rows) };
      const put = packedTo(this.#gpu.device, sizes, blocks => storage.pack(blocks, rows));
      const writer = new RowWriter({ ...sizes, runs, targets, put });
      writer.write(whole);
      writer.end();
    });
    return writing(turning, { quantiser, step: turning.bandBytes });
  }

  /** Of a tensor with this many numbers. */
  #quantiserOf(numbers: number): Quantiser {
    return numbers < this.#quantiser.least ? IN_THREAD : this.#quantiser;
  }

  /** Into staging with their columns in the order of the weight's rows, and turned at the end. */
  async #staged(layout: MatrixLayout, placed: Placement, source: Storage, storage: Storage): Promise<TensorWriter> {
    const { tensor, runs } = placed;
    const bytes = storage.blockBytes;
    const columns = defined(tensor.shape[1], `${tensor.name} is a matrix`);
    const spans = spansOf(runs);
    const base = defined(spans[0], 'a row').from;
    const stride = stride4(defined(spans.at(-1), 'a row').to - base);
    const staging = this.#scope.open(`staging/${tensor.name}`);
    const buffer = await staging.buffer('rows', layout.cols * stride * bytes, UPLOAD());
    const moved = runs.map(({ from, to, count }) => ({
      from: from * bytes,
      to: (to - base) * bytes,
      count: count * bytes,
    }));
    const place = movedColumns(moved, columns * bytes, stride * bytes);
    const sizes = { rowBytes: fileBytes(source, columns), strideBytes: stride * bytes };
    const writer = new RowWriter({
      ...sizes,
      runs: [{ from: 0, to: 0, count: layout.cols }],
      targets: [{ row0: 0, rows: layout.cols, buffer }],
      put: packedTo(this.#gpu.device, sizes, rows => place(stored(storage, source, rows, columns))),
    });
    return {
      write: async piece => writer.write(piece),
      end: async () => {
        writer.end();
        await this.#transpose(layout, storage, { buffer, stride, base }, spans);
        staging[Symbol.dispose]();
      },
    };
  }

  /** [in, out] in `source`, whose column 0 is row `base` of the weight, to the parts of [out, in]. */
  async #transpose(
    layout: MatrixLayout,
    storage: Storage,
    source: { readonly buffer: GPUBuffer; readonly stride: number; readonly base: number },
    spans: readonly RowSpan[],
  ): Promise<void> {
    const { device } = this.#gpu;
    const { kernel, perThread } = transposeKernel(storage);
    const pieces = this.#parts(layout).flatMap(({ row0, rows, buffer }) =>
      spans.flatMap(span => {
        const [first, last] = [Math.max(row0, span.from), Math.min(row0 + rows, span.to)];
        return first < last ? [{ buffer, rows: last - first, from: first - source.base, to: first - row0 }] : [];
      }),
    );
    const pipelines = await Promise.all(
      pieces.map(({ rows, from, to }) => {
        const sizes = { IN: layout.cols, FROM_STRIDE: source.stride, TO_STRIDE: layout.stride };
        const consts = { ...sizes, FROM_ROW: from, TO_ROW: to, ROWS: rows };
        return compile(this.#gpu, kernel, storage, consts);
      }),
    );
    await checked(device, () => {
      const encoder = device.createCommandEncoder({ label: `transpose ${layout.name}` });
      const pass = encoder.beginComputePass();
      pieces.forEach(({ rows, buffer: target }, i) => {
        const pipeline = pipelines[i]!;
        const entries = [source.buffer, target].map((buffer, binding) => ({ binding, resource: { buffer } }));
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
        const across = layout.stride / perThread;
        pass.dispatchWorkgroups(Math.ceil(across / 8), Math.ceil(rows / 8));
      });
      pass.end();
      device.queue.submit([encoder.finish()]);
    });
  }

  #parts({ name, parts }: MatrixLayout): RowTarget[] {
    return parts.map((part, i) => ({ ...part, buffer: defined(this.buffers.get(`weight/${name}/${i}`), name) }));
  }

  /** How the rows of one tensor are stored, all alike, and the parts they go to. */
  #target(layout: MatrixLayout, { tensor, runs }: Placement): Target {
    const first = defined(runs[0], `a row of ${tensor.name}`).to;
    const { storage } = defined(
      layout.parts.find(part => first < part.row0 + part.rows),
      layout.name,
    );
    const targets = this.#parts(layout).filter((_, i) => layout.parts[i]?.storage === storage);
    return { storage, targets };
  }
}

/** Numbers of whole rows of a checkpoint. */
function numbersOf(source: Storage, rows: Uint8Array, columns: number): Float32Array<ArrayBuffer> {
  return source.dequantise(source.pack(rows, columns), columns);
}

/** Whole rows that lie as `source` has them, as a checkpoint of the other dtype would have them. */
function stored(storage: Storage, source: Storage, rows: Uint8Array, columns: number): Uint8Array {
  if (storage === source) return rows;
  const quantise = storage.quantise;
  assert(quantise !== null, `${storage.name} is not made while loading`);
  return quantise(numbersOf(source, rows, columns));
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** By the tensor's name, every weight that takes rows of it. */
function usesOf(graph: Graph): ReadonlyMap<string, readonly Use[]> {
  const uses = new Map<string, Use[]>();
  for (const { name, from } of graph.weights)
    for (const placed of placements(from)) {
      const known = uses.get(placed.tensor.name);
      if (known) known.push({ weight: name, placed });
      else uses.set(placed.tensor.name, [{ weight: name, placed }]);
    }
  return uses;
}
