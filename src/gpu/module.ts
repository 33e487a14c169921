// Joins a kernel's module: enable lines, constants, parts, the kernel file. Maps lines of the module back to files.
import { assert, defined } from '../lib/assert.ts';
import type { Consts } from './dispatch.ts';
import type { ConstType, Kernel } from './kernels/kernel.ts';
import { SHADERS } from './shaders.ts';
import type { Storage } from './storage/storage.ts';

export interface ShaderModule {
  readonly code: string;
  /** `shaders/linear_row.wgsl:12` for a line of the module, counted from 1. */
  readonly place: (line: number) => string;
}

function literal(name: string, type: ConstType, value: number | boolean): string {
  switch (type) {
    case 'bool':
      assert(typeof value === 'boolean', `constant ${name} is a bool`);
      return String(value);
    case 'u32':
      assert(typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32, `${name} is a u32`);
      return `${value}u`;
    case 'f32':
      assert(typeof value === 'number' && Number.isFinite(value), `constant ${name} is finite`);
      return String(value);
    default:
      return type satisfies never;
  }
}

/** The files before the kernel's own: those of its spec, with the storage's in place of `weights` or `units`. */
export function partsOf({ name, parts }: Kernel, storage: Storage | undefined): readonly string[] {
  return parts.flatMap(part => {
    if (part === 'weights') return defined(storage, `storage of ${name}`).parts;
    return part === 'units' ? defined(storage, `storage of ${name}`).unit.parts : [part];
  });
}

/** The module of a kernel for a storage and given constants; exactly the constants of the spec must be there. */
export function joinModule(kernel: Kernel, storage: Storage | undefined, consts: Consts): ShaderModule {
  const { name, ...spec } = kernel;
  for (const key of Object.keys(consts)) assert(key in spec.consts, `${name} has a constant ${key}`);
  const head = [
    ...(spec.enable ? [`enable ${spec.enable};`] : []),
    ...Object.entries(spec.consts).map(([key, type]) => {
      const value = defined(consts[key], `constant ${key} of ${name}`);
      return `const ${key}: ${type} = ${literal(key, type, value)};`;
    }),
  ];
  const files = [...partsOf(kernel, storage), name];
  const starts: { file: string; line: number }[] = [{ file: 'constants', line: 1 }];
  const lines = [...head];
  for (const file of files) {
    starts.push({ file: `shaders/${file}.wgsl`, line: lines.length + 1 });
    for (const line of defined(SHADERS.get(file), `shaders/${file}.wgsl`).trimEnd().split('\n')) lines.push(line);
  }
  const place = (line: number): string => {
    const start = defined(starts.findLast(s => s.line <= line) ?? starts[0], 'a first file');
    return `${start.file}:${line - start.line + 1}`;
  };
  return { code: `${lines.join('\n')}\n`, place };
}
