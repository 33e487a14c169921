// What a kernel is: the files its module joins, the buffers it binds and the constants it needs.
//
// A binding's place in the list is its number in the shader. The house test holds every spec against its WGSL.

export type ConstType = 'u32' | 'f32' | 'bool';

export interface Binding {
  readonly name: string;
  readonly access: 'read' | 'read_write';
}

export interface KernelSpec {
  /** Files joined before the kernel's own, in order. `weights` stands for the parts of the matrix's storage, `units` for those that read it by units. */
  readonly parts: readonly string[];
  readonly bindings: readonly Binding[];
  readonly consts: Readonly<Record<string, ConstType>>;
  readonly enable?: 'subgroups';
}

export interface Kernel extends KernelSpec {
  /** Of the file in shaders/ and of the entry point in it. */
  readonly name: string;
}

export const kernel = (name: string, spec: KernelSpec): Kernel => ({ name, ...spec });
export const reads = (...names: string[]): Binding[] => names.map(name => ({ name, access: 'read' }));
export const writes = (...names: string[]): Binding[] => names.map(name => ({ name, access: 'read_write' }));
