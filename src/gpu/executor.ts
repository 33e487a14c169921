// Runs a list of dispatches: pipelines and bind groups are made once, a step only encodes.
import { defined } from '../lib/assert.ts';
import { compile } from './compile.ts';
import { checked, type Gpu } from './device.ts';
import { type BufferRef, type Dispatch, groupsOf } from './dispatch.ts';

/** Finds the buffer of a reference. */
export type Buffers = ReadonlyMap<string, GPUBuffer>;

interface Prepared {
  readonly dispatch: Dispatch;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
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

  private constructor(prepared: readonly Prepared[]) {
    this.#prepared = prepared;
  }

  /** Compiles what is new, all pipelines at once, and binds the buffers. Throws `kernel_failed`. */
  static async create(gpu: Gpu, dispatches: readonly Dispatch[], buffers: Buffers): Promise<Executor> {
    const pipelines = await Promise.all(
      dispatches.map(dispatch => compile(gpu, dispatch.kernel, dispatch.storage, dispatch.consts)),
    );
    const prepared = await checked(gpu.device, () =>
      dispatches.map((dispatch, i) => {
        const pipeline = pipelines[i]!;
        const entries = dispatch.bind.map((ref, binding) => ({ binding, resource: resource(buffers, ref) }));
        const layout = pipeline.getBindGroupLayout(0);
        return { dispatch, pipeline, group: gpu.device.createBindGroup({ label: dispatch.label, layout, entries }) };
      }),
    );
    return new Executor(prepared);
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
    for (const { dispatch, pipeline, group } of this.#prepared.slice(from, to)) {
      const [x, y, z] = dispatch.grid;
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(groupsOf(x, T), groupsOf(y, T), groupsOf(z, T));
    }
  }
}
