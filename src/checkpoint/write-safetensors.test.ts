// What the writer refuses; that it writes right is proved by the reader's tests.
import { expect, test } from 'vitest';
import { writeSafetensors } from './write-safetensors.ts';

const tensor = { name: 'a', dtype: 'F32', shape: [1], bytes: new Uint8Array(4) } as const;

test('the layout, byte by byte', () => {
  const file = writeSafetensors([{ ...tensor, bytes: new Uint8Array([1, 2, 3, 4]) }]);
  const json = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  ';
  expect(new TextDecoder().decode(file.subarray(8, -4))).toBe(json);
  expect([...file.subarray(0, 8)]).toEqual([json.length, 0, 0, 0, 0, 0, 0, 0]);
  expect([...file.subarray(-4)]).toEqual([1, 2, 3, 4]);
});

test('refuses a name twice, the reserved name, and bytes that do not fit', () => {
  expect(() => writeSafetensors([tensor, tensor])).toThrow(/twice/);
  expect(() => writeSafetensors([{ ...tensor, name: '__metadata__' }])).toThrow(/reserved/);
  expect(() => writeSafetensors([{ ...tensor, shape: [2] }])).toThrow(/needs 8 bytes, got 4/);
});
