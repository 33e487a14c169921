// The reader of GGUF headers: what it reads, what it refuses and how soon, and how much of a file it takes for that.
import '../../../e2e/tools/property-seed.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { float32, type GgufFile, type GgufTensor, ggufBytes, writeGguf } from '../../../e2e/support/gguf-file.ts';
import { asNucleusError } from '../../lib/error.ts';
import type { Dtype } from '../dtypes.ts';
import { type GgufHeader, readGgufHeader } from './header.ts';

/** Reads from memory and counts. */
function source(file: Uint8Array) {
  const asked: number[] = [];
  const read = async (begin: number, end: number) => {
    asked.push(end - begin);
    return file.slice(begin, end);
  };
  return { asked, read: () => readGgufHeader(file.length, read) };
}

const header = (file: GgufFile): Promise<GgufHeader> => source(writeGguf(file)).read();

function tensor(name: string, dtype: Dtype, shape: readonly number[], more: Partial<GgufTensor> = {}): GgufTensor {
  return { name, dtype, shape, ...more, bytes: more.bytes ?? new Uint8Array(ggufBytes(dtype, shape)) };
}

const uint64 = (value: bigint) => new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, value)).buffer);
const uint32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);
const joined = (...parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap(part => [...part]));
const ENDLESS = uint64(-1n);

describe('what is read', () => {
  test('values of every type', async () => {
    const all: [string, number, Uint8Array, number | boolean][] = [
      ['uint8', 0, Uint8Array.of(200), 200],
      ['int8', 1, Uint8Array.of(200), -56],
      ['uint16', 2, Uint8Array.of(1, 255), 65281],
      ['int16', 3, Uint8Array.of(1, 255), -255],
      ['uint32', 4, uint32(4_000_000_000), 4_000_000_000],
      ['int32', 5, uint32(-7), -7],
      ['float32', 6, new Uint8Array(Float32Array.of(0.5).buffer), 0.5],
      ['uint64', 10, uint64(2n ** 40n), 2 ** 40],
      ['int64', 11, uint64(-9n), -9],
      ['float64', 12, new Uint8Array(Float64Array.of(1e-5).buffer), 1e-5],
    ];
    const { metadata } = await header({ metadata: all.map(([key, type, bytes]) => [key, { type, bytes }]) });
    for (const [key, , , wanted] of all) expect(metadata.number(key), key).toBe(wanted);
    for (const [key] of all) expect(() => metadata.text(key)).toThrow(`${key} is no text`);
  });

  test('text, flags and lists', async () => {
    const { metadata, version } = await header({
      version: 2,
      metadata: [
        ['text', 'fox \u{1f98a}'],
        ['empty', ''],
        ['yes', true],
        ['no', false],
        ['texts', ['a', '', '\u{feff}b']],
        ['none', []],
        ['numbers', [1, -2, 3]],
        ['fractions', [0.5, 0.25]],
        ['bytes', { type: 9, bytes: joined(uint32(0), uint64(3n), Uint8Array.of(7, 8, 9)) }],
      ],
    });
    expect(version).toBe(2);
    expect([metadata.text('text'), metadata.text('empty'), metadata.flag('yes'), metadata.flag('no')]).toEqual([
      'fox \u{1f98a}',
      '',
      true,
      false,
    ]);
    expect([...(metadata.texts('texts') ?? [])]).toEqual(['a', '', '\u{feff}b']);
    expect(metadata.numbers('numbers')).toEqual([1, -2, 3]);
    expect(metadata.numbers('fractions')).toEqual([0.5, 0.25]);
    expect(metadata.byteList('bytes')).toEqual(Uint8Array.of(7, 8, 9));
    expect([metadata.text('absent'), metadata.numbers('absent'), metadata.has('yes')]).toEqual([
      undefined,
      undefined,
      true,
    ]);
    expect(() => metadata.flag('text')).toThrow('text is neither');
    expect(() => metadata.texts('numbers')).toThrow('numbers is no list of texts');
    expect(() => metadata.numbers('texts')).toThrow('texts is no list of numbers');
  });

  test('tensors: rows first, blocks counted, padded to the alignment', async () => {
    const tensors = [
      tensor('a', 'F32', [5]),
      tensor('b', 'Q6_K', [3, 512]),
      tensor('c', 'MXFP4', [2, 32]),
      tensor('d', 'BF16', [2, 3, 4, 5]),
    ];
    const file = writeGguf({ metadata: [['general.alignment', 64]], tensors, alignment: 64 });
    const { tensors: found } = await source(file).read();
    const [a, b, c, d] = [...found.values()];
    expect([a?.shape, b?.shape, c?.dtype, d?.shape]).toEqual([[5], [3, 512], 'MXFP4', [2, 3, 4, 5]]);
    const begin = a?.begin ?? 0;
    expect(begin % 64).toBe(0);
    expect([b?.begin, c?.begin, d?.begin].map(at => (at ?? 0) - begin)).toEqual([64, 64 + 1280, 64 + 1280 + 64]);
    expect((b?.end ?? 0) - (b?.begin ?? 0)).toBe(3 * 2 * 210);
    expect((d?.end ?? 0) - (d?.begin ?? 0)).toBe(240);
  });

  test('a long header by ranges, and no more than twice of it', async () => {
    const texts = Array.from({ length: 200_000 }, (_, i) => `token number ${i}`);
    const weights = tensor('w', 'F32', [4_000_000]);
    const file = writeGguf({
      metadata: [
        ['tokens', texts],
        ['last', 1],
      ],
      tensors: [weights],
    });
    const { asked, read } = source(file);
    const { metadata, tensors } = await read();
    const length = tensors.get('w')?.begin ?? 0;
    expect(asked.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(2 * length);
    expect(asked.length).toBeLessThan(8);
    expect(metadata.number('last')).toBe(1);
    let count = 0;
    for (const text of metadata.texts('tokens') ?? []) expect(text).toBe(texts[count++]);
    expect(count).toBe(texts.length);
  });
});

const ONE = [['general.name', 'x']] as const;
const listOf = (of: number, length: Uint8Array, ...rest: Uint8Array[]) => ({
  type: 9,
  bytes: joined(uint32(of), length, ...rest),
});

describe('what is refused', () => {
  test.each<[string, GgufFile, RegExp]>([
    ['another magic', { metadata: ONE, magic: 'GGUX' }, /does not begin with "GGUF"/],
    ['an older format', { metadata: ONE, magic: 'tjgg' }, /of before that format/],
    ['version 0', { metadata: ONE, version: 0 }, /version 0/],
    ['version 1', { metadata: ONE, version: 1 }, /version 1/],
    ['version 4', { metadata: ONE, version: 4 }, /version 4/],
    ['big-endian', { metadata: ONE, version: 3 << 24 }, /big-endian/],
    ['endless tensors', { metadata: ONE, tensorCount: -1 }, /tensors are more/],
    ['endless keys', { metadata: ONE, keyCount: -1 }, /keys are more/],
    ['more keys than there are', { metadata: ONE, keyCount: 2 }, /cut short/],
    ['a key twice', { metadata: [...ONE, ...ONE] }, /"general.name" occurs twice/],
    ['an empty key', { metadata: [['', 1]] }, /key is empty/],
    ['an unknown type', { metadata: [['a', { type: 13, bytes: uint32(0) }]] }, /unknown type 13/],
    ['a text past the end', { metadata: [['a', { type: 8, bytes: uint64(1000n) }]] }, /past the end/],
    ['an endless text', { metadata: [['a', { type: 8, bytes: ENDLESS }]] }, /past the end/],
    ['a list of lists', { metadata: [['a', listOf(9, uint64(0n))]] }, /list of lists/],
    ['a list of an unknown type', { metadata: [['a', listOf(99, uint64(0n))]] }, /unknown type 99/],
    ['an endless list', { metadata: [['a', listOf(12, ENDLESS)]] }, /past the end/],
    ['an endless list of texts', { metadata: [['a', listOf(8, ENDLESS)]] }, /past the end/],
    ['an endless text in a list', { metadata: [['a', listOf(8, uint64(1n), ENDLESS)]] }, /past the end/],
    ['no alignment', { metadata: [['general.alignment', 0]] }, /no power of two/],
    ['an odd alignment', { metadata: [['general.alignment', 48]] }, /no power of two/],
    ['an alignment in another type', { metadata: [['general.alignment', float32(32)]] }, /no uint32/],
    ['a long name', { metadata: [], tensors: [tensor('n'.repeat(64), 'F32', [1])] }, /longer than the allowed 63/],
    ['five dimensions', { metadata: [], tensors: [tensor('a', 'F32', [1, 1, 1, 1, 1])] }, /5 dimensions/],
    ['a dimension of 0', { metadata: [], tensors: [tensor('a', 'F32', [0, 4])] }, /dimension of 0/],
    [
      'a negative dimension',
      { metadata: [], tensors: [tensor('a', 'F32', [1, -1], { bytes: new Uint8Array(4) })] },
      /overflows/,
    ],
    [
      'too many numbers',
      { metadata: [], tensors: [tensor('a', 'F32', [2 ** 40, 2 ** 40], { bytes: new Uint8Array(4) })] },
      /overflows/,
    ],
    ['an unknown type of numbers', { metadata: [], tensors: [tensor('a', 'F32', [1], { type: 4 })] }, /unknown type 4/],
    ['half a block', { metadata: [], tensors: [tensor('a', 'Q8_0', [2, 48])] }, /no whole number of Q8_0 blocks/],
    [
      'a tensor twice',
      { metadata: [], tensors: [tensor('a', 'F32', [1]), tensor('a', 'F32', [1])] },
      /"a" occurs twice/,
    ],
    ['an offset between', { metadata: [], tensors: [tensor('a', 'F32', [1], { offset: 7 })] }, /not aligned/],
    ['a gap', { metadata: [], tensors: [tensor('a', 'F32', [1], { offset: 32 })] }, /the one before it ends at 0/],
    [
      'an overlap',
      { metadata: [], tensors: [tensor('a', 'F32', [64]), tensor('b', 'F32', [1], { offset: 32 })] },
      /the one before it ends at 256/,
    ],
    [
      'offsets that keep another alignment',
      { metadata: [['general.alignment', 64]], tensors: [tensor('a', 'F32', [1]), tensor('b', 'F32', [1])] },
      /not aligned to 64/,
    ],
    [
      'data that is not there',
      { metadata: [], tensors: [tensor('a', 'F32', [99], { bytes: new Uint8Array(4) })] },
      /cut short/,
    ],
  ])('%s', async (_, file, message) => {
    await expect(header(file)).rejects.toMatchObject({ code: 'bad_gguf', message: expect.stringMatching(message) });
  });

  test('a file that is cut anywhere in its header', async () => {
    const whole = writeGguf({
      metadata: [
        ['a', 'text'],
        ['b', ['x', 'y']],
        ['c', [1, 2]],
      ],
      tensors: [tensor('t', 'F16', [2, 4])],
    });
    for (let length = 0; length < whole.length - 32 + 16; length++) {
      await expect(source(whole.subarray(0, length)).read()).rejects.toMatchObject({ code: 'bad_gguf' });
    }
  });

  test('soon: of a large file with a bad length only the beginning is read', async () => {
    const start = writeGguf({ metadata: [['a', { type: 8, bytes: uint64(17n * 1024n * 1024n) }]] });
    const asked: number[] = [];
    const read = async (begin: number, end: number) => {
      asked.push(end);
      const out = new Uint8Array(end - begin);
      out.set(start.subarray(begin, end));
      return out;
    };
    await expect(readGgufHeader(2 ** 35, read)).rejects.toMatchObject({ code: 'bad_gguf' });
    expect(Math.max(...asked)).toBeLessThanOrEqual(256 * 1024);
  });
});

describe('properties', () => {
  const values = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.nat(),
    fc.array(fc.string()),
    fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  );
  const dtypes = fc.constantFrom<Dtype[]>('F32', 'F16', 'BF16', 'Q4_0', 'Q8_0', 'Q4_K', 'IQ4_XS', 'MXFP4');
  const sizes = fc.tuple(dtypes, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }));
  const files = fc.record({
    metadata: fc.uniqueArray(
      fc.tuple(
        fc.string({ minLength: 1 }).filter(key => key !== 'general.alignment'),
        values,
      ),
      { selector: ([key]) => key },
    ),
    tensors: fc.uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 15 }), sizes), {
      selector: ([name]) => name,
    }),
  });

  test('what is written is read', async () => {
    await fc.assert(
      fc.asyncProperty(files, async ({ metadata, tensors }) => {
        const written = tensors.map(([name, [dtype, rows, blocks]]) => tensor(name, dtype, [rows, 256 * blocks]));
        const found = await header({ metadata, tensors: written });
        expect([...found.tensors.values()].map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual(
          written.map(({ name, dtype, shape }) => [name, dtype, shape]),
        );
        for (const [key, value] of metadata) {
          const { metadata: read } = found;
          if (typeof value === 'string') expect(read.text(key)).toBe(value);
          else if (typeof value === 'boolean') expect(read.flag(key)).toBe(value);
          else if (typeof value === 'number') expect(read.number(key)).toBe(value);
          else if (value.length > 0 && typeof value[0] === 'string')
            expect([...(read.texts(key) ?? [])]).toEqual(value);
          else if (value.length > 0) expect(read.numbers(key)).toEqual(value);
        }
      }),
    );
  });

  test('a damaged file is read or refused, never more', async () => {
    const whole = writeGguf({
      metadata: [
        ['general.architecture', 'llama'],
        ['tokens', ['a', 'b', 'c']],
        ['scores', [0.5, 1]],
        ['n', 7],
      ],
      tensors: [tensor('a', 'Q4_0', [2, 32]), tensor('b', 'F32', [3])],
    });
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(damage, async places => {
        const broken = whole.slice();
        for (const [at, byte] of places) broken[at] = byte;
        const failed = await source(broken)
          .read()
          .then(() => null, asNucleusError);
        if (failed !== null) expect(failed.code).toBe('bad_gguf');
      }),
      { numRuns: 1000 },
    );
  });
});
