// The weights of one model on the GPU: matrices arrive as rows of a stream, go up as they come, and are transposed once.
import { assert, defined } from '../lib/assert.ts';
import type { Graph } from '../model/ir/graph.ts';
import { compile } from './compile.ts';
import { checked, type Gpu } from './device.ts';
import { ELEMENT_BYTES, type MatrixLayout, partBytes, stride4, type WeightLayouts } from './layout.ts';
import type { Scope } from './scope.ts';

/** Takes the bytes of one matrix in the order of the checkpoint, in pieces of any size. */
export interface MatrixWriter {
  write(bytes: Uint8Array): void;
  /** Call once after the last byte. */
  end(): Promise<void>;
}

const UPLOAD = (): GPUBufferUsageFlags => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;

export class Weights {
  readonly layouts: WeightLayouts;
  readonly buffers = new Map<string, GPUBuffer>();
  readonly #gpu: Gpu;
  readonly #scope: Scope;
  readonly #conv1d: ReadonlySet<string>;

  private constructor(gpu: Gpu, scope: Scope, graph: Graph, layouts: WeightLayouts) {
    this.#gpu = gpu;
    this.#scope = scope;
    this.layouts = layouts;
    this.#conv1d = new Set(graph.weights.filter(w => w.layout === 'conv1d').map(w => w.name));
  }

  /** Reserves all memory before the first byte is read. `scope` owns the buffers. Throws `out_of_memory` or `model_too_large`. */
  static async create(gpu: Gpu, scope: Scope, graph: Graph, layouts: WeightLayouts): Promise<Weights> {
    const weights = new Weights(gpu, scope, graph, layouts);
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

  /** Uploads a vector [n] as f32. */
  writeVector(name: string, values: Float32Array<ArrayBuffer>): void {
    const { offset, length } = defined(this.layouts.vectors.get(name), name);
    assert(values.length === length, `${name} has ${length} values`);
    this.#gpu.device.queue.writeBuffer(defined(this.buffers.get('vectors'), 'vectors'), offset, values);
  }

  /** A writer for a matrix; `conv1d` matrices pass through a staging buffer and are transposed at their end. */
  async matrix(name: string): Promise<MatrixWriter> {
    const layout = defined(this.layouts.matrices.get(name), name);
    const bytes = ELEMENT_BYTES[layout.storage];
    const part = (i: number) => defined(this.buffers.get(`weight/${name}/${i}`), name);
    if (!this.#conv1d.has(name)) {
      const targets = layout.parts.map((p, i) => ({ ...p, buffer: part(i) }));
      return new RowWriter(this.#gpu.device, layout.cols * bytes, layout.stride * bytes, targets);
    }
    const staging = this.#scope.open(`staging/${name}`);
    const stride = stride4(layout.rows);
    const buffer = await staging.buffer('rows', layout.cols * stride * bytes, UPLOAD());
    const rows = new RowWriter(this.#gpu.device, layout.rows * bytes, stride * bytes, [
      { row0: 0, rows: layout.cols, buffer },
    ]);
    return {
      write: piece => rows.write(piece),
      end: async () => {
        await rows.end();
        await this.#transpose(layout, buffer, stride, part);
        staging[Symbol.dispose]();
      },
    };
  }

  /** [in, out] in `source` to the parts of [out, in]. */
  async #transpose(
    layout: MatrixLayout,
    source: GPUBuffer,
    fromStride: number,
    part: (i: number) => GPUBuffer,
  ): Promise<void> {
    const { device } = this.#gpu;
    const wide = layout.storage === 'f32';
    const kernel = wide ? 'transpose_32' : 'transpose_16';
    const pipelines = await Promise.all(
      layout.parts.map(({ row0, rows }) => {
        const consts = { IN: layout.cols, FROM_STRIDE: fromStride, TO_STRIDE: layout.stride, ROW0: row0, ROWS: rows };
        return compile(this.#gpu, kernel, layout.storage, consts);
      }),
    );
    await checked(device, () => {
      const encoder = device.createCommandEncoder({ label: `transpose ${layout.name}` });
      const pass = encoder.beginComputePass();
      layout.parts.forEach(({ rows }, i) => {
        const pipeline = pipelines[i]!;
        const entries = [source, part(i)].map((buffer, binding) => ({ binding, resource: { buffer } }));
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
        const across = wide ? layout.stride : layout.stride / 2;
        pass.dispatchWorkgroups(Math.ceil(across / 8), Math.ceil(rows / 8));
      });
      pass.end();
      device.queue.submit([encoder.finish()]);
    });
  }
}

interface RowTarget {
  readonly row0: number;
  readonly rows: number;
  readonly buffer: GPUBuffer;
}

/** Cuts a stream of bytes into rows, pads each to the stride and writes them to the parts they belong to. */
class RowWriter implements MatrixWriter {
  readonly #device: GPUDevice;
  readonly #rowBytes: number;
  readonly #strideBytes: number;
  readonly #targets: readonly RowTarget[];
  readonly #carry: Uint8Array<ArrayBuffer>;
  #carried = 0;
  #row = 0;

  constructor(device: GPUDevice, rowBytes: number, strideBytes: number, targets: readonly RowTarget[]) {
    this.#device = device;
    this.#rowBytes = rowBytes;
    this.#strideBytes = strideBytes;
    this.#targets = targets;
    this.#carry = new Uint8Array(rowBytes);
  }

  write(bytes: Uint8Array): void {
    let rest = bytes;
    if (this.#carried > 0) {
      const take = rest.subarray(0, this.#rowBytes - this.#carried);
      this.#carry.set(take, this.#carried);
      this.#carried += take.length;
      rest = rest.subarray(take.length);
      if (this.#carried < this.#rowBytes) return;
      this.#carried = 0;
      this.#rows(this.#carry);
    }
    const whole = Math.floor(rest.length / this.#rowBytes) * this.#rowBytes;
    if (whole > 0) this.#rows(rest.subarray(0, whole));
    this.#carry.set(rest.subarray(whole), 0);
    this.#carried = rest.length - whole;
  }

  async end(): Promise<void> {
    const last = defined(this.#targets.at(-1), 'a part');
    assert(this.#carried === 0 && this.#row === last.row0 + last.rows, 'all rows of the matrix were written');
  }

  #rows(bytes: Uint8Array): void {
    const count = bytes.length / this.#rowBytes;
    for (const { row0, rows, buffer } of this.#targets) {
      const from = Math.max(this.#row, row0);
      const to = Math.min(this.#row + count, row0 + rows);
      if (from >= to) continue;
      const piece = bytes.subarray((from - this.#row) * this.#rowBytes, (to - this.#row) * this.#rowBytes);
      this.#device.queue.writeBuffer(buffer, (from - row0) * this.#strideBytes, this.#padded(piece, to - from));
    }
    this.#row += count;
  }

  #padded(bytes: Uint8Array, rows: number): Uint8Array<ArrayBuffer> {
    if (this.#rowBytes === this.#strideBytes) return bytes as Uint8Array<ArrayBuffer>;
    const out = new Uint8Array(rows * this.#strideBytes);
    for (let row = 0; row < rows; row++) {
      out.set(bytes.subarray(row * this.#rowBytes, (row + 1) * this.#rowBytes), row * this.#strideBytes);
    }
    return out;
  }
}
