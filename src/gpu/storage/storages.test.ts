// What the oracle is given of a stored matrix is what was stored, for every storage; blocks mean what ggml says.
import { describe, expect, test } from 'vitest';
import { rounded } from '../../../e2e/support/kernel-run.ts';
import { BLOCKS, isBlockDtype } from '../../checkpoint/blocks.ts';
import { DTYPES } from '../../model/checkpoint.ts';
import frozen from './ggml-blocks.fixture.json' with { type: 'json' };
import { fileBytes } from './storage.ts';
import { STORAGES, type StorageName } from './storages.ts';

const FLOATS: readonly StorageName[] = ['f32', 'f16', 'bf16'];
/** Exact in every format of floats: few bits, small exponents. */
const EXACT = Float32Array.of(0, -0, 1, -1.5, 0.015625, 96, -0.0078125, 2);
const ALL = Object.values(STORAGES);
const bytesOf = (base64: string) => Uint8Array.from(atob(base64), char => char.charCodeAt(0));

test.each(FLOATS)('%s: numbers of few bits come back exactly', name => {
  expect([...rounded(EXACT, name)]).toEqual([...EXACT]);
});

test('rows of floats are filled up to four numbers', () => {
  expect(FLOATS.map(name => STORAGES[name].strideBytes(5))).toEqual([32, 16, 16]);
  const rows = Uint8Array.from({ length: 2 * 5 * 2 }, (_, i) => i);
  const packed = STORAGES.f16.pack(rows, 5);
  expect([...packed.subarray(0, 16)]).toEqual([...rows.subarray(0, 10), 0, 0, 0, 0, 0, 0]);
  expect([...packed.subarray(16, 26)]).toEqual([...rows.subarray(10)]);
});

test('every dtype that can be read has a storage, with the block sizes of the reader', () => {
  expect(ALL.map(({ dtype }) => dtype).sort()).toEqual([...DTYPES].sort());
  for (const { dtype, block, blockBytes } of ALL)
    if (isBlockDtype(dtype)) expect({ numbers: block, bytes: blockBytes }).toEqual(BLOCKS[dtype]);
});

describe.each(Object.entries(frozen))('%s', (dtype, { blocks, numbers }) => {
  const storage = ALL.find(each => each.dtype === dtype)!;
  const bytes = bytesOf(blocks);
  const wanted = new Float32Array(bytesOf(numbers).buffer);

  test.each([wanted.length, Math.max(storage.block, wanted.length / 4), storage.block])(
    'rows of %i numbers are those of the gguf package, bit by bit',
    columns => {
      const packed = storage.pack(bytes, columns);
      expect(packed.length).toBe((wanted.length / columns) * storage.strideBytes(columns));
      expect(Buffer.from(storage.dequantise(packed, columns).buffer).equals(Buffer.from(wanted.buffer))).toBe(true);
    },
  );

  test('a row begins at 16 bytes and is hardly longer than in the file', () => {
    for (const columns of [storage.block, 2048]) expect(storage.strideBytes(columns) % 16).toBe(0);
    const ratio = storage.strideBytes(8192) / fileBytes(storage, 8192);
    expect(ratio).toBeGreaterThanOrEqual(1);
    expect(ratio).toBeLessThan(1.02);
  });
});
