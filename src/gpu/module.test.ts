// Joining a kernel's module: what comes in which order, which constants it accepts, and where a line of it came from.
import { expect, test } from 'vitest';
import { kernelNamed } from '../../e2e/support/kernel-run.ts';
import { joinModule } from './module.ts';
import { SHADERS } from './shaders.ts';
import { STORAGES } from './storage/storages.ts';

const CONSTS = { WORKGROUP: 64, WIDTH: 5, STRIDE: 8, EPS: 1e-5, OUT_BY_SLOT: false };
const EMBEDDING = { WORKGROUP: 64, ROWS: 3, K4: 2, ROW0: 0, BY_POSITION: true, FACTOR: 1, HAS_RESIDUAL: false };

test('constants by type, then parts, then the kernel', () => {
  const { code } = joinModule(kernelNamed('layernorm'), undefined, CONSTS);
  const head = ['const WORKGROUP: u32 = 64u;', 'const WIDTH: u32 = 5u;', 'const STRIDE: u32 = 8u;'];
  const rest = ['const EPS: f32 = 0.00001;', 'const OUT_BY_SLOT: bool = false;'];
  expect(code.split('\n').slice(0, 5)).toEqual([...head, ...rest]);
  expect(code.indexOf('struct Step')).toBeLessThan(code.indexOf('fn layernorm'));
});

test('the storage chooses the file of weights', () => {
  for (const storage of Object.values(STORAGES)) {
    const { code } = joinModule(kernelNamed('embedding'), storage, EMBEDDING);
    for (const part of storage.parts) expect(code).toContain(SHADERS.get(part)!.trimEnd());
    expect(code.match(/fn weight4/g)).toHaveLength(1);
  }
});

test('enable lines come first', () => {
  const consts = { ROWS: 1, K4: 1, ROW0: 0, X_BY_SLOT: false, OUT_STRIDE: 4, HAS_BIAS: false, ACTIVATION: 0 };
  const kv = { HAS_KV: false, KV_FROM: 0, KV_STRIDE: 0, KV_F16: false };
  const more = { FACTOR: 1, SOFTCAP: 0, HAS_RESIDUAL: false, ...kv, WORKGROUP: 64, CLUSTER: 8 };
  expect(
    joinModule(kernelNamed('linear_row_cluster'), STORAGES.f16, { ...consts, ...more }).code.startsWith(
      'enable subgroups;\n',
    ),
  ).toBe(true);
});

test('every line of the module leads back to its file and line', () => {
  const { code, place } = joinModule(kernelNamed('embedding'), STORAGES.bf16, EMBEDDING);
  const lines = code.trimEnd().split('\n');
  for (let line = 1; line <= lines.length; line++) {
    const [file, at] = place(line).split(':');
    if (file === 'constants') expect(lines[line - 1]).toMatch(/^const /);
    else
      expect(SHADERS.get(file!.slice('shaders/'.length, -'.wgsl'.length))!.split('\n')[Number(at) - 1]).toBe(
        lines[line - 1],
      );
  }
  expect(place(1)).toBe('constants:1');
  expect(place(Object.keys(EMBEDDING).length + 1)).toBe('shaders/step.wgsl:1');
  expect(place(lines.length)).toMatch(/^shaders\/embedding\.wgsl:/);
});

test('missing, unknown and ill-typed constants are refused', () => {
  const { EPS: _, ...missing } = CONSTS;
  expect(() => joinModule(kernelNamed('layernorm'), undefined, missing)).toThrow('EPS');
  expect(() => joinModule(kernelNamed('layernorm'), undefined, { ...CONSTS, EXTRA: 1 })).toThrow('EXTRA');
  expect(() => joinModule(kernelNamed('layernorm'), undefined, { ...CONSTS, WIDTH: 1.5 })).toThrow('WIDTH');
  expect(() => joinModule(kernelNamed('layernorm'), undefined, { ...CONSTS, WIDTH: -1 })).toThrow('WIDTH');
  expect(() => joinModule(kernelNamed('layernorm'), undefined, { ...CONSTS, WIDTH: true })).toThrow('WIDTH');
  expect(() => joinModule(kernelNamed('layernorm'), undefined, { ...CONSTS, EPS: Number.NaN })).toThrow('EPS');
  expect(() => joinModule(kernelNamed('layernorm'), undefined, { ...CONSTS, OUT_BY_SLOT: 1 })).toThrow('OUT_BY_SLOT');
});
