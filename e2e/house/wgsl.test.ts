// Every joined kernel module against its spec: bindings, constants, entry point, and the rows that TypeScript writes.
import { describe, expect, test } from 'vitest';
import { type VariableInfo, WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import type { Consts } from '../../src/gpu/dispatch.ts';
import type { KernelSpec } from '../../src/gpu/kernels/kernel.ts';
import { KERNELS } from '../../src/gpu/kernels/registry.ts';
import { joinModule, partsOf } from '../../src/gpu/module.ts';
import { SHADERS } from '../../src/gpu/shaders.ts';
import { STORAGES } from '../../src/gpu/storage/storages.ts';
import { kernelNamed } from '../support/kernel-run.ts';
import { sources } from './sources.ts';

const ALL = Object.values(STORAGES);
const MODULES = KERNELS.flatMap(kernel =>
  (kernel.parts.some(part => part === 'weights' || part === 'units') ? ALL : [undefined]).map(storage => ({
    name: kernel.name,
    on: storage?.name ?? 'no weights',
    kernel,
    storage,
  })),
);

/** Some value for every constant of a spec; numbers differ, so that one used in another's place is seen. */
function constsOf(spec: KernelSpec): Consts {
  const entries = Object.entries(spec.consts).map(([key, type], index) => [
    key,
    type === 'bool' ? true : 8 * (index + 1),
  ]);
  return Object.fromEntries(entries);
}

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, ' ').replaceAll(/\/\/.*$/gm, '');
}

function bindingsOf(resources: readonly VariableInfo[]) {
  return resources
    .map(({ group, binding, name, access }) => ({ group, binding, name, access: access || 'read' }))
    .sort((a, b) => a.binding - b.binding);
}

describe.each(MODULES)('$name on $on', ({ name, kernel, storage }) => {
  const spec = kernel;
  const { code } = joinModule(kernel, storage, constsOf(kernel));
  const module = new WgslReflect(code);
  const entry = module.entry.compute[0];

  test('one compute entry of the same name, of a legal size', () => {
    expect(module.entry.compute.map(found => found.name)).toEqual([name]);
    const size = entry?.workgroupSize?.reduce((product, side) => product * side, 1) ?? 0;
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThanOrEqual(256);
  });

  test('the bindings of the spec, in its order', () => {
    const wanted = spec.bindings.map((binding, index) => ({ group: 0, binding: index, ...binding }));
    expect(bindingsOf(module.storage)).toEqual(wanted);
    expect([module.uniforms, module.textures, module.samplers].flat()).toEqual([]);
    expect(wanted.length).toBeLessThanOrEqual(8); // the default of maxStorageBuffersPerShaderStage
  });

  test('every binding is read or written by the entry', () => {
    const used = new Set(entry?.resources.map(resource => resource.name));
    expect(spec.bindings.map(binding => binding.name).filter(binding => !used.has(binding))).toEqual([]);
  });

  test('every constant of the spec is used, and every constant used is declared', () => {
    const text = withoutComments(code);
    const declared = [...text.matchAll(/\bconst\s+([A-Z][A-Z0-9_]*)\b/g)].map(match => match[1] ?? '');
    const uses = [...text.matchAll(/\b[A-Z][A-Z0-9_]+\b/g)].map(match => match[0]);
    const count = (key: string) => uses.filter(use => use === key).length;
    expect(new Set(declared).size).toBe(declared.length);
    expect(Object.keys(spec.consts).filter(key => count(key) < 2)).toEqual([]);
    expect([...new Set(uses)].filter(key => !declared.includes(key))).toEqual([]);
  });
});

test('a step is a count and rows of four words, as TypeScript writes them', () => {
  const step = new WgslReflect(joinModule(kernelNamed('add'), undefined, constsOf(kernelNamed('add'))).code);
  const places = (name: string) =>
    Object.fromEntries(step.getStructInfo(name)?.members.map(member => [member.name, member.offset]) ?? []);
  expect(places('Step')).toMatchObject({ count: 0, rows: 16 });
  expect(places('Row')).toEqual({ id: 0, position: 4, slot: 8, table: 12 });
  expect(step.getStructInfo('Row')?.size).toBe(16);
});

test('every shader file is a kernel or a part of one', () => {
  const names = KERNELS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const parts = MODULES.flatMap(({ kernel, storage }) => partsOf(kernel, storage));
  expect([...SHADERS.keys()].sort()).toEqual([...new Set([...names, ...parts])].sort());
});

test('every file of kernels/ and of storage/ is in its list', () => {
  const filesOf = (folder: string, without: readonly string[]) =>
    sources(folder, ['.ts'])
      .map(({ file }) => file.slice(folder.length + 1, -'.ts'.length))
      .filter(file => !without.includes(file) && !file.endsWith('.test'));
  const kernels = new Set(KERNELS.map(({ name }) => name));
  const files = filesOf('src/gpu/kernels', ['kernel', 'registry', 'elementwise', 'products', 'team']);
  const holds = (file: string) => [...kernels].some(name => name === file || name.startsWith(`${file}_`));
  expect(files.filter(file => !holds(file))).toEqual([]);
  expect(filesOf('src/gpu/storage', ['storage', 'storages', 'plain', 'blocks', 'quantise']).sort()).toEqual(
    Object.keys(STORAGES).sort(),
  );
  for (const [name, storage] of Object.entries(STORAGES)) expect(storage.name).toBe(name);
});

test('shaders are WGSL and nothing else: no preprocessor, no override, no enable of their own', () => {
  const files = sources('shaders', ['.wgsl']);
  expect(files.length).toBeGreaterThan(0);
  const odd = files.filter(({ text }) =>
    /^\s*#|\boverride\b|^\s*(enable|requires)\b|\bf16\b/m.test(withoutComments(text)),
  );
  expect(odd.map(({ file }) => file)).toEqual([]);
});

test('tanh is given a clamped argument', () => {
  const bare = sources('shaders', ['.wgsl']).filter(({ text }) => /\btanh\((?!clamp\()/.test(withoutComments(text)));
  expect(bare.map(({ file }) => file)).toEqual([]);
});
