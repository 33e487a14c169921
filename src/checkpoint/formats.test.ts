// The one interface over formats: which files make up a model, what is read when, what is asked of a host that lists nothing.
import { describe, expect, test } from 'vitest';
import { memoryFiles, publishedFiles } from '../../e2e/support/memory-files.ts';
import type { CheckpointFiles } from './checkpoint.ts';
import { decidesNumbers, isWeights, modelFiles, openCheckpoint, seekFiles } from './formats.ts';

const WHOLE = publishedFiles({ style: 'gpt2', dtype: 'F16' });
const SHARDED = publishedFiles({ style: 'gpt2', dtype: 'F16' }, 3);
const SHARDS = Object.keys(SHARDED).filter(isWeights).sort();
const INDEX = 'model.safetensors.index.json';

/** The files, and what was read of them. */
function watched(contents: Parameters<typeof memoryFiles>[0]): { files: CheckpointFiles; read: Set<string> } {
  const files = memoryFiles(contents);
  const read = new Set<string>();
  const note = <T>(name: string, work: Promise<T>): Promise<T> => {
    read.add(name);
    return work;
  };
  return {
    files: {
      ...files,
      bytes: name => note(name, files.bytes(name)),
      read: (name, begin, end) => note(name, files.read(name, begin, end)),
    },
    read,
  };
}

const noRead = (): Promise<Uint8Array> => Promise.reject(new Error('nothing is to be read'));

describe('the files of a model', () => {
  test('small ones first, then the weights; others are left', async () => {
    const present = new Set(['README.md', 'other.gguf', ...Object.keys(WHOLE), 'tokenizer_config.json']);
    expect(await modelFiles(present, noRead)).toEqual([
      'config.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'model.safetensors',
    ]);
  });

  test('shards as the index names them', async () => {
    const files = memoryFiles(SHARDED);
    const found = await modelFiles(new Set(files.names), name => files.bytes(name));
    expect(found).toEqual(['config.json', 'tokenizer.json', INDEX, ...SHARDS]);
  });

  test('of a host that lists nothing: an index is asked for only where there is no single file', async () => {
    const asked = async (contents: object): Promise<string[]> => {
      const files = memoryFiles(contents as typeof WHOLE);
      const names: string[] = [];
      const ask = async (name: string): Promise<boolean> => {
        names.push(name);
        return files.has(name);
      };
      await seekFiles(ask, name => files.bytes(name));
      return names;
    };
    expect(await asked(WHOLE)).not.toContain(INDEX);
    expect(await asked(SHARDED)).toEqual(expect.arrayContaining(['config.json', INDEX, ...SHARDS]));
  });

  test('which of them decide numbers', () => {
    const names = ['config.json', 'tokenizer.json', 'generation_config.json', INDEX, 'a.safetensors', 'README.md'];
    expect(names.filter(decidesNumbers)).toEqual(['config.json', 'a.safetensors']);
  });
});

describe('opening', () => {
  test.each([
    ['one file', WHOLE, ['model.safetensors']],
    ['shards', SHARDED, SHARDS],
  ])('%s: the weights are looked at when they are asked for', async (_, contents, weightFiles) => {
    const { files, read } = watched(contents);
    const stored = await openCheckpoint(files);
    expect([...read].filter(isWeights)).toEqual([]);
    expect(stored.config).toMatchObject({ model_type: 'gpt2' });
    expect(stored.tokenizer).toMatchObject({ version: '1.0' });
    expect([stored.generation, stored.tokenizerConfig]).toEqual([{}, {}]);
    const weights = await stored.weights();
    expect(weights.weightFiles).toEqual(weightFiles);
    const wte = weights.tensors.get('wte.weight');
    expect(wte).toMatchObject({ dtype: 'F16', shape: [257, 32] });
    expect(weightFiles).toContain(wte?.file);
  });

  test('a model without a tokenizer', async () => {
    const { 'tokenizer.json': _, ...rest } = WHOLE;
    expect((await openCheckpoint(memoryFiles(rest))).tokenizer).toBeUndefined();
  });
});
