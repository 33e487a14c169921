// What is read of a model before its weights: good folders give a graph and a table of tensors, bad ones a code and the file's name.
import { describe, expect, test } from 'vitest';
import { type FileContents, memoryFiles, publishedFiles, SMALL_GPT2_CONFIG } from '../../e2e/support/memory-files.ts';
import { readCheckpoint } from './checkpoint.ts';

const W = 'model.safetensors';
const GOOD = publishedFiles({ style: 'gpt2', dtype: 'F16' });
const read = (change: FileContents = {}, without: readonly string[] = []) =>
  readCheckpoint(
    memoryFiles(Object.fromEntries(Object.entries({ ...GOOD, ...change }).filter(([n]) => !without.includes(n)))),
  );

test('a folder with the four files', async () => {
  const checkpoint = await read({
    'generation_config.json': {
      temperature: 0.7,
      top_k: 40,
      top_p: null,
      repetition_penalty: '1.2',
      eos_token_id: [256, 10, 999],
      do_sample: true,
    },
    'tokenizer_config.json': { model_max_length: 1024 },
  });
  expect(checkpoint.graph.dims).toMatchObject({ n_layer: 2, n_embd: 32, n_head: 4, n_ctx: 1024, vocab_size: 257 });
  expect(checkpoint.weightFiles).toEqual([W]);
  expect([...checkpoint.tensors.values()].every(tensor => tensor.file === W)).toBe(true);
  expect(checkpoint.tensors.get('h.1.attn.bias')?.shape).toEqual([1, 1, 1024, 1024]);
  expect(checkpoint.tokenBytes).toHaveLength(257);
  expect([...checkpoint.tokenBytes[65]!]).toEqual([65]);
  expect(checkpoint.defaults).toEqual({ temperature: 0.7, top_k: 40 });
  expect(checkpoint.eosIds).toEqual([256, 10]);
  expect(checkpoint.tokenizerConfig).toEqual({ model_max_length: 1024 });
});

test('the optional files may be absent or odd', async () => {
  const bare = await read();
  expect([bare.defaults, bare.tokenizerConfig, bare.eosIds]).toEqual([{}, {}, [256]]);
  const odd = await read({ 'generation_config.json': '[1]', 'tokenizer_config.json': 'null' });
  expect([odd.defaults, odd.tokenizerConfig]).toEqual([{}, {}]);
});

test('shards with an index', async () => {
  const files = publishedFiles({ style: 'distilgpt2', dtype: 'BF16' }, 3);
  const { tensors, weightFiles } = await readCheckpoint(memoryFiles(files));
  expect(weightFiles).toHaveLength(3);
  expect(new Set([...tensors.values()].map(tensor => tensor.file))).toEqual(new Set(weightFiles));
  expect(tensors.get('transformer.wte.weight')).toMatchObject({ dtype: 'BF16', shape: [257, 32] });
});

describe('refused', () => {
  test.each(['config.json', 'tokenizer.json'])('%s that is missing or no JSON', async name => {
    await expect(read({}, [name])).rejects.toMatchObject({ code: 'missing_file', detail: { file: name } });
    await expect(read({ [name]: '{"a":' })).rejects.toMatchObject({ code: 'bad_json', detail: { file: name } });
    await expect(read({ [name]: Uint8Array.of(0x7b, 0xff, 0x7d) })).rejects.toMatchObject({ code: 'bad_json' });
  });

  test.each<[string, FileContents, string]>([
    ['another architecture', { 'config.json': { model_type: 'llama' } }, 'unsupported_model'],
    [
      'an unknown activation',
      { 'config.json': { ...SMALL_GPT2_CONFIG, activation_function: 'swish' } },
      'unsupported_config',
    ],
    ['a tokenizer of another kind', { 'tokenizer.json': { model: { type: 'Unigram' } } }, 'bad_tokenizer'],
    ['a tokenizer with more ids', { 'config.json': { ...SMALL_GPT2_CONFIG, vocab_size: 200 } }, 'tokenizer_mismatch'],
    [
      'a tokenizer with far fewer ids',
      { 'config.json': { ...SMALL_GPT2_CONFIG, vocab_size: 50_257 } },
      'tokenizer_mismatch',
    ],
    ['an optional file that is no JSON', { 'generation_config.json': '{' }, 'bad_json'],
    ['an empty file of weights', { [W]: new Uint8Array() }, 'bad_safetensors'],
    ['a file of weights that is a web page', { [W]: '<!doctype html><html>not here</html>' }, 'bad_safetensors'],
    ['a header longer than the file', { [W]: Uint8Array.of(255, 255, 0, 0, 0, 0, 0, 0, 0x7b) }, 'bad_safetensors'],
  ])('%s', async (_, change, code) => {
    await expect(read(change)).rejects.toMatchObject({ code });
  });

  test('no weights at all, and a shard that is missing', async () => {
    await expect(read({}, [W])).rejects.toMatchObject({ code: 'missing_file' });
    const { 'model-00002-of-00002.safetensors': _, ...rest } = publishedFiles({ style: 'gpt2', dtype: 'F16' }, 2);
    await expect(readCheckpoint(memoryFiles(rest))).rejects.toMatchObject({
      code: 'missing_file',
      detail: { file: 'model-00002-of-00002.safetensors' },
    });
  });

  test('a truncated file of weights', async () => {
    const whole = GOOD[W];
    if (!(whole instanceof Uint8Array)) throw new Error('bytes');
    await expect(read({ [W]: whole.subarray(0, whole.length - 1) })).rejects.toMatchObject({ code: 'bad_safetensors' });
  });
});
