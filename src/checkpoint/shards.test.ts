// The shard index: what is accepted, what is refused, and joining it with the headers of the shards.
import { describe, expect, test } from 'vitest';
import { headerLength, parseSafetensorsHeader, type SafetensorsHeader } from './safetensors.ts';
import { joinShards, parseShardIndex } from './shards.ts';
import { writeSafetensors } from './write-safetensors.ts';

function headerWith(...names: string[]): SafetensorsHeader {
  const file = writeSafetensors(names.map(name => ({ name, dtype: 'U8', shape: [2], bytes: new Uint8Array(2) })));
  return parseSafetensorsHeader(file.subarray(8, 8 + headerLength(file.subarray(0, 8), file.length)), file.length);
}

const parse = (json: unknown) => parseShardIndex(json, 'x.index.json', name => name.endsWith('.safetensors'));

const index = parse(
  JSON.parse(
    '{"metadata":{"total_size":6},"weight_map":{"a":"m-00002-of-00002.safetensors","b":"m-00001-of-00002.safetensors","__proto__":"m-00002-of-00002.safetensors"}}',
  ),
);

describe('parseShardIndex', () => {
  test('reads which file holds what', () => {
    expect(index.files).toEqual(['m-00001-of-00002.safetensors', 'm-00002-of-00002.safetensors']);
    expect(index.fileOf.get('a')).toBe('m-00002-of-00002.safetensors');
    expect(index.fileOf.get('__proto__')).toBe('m-00002-of-00002.safetensors');
  });

  test.each([
    null,
    [],
    {},
    { weight_map: [] },
    { weight_map: {} },
    { weight_map: { a: 3 } },
    ...[
      '../a.safetensors',
      'sub/a.safetensors',
      'a\\b.safetensors',
      '/a.safetensors',
      'a..b.safetensors',
      '.safetensors',
      'a.bin',
      'a.safetensors?x',
      'a%2f.safetensors',
      'https://x/a.safetensors',
      'a\n.safetensors',
      'a.safetensors\n',
    ].map(file => ({ weight_map: { a: file } })),
    { weight_map: Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`t${i}`, 'a.safetensors'])) },
    { weight_map: { ['x'.repeat(600)]: 'a.safetensors' } },
    { weight_map: Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`t${i}`, `${i}.safetensors`])) },
  ])('refuses %j', json => {
    expect(() => parse(json)).toThrow(expect.objectContaining({ code: 'bad_json' }));
  });
});

describe('joinShards', () => {
  const [first, second] = index.files as [string, string];

  test('one list, each tensor with its file', () => {
    const joined = joinShards(
      index,
      new Map([
        [second, headerWith('a', '__proto__')],
        [first, headerWith('b', 'extra')],
      ]),
    );
    expect([...joined.values()].map(t => [t.name, t.file])).toEqual([
      ['b', first],
      ['extra', first],
      ['a', second],
      ['__proto__', second],
    ]);
  });

  test('a missing shard, a missing tensor, a tensor in two shards', () => {
    expect(() => joinShards(index, new Map([[first, headerWith('b')]]))).toThrow(
      expect.objectContaining({ code: 'missing_file' }),
    );
    expect(() =>
      joinShards(
        index,
        new Map([
          [first, headerWith('b')],
          [second, headerWith('a')],
        ]),
      ),
    ).toThrow(/"__proto__" is not in/);
    expect(() =>
      joinShards(
        index,
        new Map([
          [first, headerWith('a', 'b')],
          [second, headerWith('a', '__proto__')],
        ]),
      ),
    ).toThrow(/"a" lies in .* and in/);
  });
});
