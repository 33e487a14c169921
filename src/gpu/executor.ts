// Runs a list of dispatches: pipelines are made once, bind groups again only where a buffer was replaced; a step only encodes.
import { defined } from '../lib/assert.ts';
import { compile } from './compile.ts';
import { checked, type Gpu } from './device.ts';
import { type BufferRef, type Dispatch, groupsOf } from './dispatch.ts';

/** Finds the buffer of a reference. */
export interface Buffers {
  get(name: string): GPUBuffer | undefined;
  /** Another one where a name has another buffer than before. */
  readonly version?: number | undefined;
}

/** Buffers of one's own before those of `below`. */
export function layered(own: ReadonlyMap<string, GPUBuffer>, below: Buffers): Buffers {
  return {
    get: name => own.get(name) ?? below.get(name),
    get version() {
      return below.version;
    },
  };
}

interface Prepared {
  readonly dispatch: Dispatch;
  readonly pipeline: GPUComputePipeline;
}

function resource(buffers: Buffers, ref: BufferRef): GPUBufferBinding {
  const buffer = defined(buffers.get(ref.buffer), `buffer ${ref.buffer}`);
  return {
    buffer,
    ...(ref.offset !== undefined && { offset: ref.offset }),
    ...(ref.size !== undefined && { size: ref.size }),
  };
}

export class Executor {
  readonly #prepared: readonly Prepared[];
  readonly #device: GPUDevice;
  readonly #buffers: Buffers;
  #groups: readonly GPUBindGroup[];
  #version: number | undefined;

  private constructor(device: GPUDevice, prepared: readonly Prepared[], buffers: Buffers) {
    this.#device = device;
    this.#prepared = prepared;
    this.#buffers = buffers;
    this.#version = buffers.version;
    this.#groups = this.#bind();
  }

  /** Compiles what is new, all pipelines at once, and binds the buffers. Throws `kernel_failed`. */
  static async create(gpu: Gpu, dispatches: readonly Dispatch[], buffers: Buffers): Promise<Executor> {
    const pipelines = await Promise.all(
      dispatches.map(dispatch => compile(gpu, dispatch.kernel, dispatch.storage, dispatch.consts)),
    );
    const prepared = dispatches.map((dispatch, i) => ({ dispatch, pipeline: pipelines[i]! }));
    return checked(gpu.device, () => new Executor(gpu.device, prepared, buffers));
  }

  #bind(): GPUBindGroup[] {
    return this.#prepared.map(({ dispatch, pipeline }) => {
      const entries = dispatch.bind.map((ref, binding) => ({ binding, resource: resource(this.#buffers, ref) }));
      const layout = pipeline.getBindGroupLayout(0);
      return this.#device.createBindGroup({ label: dispatch.label, layout, entries });
    });
  }

  /** How many dispatches one step takes. */
  get size(): number {
    return this.#prepared.length;
  }

  /** What one step takes, in order. */
  get dispatches(): readonly Dispatch[] {
    return this.#prepared.map(({ dispatch }) => dispatch);
  }

  /** Encodes the dispatches for a step of T rows into a pass: all of them, or those from number `from` up to `to`, without it. */
  encode(pass: GPUComputePassEncoder, T: number, from = 0, to = this.size): void {
    if (this.#version !== this.#buffers.version) {
      this.#version = this.#buffers.version;
      this.#groups = this.#bind();
    }
    for (const [i, { dispatch, pipeline }] of this.#prepared.slice(from, to).entries()) {
      const [x, y, z] = dispatch.grid;
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, this.#groups[from + i]!);
      pass.dispatchWorkgroups(groupsOf(x, T), groupsOf(y, T), groupsOf(z, T));
    }
  }
}
