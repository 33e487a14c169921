// The header reader against real files, each kind of attack, and random mutations of valid files.
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NucleusError } from '../lib/error.ts';
import type { Dtype } from './dtypes.ts';
import { headerLength, MAX_HEADER_BYTES, parseSafetensorsHeader, type SafetensorsHeader } from './safetensors.ts';
import { type TensorBytes, writeSafetensors } from './write-safetensors.ts';

function parse(file: Uint8Array, fileSize = file.length): SafetensorsHeader {
  const length = headerLength(file.subarray(0, 8), fileSize);
  return parseSafetensorsHeader(file.subarray(8, 8 + length), fileSize);
}

/** A file with this header text and `dataBytes` zero bytes. */
function fileOf(header: string | Uint8Array, dataBytes = 0): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

function message(file: Uint8Array, fileSize?: number): string {
  try {
    parse(file, fileSize);
  } catch (error) {
    if (error instanceof NucleusError && error.code === 'bad_safetensors') return error.message;
    throw error;
  }
  return 'accepted';
}

const one = (fields: object): string =>
  JSON.stringify({ t: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...fields } });

describe('valid files', () => {
  test.each(['gpt2-f32', 'gpt2-f16', 'gpt2-bf16', 'gpt2-odd', 'gpt2-wide'])('golden model %s', name => {
    const file = readFileSync(new URL(`../../e2e/golden/${name}/model.safetensors`, import.meta.url));
    const { tensors, metadata, dataBegin } = parse(file);
    expect(metadata.get('format')).toBe('pt');
    const ranges = [...tensors.values()];
    expect(ranges.length).toBeGreaterThan(10);
    expect(ranges[0]!.begin).toBe(dataBegin);
    expect(ranges.at(-1)!.end).toBe(file.length);
  });

  test('offsets are absolute, order is that of the bytes', () => {
    const header =
      '{"b":{"dtype":"U8","shape":[3],"data_offsets":[4,7]},"a":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]}}';
    const { tensors, dataBegin } = parse(fileOf(header, 7));
    expect(dataBegin).toBe(8 + header.length);
    expect([...tensors.values()]).toEqual([
      { name: 'a', dtype: 'F16', shape: [2, 1], begin: dataBegin, end: dataBegin + 4 },
      { name: 'b', dtype: 'U8', shape: [3], begin: dataBegin + 4, end: dataBegin + 7 },
    ]);
  });

  test('no tensors, zero-sized tensors, a scalar, trailing spaces', () => {
    expect(parse(fileOf('{}')).tensors.size).toBe(0);
    const header =
      '{"z":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]},"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"e":{"dtype":"I8","shape":[0],"data_offsets":[4,4]}}   ';
    expect([...parse(fileOf(header, 4)).tensors.keys()]).toEqual(['z', 's', 'e']);
  });

  test('white space before the header, and a pair of surrogates in a name', () => {
    for (const space of [' ', '\n', '\t', '\r', '   \r\n\t']) {
      const { tensors, dataBegin } = parse(fileOf(`${space}${one({})}`, 8));
      expect(tensors.get('t')).toMatchObject({ begin: dataBegin, end: dataBegin + 8 });
    }
    const named = fileOf('{"\\ud83d\\ude42":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}', 1);
    expect([...parse(named).tensors.keys()]).toEqual(['🙂']);
  });

  test('names that are properties of objects are plain names', () => {
    const tensors = ['__proto__', 'constructor', 'toString', 'a"b\\:{é', ''].map(
      (name): TensorBytes => ({ name, dtype: 'U8', shape: [1], bytes: new Uint8Array(1) }),
    );
    expect([...parse(writeSafetensors(tensors)).tensors.keys()]).toEqual(tensors.map(t => t.name));
  });
});

describe('attacks', () => {
  const leftover = (text: string): Uint8Array => new TextEncoder().encode(text.padEnd(200));
  const huge = fileOf('{}');
  new DataView(huge.buffer).setBigUint64(0, 2n ** 63n, true);

  test.each<[string, Uint8Array, RegExp, number?]>([
    ['an empty file', new Uint8Array(0), /too few/],
    ['seven bytes', new Uint8Array(7), /too few/],
    ['a header length of 2^63', huge, /more than the allowed/],
    [
      'a header over the limit, before it is read',
      fileOf(new Uint8Array(0)).fill(0xff, 0, 4),
      /more than the allowed/,
      2 ** 40,
    ],
    ['a header longer than the file', fileOf('{}').fill(9, 0, 1), /cut short: 7 of its 9/],
    ['a header of no bytes', fileOf(''), /length of 0/],
    ['a Git LFS pointer', leftover('version https://git-lfs.github.com/spec/v1\noid sha256:00'), /Git LFS pointer/],
    ['a PyTorch archive', leftover('PK\x03\x04rest'), /PyTorch/],
    ['a web page', leftover('<!DOCTYPE html>'), /safetensors file\?/],
    ['GGUF', leftover('GGUF\x03\0\0\0'), /GGUF/],
    ['not UTF-8', fileOf(new Uint8Array([0x7b, 0xff, 0x7d])), /UTF-8/],
    ['a byte order mark', fileOf('\ufeff{}'), /begin with/],
    ['white space alone', fileOf('    '), /begin with/],
    ['another space before it', fileOf('\u00a0{}'), /begin with/],
    ['an array', fileOf('[]'), /begin with/],
    ['not JSON', fileOf('{"a":'), /valid JSON/],
    ['something after the object', fileOf('{} {}'), /valid JSON/],
    ['zero bytes as padding', fileOf('{}\0\0'), /valid JSON/],
    ['an unknown dtype', fileOf(one({ dtype: 'F33' }), 8), /"t" has the unknown dtype "F33"/],
    ['a dtype of the prototype', fileOf(one({ dtype: 'toString' }), 8), /unknown dtype/],
    ['no dtype', fileOf('{"t":{"shape":[2],"data_offsets":[0,8]}}', 8), /unknown dtype "undefined"/],
    ['a tensor that is a number', fileOf('{"t":7}'), /"t" is not described/],
    ['a tensor that is a list', fileOf('{"t":[1]}'), /"t" is not described/],
    ['a negative size', fileOf(one({ shape: [-2] }), 8), /"t" has a shape/],
    ['a fractional size', fileOf(one({ shape: [0.5] }), 8), /"t" has a shape/],
    ...['2.0', '2e0', '2E0', '20e-1', '-0', '-2', '02', '+2', '.2', '2.', '0x2'].map(
      (size): [string, Uint8Array, RegExp] => [
        `a size that is written ${size}`,
        fileOf(`{"t":{"dtype":"F32","shape":[${size}],"data_offsets":[0,8]}}`, 8),
        /"t" has a shape that is not a list of sizes|valid JSON/,
      ],
    ),
    [
      'an offset that is written 8.0',
      fileOf('{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8.0]}}', 8),
      /data_offsets/,
    ],
    [
      'an offset that is written -0',
      fileOf('{"t":{"dtype":"F32","shape":[2],"data_offsets":[-0,8]}}', 8),
      /data_offsets/,
    ],
    [
      'a lone surrogate in a name',
      fileOf('{"t\\ud800":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}', 1),
      /surrogate/,
    ],
    ['a lone low surrogate', fileOf('{"\\uDC00t":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}', 1), /surrogate/],
    ['a lone surrogate in the metadata', fileOf('{"__metadata__":{"a":"\\ud83d"}}'), /surrogate/],
    ['a shape of text', fileOf(one({ shape: '2' }), 8), /"t" has a shape/],
    ['a shape that overflows', fileOf(one({ shape: [2 ** 40, 2 ** 40] }), 8), /"t" has a shape whose size overflows/],
    ['a shape that overflows to zero', fileOf(one({ shape: [2 ** 32, 2 ** 32, 0] }), 8), /overflows/],
    ['nine dimensions', fileOf(one({ shape: [2, 1, 1, 1, 1, 1, 1, 1, 1] }), 8), /9 dimensions/],
    ['more bytes than the shape', fileOf(one({ data_offsets: [0, 12] }), 12), /needs 8 bytes.*span 12/],
    ['begin after end', fileOf(one({ data_offsets: [8, 0] }), 8), /ends before it begins/],
    ['three offsets', fileOf(one({ data_offsets: [0, 8, 8] }), 8), /data_offsets/],
    ['a negative offset', fileOf(one({ data_offsets: [-8, 0] }), 8), /data_offsets/],
    ['an offset beyond 2^53', fileOf(one({ data_offsets: [0, 2 ** 60] }), 8), /data_offsets/],
    ['half a byte', fileOf('{"t":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}', 1), /whole byte/],
    ['a gap before the first', fileOf(one({ data_offsets: [4, 12] }), 12), /4 bytes between the header and tensor "t"/],
    ['a file cut short', fileOf(one({}), 5), /cut short: 3 bytes are missing, tensor "t"/],
    ['bytes after the last', fileOf(one({}), 9), /1 bytes after tensor "t"/],
    ['data and no tensor', fileOf('{}', 1), /1 bytes after the header/],
    ['metadata that is no object', fileOf('{"__metadata__":3}'), /__metadata__/],
    ['metadata that is no text', fileOf('{"__metadata__":{"a":[1]}}'), /"a" is not a string/],
    ['deep nesting', fileOf(`{"a":${'['.repeat(1_000_000)}`), /nested too deep/],
    ['a name of 513', fileOf(one({}).replace('"t"', `"${'x'.repeat(513)}"`), 8), /name of 513 characters/],
    ['a name of a megabyte', fileOf(one({}).replace('"t"', `"${'x'.repeat(1_000_000)}"`), 8), /too long/],
    ['an open string full of quotes', fileOf(`{"${'\\"'.repeat(500_000)}`), /valid JSON/],
  ])('%s', (_, file, expected, fileSize) => {
    expect(message(file, fileSize)).toMatch(expected);
  });

  test.each([
    ['equal', '"t":1,"t":2', /"t" occurs twice/],
    ['equal once unescaped', '"t":1,"\\u0074" :2', /"t" occurs twice/],
    ['equal inside a tensor', '"t":{"shape":[1],"shape":[2]}', /"shape" occurs twice/],
    ['equal in the metadata', '"__metadata__":{"a":"x","a":"y"}', /"a" occurs twice/],
    ['__proto__ twice', '"__proto__":1,"__proto__":2', /"__proto__" occurs twice/],
  ])('names that are %s', (_, body, expected) => {
    expect(message(fileOf(`{${body}}`))).toMatch(expected);
  });

  test('overlaps and gaps name both tensors', () => {
    const pair = (begin: number): Uint8Array =>
      fileOf(
        `{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[${begin},${begin + 4}]}}`,
        8,
      );
    expect(message(pair(3))).toBe('tensor "b" overlaps tensor "a"');
    expect(message(pair(5))).toBe('1 bytes between tensor "a" and tensor "b" belong to no tensor');
    expect(message(pair(0))).toMatch(/overlaps/);
    expect(message(pair(4))).toBe('accepted');
  });

  test('10,000 tensors pass, 10,001 do not', () => {
    const many = (count: number): Uint8Array =>
      writeSafetensors(
        Array.from({ length: count }, (_, i) => ({
          name: `t${i}`,
          dtype: 'U8' as const,
          shape: [0],
          bytes: new Uint8Array(0),
        })),
      );
    expect(message(many(10_000))).toBe('accepted');
    expect(message(many(10_001))).toMatch(/more than the allowed 10000|more than 10000/);
  });

  test('the limit of the header itself', () => {
    const first8 = (length: number): Uint8Array => {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setUint32(0, length, true);
      return bytes;
    };
    expect(headerLength(first8(MAX_HEADER_BYTES), 2 ** 33)).toBe(MAX_HEADER_BYTES);
    expect(() => headerLength(first8(MAX_HEADER_BYTES + 1), 2 ** 33)).toThrow(NucleusError);
  });
});

describe('properties', () => {
  const sizes: Partial<Record<Dtype, number>> = { F32: 4, F16: 2, BF16: 2, I64: 8, U8: 1, BOOL: 1 };
  const tensor = fc
    .record({
      name: fc.string({ maxLength: 12 }),
      dtype: fc.constantFrom<Dtype>('F32', 'F16', 'BF16', 'I64', 'U8', 'BOOL'),
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    })
    .map(
      ({ name, dtype, shape }): TensorBytes => ({
        name,
        dtype,
        shape,
        bytes: new Uint8Array(shape.reduce((product, n) => product * n, sizes[dtype]!)).fill(name.length),
      }),
    );
  const tensors = fc.uniqueArray(tensor, { selector: t => t.name, maxLength: 6 });

  test('what is written is read', () => {
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }), (list, metadata) => {
        const file = writeSafetensors(list, new Map(Object.entries(metadata)));
        const read = parse(file);
        expect(read.metadata).toEqual(new Map(Object.entries(metadata)));
        expect(read.dataBegin % 8).toBe(0);
        expect(
          [...read.tensors.values()]
            .map(t => ({ name: t.name, dtype: t.dtype, shape: t.shape, bytes: file.slice(t.begin, t.end) }))
            .sort(byName),
        ).toEqual([...list].sort(byName));
      }),
    );
  });

  test('a mutated file is refused with our error, or still describes exactly its bytes', () => {
    fc.assert(
      fc.property(
        tensors,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: -20, max: 20 }),
        (list, edits, grow) => {
          const whole = writeSafetensors(list);
          const file = new Uint8Array(Math.max(0, whole.length + grow));
          file.set(whole.subarray(0, file.length));
          for (const [at, value] of edits) if (file.length > 0) file[at % file.length] = value;
          let read: SafetensorsHeader;
          try {
            read = parse(file);
          } catch (error) {
            expect(error).toBeInstanceOf(NucleusError);
            expect(error).toHaveProperty('code', 'bad_safetensors');
            return;
          }
          let at = read.dataBegin;
          for (const range of read.tensors.values()) {
            expect(range.begin).toBe(at);
            at = range.end;
          }
          expect(at).toBe(file.length);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  function byName(a: { name: string }, b: { name: string }): number {
    return a.name < b.name ? -1 : 1;
  }
});
