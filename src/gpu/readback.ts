// Brings numbers back from the GPU through a ring of staging buffers, so that a new copy never waits for an old map.
import { defined } from '../lib/assert.ts';
import type { Scope } from './scope.ts';
import { mapForReading } from './waits.ts';

/** A copy on its way. */
export interface Lent {
  /** Throws `device_lost` when the device goes away meanwhile. */
  read(): Promise<Float32Array<ArrayBuffer>>;
  drop(): void;
}

/** One copy of `count` parts of `length` floats each, which are read or dropped one by one. */
export function partsOf(whole: Lent, count: number, length: number): Lent[] {
  let dropped = 0;
  let reading: Promise<Float32Array<ArrayBuffer>> | null = null;
  return Array.from({ length: count }, (_, i) => ({
    read: async () => {
      reading ??= whole.read();
      return (await reading).slice(i * length, (i + 1) * length);
    },
    drop: () => {
      dropped++;
      if (dropped === count) whole.drop();
    },
  }));
}

export class Readback {
  readonly #device: GPUDevice;
  readonly #idle: GPUBuffer[];

  private constructor(device: GPUDevice, buffers: GPUBuffer[]) {
    this.#device = device;
    this.#idle = buffers;
  }

  /** `count` staging buffers of `size` bytes each, owned by `scope`. */
  static async create(scope: Scope, size: number, count: number): Promise<Readback> {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const specs = Array.from({ length: count }, (_, i) => ({ label: `readback/${i}`, size, usage }));
    return new Readback(scope.device, await scope.buffers(specs));
  }

  /**
   * Encodes a copy as `copy` does, of which the floats may never be asked for: `read` waits for them, `drop` gives the buffer back unread. One of
   * the two ends it.
   */
  lend(encoder: GPUCommandEncoder, source: GPUBuffer, bytes: number): Lent {
    const staging = defined(this.#idle.pop(), 'an idle staging buffer');
    encoder.copyBufferToBuffer(source, 0, staging, 0, bytes);
    return { read: () => this.#read(staging, bytes), drop: () => void this.#idle.push(staging) };
  }

  /**
   * Encodes a copy of `bytes` from the start of `source` and returns a function to call after the submit: it waits for the
   * floats. Throws `device_lost` when the device goes away meanwhile.
   */
  copy(encoder: GPUCommandEncoder, source: GPUBuffer, bytes: number): () => Promise<Float32Array<ArrayBuffer>> {
    return this.lend(encoder, source, bytes).read;
  }

  async #read(staging: GPUBuffer, bytes: number): Promise<Float32Array<ArrayBuffer>> {
    try {
      await mapForReading(this.#device, staging, bytes);
      return new Float32Array(staging.getMappedRange(0, bytes).slice(0));
    } finally {
      if (staging.mapState === 'mapped') staging.unmap();
      this.#idle.push(staging);
    }
  }
}
