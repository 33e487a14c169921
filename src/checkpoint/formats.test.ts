// The one interface over formats: which files make up a model, what is read when, what is asked of a host that lists nothing.
import { describe, expect, test } from 'vitest';
import { memoryFiles, publishedFiles, pytorchFiles } from '../../e2e/support/memory-files.ts';
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

  test.each([
    [
      ['tokenizer.json', 'tokenizer.model', 'vocab.json', 'merges.txt', 'special_tokens_map.json', 'added_tokens.json'],
      ['tokenizer.json', 'special_tokens_map.json'],
    ],
    [
      ['tokenizer.model', 'vocab.json', 'added_tokens.json'],
      ['tokenizer.model', 'added_tokens.json'],
    ],
    [
      ['vocab.json', 'merges.txt', 'vocab.txt', 'special_tokens_map.json'],
      ['vocab.json', 'merges.txt', 'special_tokens_map.json'],
    ],
    [['vocab.json', 'vocab.txt'], ['vocab.txt']],
    [['tekken.json', 'vocab.json'], ['tekken.json']],
    [['vocab.json'], []],
  ])('of the tokenizer files %j: %j', async (there, chosen) => {
    const { 'tokenizer.json': _, ...rest } = WHOLE;
    const names = [...there, ...Object.keys(rest), 'tokenizer_config.json'];
    const found = await modelFiles(new Set(names), noRead);
    const known = new Set(['config.json', 'tokenizer_config.json', 'model.safetensors']);
    expect(found.filter(name => !known.has(name)).sort()).toEqual([...chosen].sort());
    const stored = await openCheckpoint(
      memoryFiles({ ...rest, ...Object.fromEntries(there.map(name => [name, '{}'])), 'tokenizer_config.json': '{}' }),
    );
    expect([...stored.tokenizerFiles.keys()].sort()).toEqual([...chosen, 'tokenizer_config.json'].sort());
  });

  test('chat templates in files of their own belong to it', async () => {
    const templates = ['additional_chat_templates/rag.jinja', 'chat_template.jinja'];
    const there = { ...WHOLE, ...Object.fromEntries(templates.map(name => [name, 'x'])), 'other.jinja': 'x' };
    const found = await modelFiles(new Set(Object.keys(there)), noRead);
    expect(found.filter(name => name.endsWith('.jinja'))).toEqual(templates);
    const stored = await openCheckpoint(memoryFiles(there));
    expect([...stored.tokenizerFiles.keys()].filter(name => name.endsWith('.jinja'))).toEqual(templates);
  });

  test('PyTorch weights where there are no others; complete ones before a stray file', async () => {
    const pytorch = pytorchFiles({ style: 'gpt2', dtype: 'F16' }, 2);
    const files = memoryFiles(pytorch);
    const shards = Object.keys(pytorch).filter(isWeights).sort();
    expect(shards).toHaveLength(2);
    const present = new Set([
      ...files.names,
      'adapter_model.safetensors',
      'training_args.bin',
      'consolidated.safetensors',
    ]);
    const found = await modelFiles(present, name => files.bytes(name));
    expect(found).toEqual(['config.json', 'tokenizer.json', 'pytorch_model.bin.index.json', ...shards]);
    expect((await modelFiles(new Set([...Object.keys(WHOLE), ...files.names]), noRead)).at(-1)).toBe(
      'model.safetensors',
    );
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
    expect([...stored.tokenizerFiles.keys()]).toEqual(['tokenizer.json']);
    expect([stored.generation, stored.tokenizerConfig]).toEqual([{}, {}]);
    const weights = await stored.weights();
    expect(weights.weightFiles).toEqual(weightFiles);
    const wte = weights.tensors.get('wte.weight');
    expect(wte).toMatchObject({ dtype: 'F16', shape: [257, 32] });
    expect(weightFiles).toContain(wte?.file);
  });

  test('the text part of a model of several kinds of input', async () => {
    const config = {
      model_type: 'both',
      vision_config: {},
      eos_token_id: [1, 2],
      tie_word_embeddings: false,
      text_config: { model_type: 'gpt2', vocab_size: 5, tie_word_embeddings: true },
    };
    const stored = await openCheckpoint(memoryFiles({ ...WHOLE, 'config.json': config }));
    expect(stored.config).toEqual({
      model_type: 'gpt2',
      vocab_size: 5,
      tie_word_embeddings: true,
      eos_token_id: [1, 2],
    });
  });

  test('a quantised one is refused, with what its card names', async () => {
    const files = memoryFiles({
      ...WHOLE,
      'config.json': { model_type: 'gpt2', quantization_config: { quant_method: 'gptq' } },
    });
    const card = async () => '---\nbase_model: acme/whole\n---';
    await expect(openCheckpoint({ ...files, card })).rejects.toMatchObject({
      code: 'quantised',
      detail: { base: 'acme/whole' },
    });
    await expect(openCheckpoint(files)).rejects.toMatchObject({ code: 'quantised' });
  });

  test('a model without a tokenizer', async () => {
    const { 'tokenizer.json': _, ...rest } = WHOLE;
    expect((await openCheckpoint(memoryFiles(rest))).tokenizerFiles.size).toBe(0);
  });
});
