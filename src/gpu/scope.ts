// Who owns a buffer: a scope with a name and an end. Closing it destroys what it made, inner scopes first.
import { NucleusError } from '../lib/error.ts';

// Browsers without explicit resource management still run `using` once compiled, if the symbol is there.
if (!Symbol.dispose) Object.defineProperty(Symbol, 'dispose', { value: Symbol('Symbol.dispose') });

export interface BufferSpec {
  readonly label: string;
  /** Bytes; rounded up to a multiple of 16. */
  readonly size: number;
  readonly usage: GPUBufferUsageFlags;
}

export class Scope implements Disposable {
  readonly name: string;
  readonly device: GPUDevice;
  readonly #buffers = new Set<GPUBuffer>();
  readonly #inner = new Set<Scope>();
  readonly #outer: Scope | undefined;
  #bytes = 0;
  #closed = false;

  constructor(name: string, device: GPUDevice, outer?: Scope) {
    this.name = name;
    this.device = device;
    this.#outer = outer;
  }

  /** A scope that ends with this one at the latest. Throws `internal` once this one is closed: nothing would ever end it. */
  open(name: string): Scope {
    if (this.#closed) throw this.#isClosed();
    const scope = new Scope(name, this.device, this);
    this.#inner.add(scope);
    return scope;
  }

  /** Bytes of the buffers of this scope and the scopes inside it. */
  get bytes(): number {
    return [...this.#inner].reduce((sum, scope) => sum + scope.bytes, this.#bytes);
  }

  /**
   * Buffers for the specs, zero-filled, all or none. Throws `out_of_memory` when the device has no room and `model_too_large`
   * when a buffer breaks a limit: an unchecked failure would show as fluent nonsense later.
   */
  async buffers(specs: readonly BufferSpec[]): Promise<GPUBuffer[]> {
    if (this.#closed) throw this.#isClosed();
    const { device } = this;
    device.pushErrorScope('validation');
    device.pushErrorScope('out-of-memory');
    const made: GPUBuffer[] = [];
    let thrown: unknown;
    try {
      for (const { label, size, usage } of specs) {
        made.push(device.createBuffer({ label: `${this.name}/${label}`, size: Math.ceil(size / 16) * 16, usage }));
      }
    } catch (error) {
      thrown = error; // Some drivers throw a RangeError where the standard has an error scope.
    }
    // Both are popped before anything is awaited: scopes are a stack that all work on the device shares.
    const [full, invalid] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    if (!full && !invalid && thrown === undefined && !this.#closed) {
      for (const buffer of made) {
        this.#buffers.add(buffer);
        this.#bytes += buffer.size;
      }
      return made;
    }
    for (const buffer of made) buffer.destroy();
    const bytes = specs.reduce((sum, spec) => sum + spec.size, 0);
    const detail = { bytes, scope: this.name };
    if (invalid) throw new NucleusError('model_too_large', invalid.message, detail);
    const why = full?.message ?? (thrown instanceof Error ? thrown.message : `scope ${this.name} is closed`);
    throw new NucleusError('out_of_memory', why, detail);
  }

  /** One buffer; see `buffers`. */
  async buffer(label: string, size: number, usage: GPUBufferUsageFlags): Promise<GPUBuffer> {
    const [buffer] = await this.buffers([{ label, size, usage }]);
    return buffer!;
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const scope of this.#inner) scope[Symbol.dispose]();
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.clear();
    this.#bytes = 0;
    this.#outer?.forget(this);
  }

  #isClosed(): NucleusError {
    return new NucleusError('internal', `scope ${this.name} is closed`);
  }

  private forget(scope: Scope): void {
    this.#inner.delete(scope);
  }
}
