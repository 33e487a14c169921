// What is read of a model before its weights: good folders give a graph and a table of tensors, bad ones a code and the file's name.
import { describe, expect, test } from 'vitest';
import {
  BYTE_TOKENIZER,
  type FileContents,
  memoryFiles,
  publishedFiles,
  publishedTensors,
  SMALL_GPT2_CONFIG,
} from '../../e2e/support/memory-files.ts';
import { type TensorBytes, writeSafetensors } from '../checkpoint/write-safetensors.ts';
import { matchWeights } from '../model/checkpoint.ts';
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

test('a tokenizer_config.json that cannot be read is named with its field, and the text is ids', async () => {
  const { tokenizerJson, warnings } = await read({ 'tokenizer_config.json': { eos_token: { text: '</s>' } } });
  expect(tokenizerJson).toBeNull();
  const why = 'tokenizer_config.json cannot be read: eos_token is neither text nor an object with a text "content"';
  expect(warnings).toEqual([{ code: 'ids_as_text', detail: { why } }]);
});

test('shards with an index', async () => {
  const files = publishedFiles({ style: 'distilgpt2', dtype: 'BF16' }, 3);
  const { tensors, weightFiles } = await readCheckpoint(memoryFiles(files));
  expect(weightFiles).toHaveLength(3);
  expect(new Set([...tensors.values()].map(tensor => tensor.file))).toEqual(new Set(weightFiles));
  expect(tensors.get('transformer.wte.weight')).toMatchObject({ dtype: 'BF16', shape: [257, 32] });
});

/** A tensor of the good folder under another name, with rows or another shape. */
const tensors = publishedTensors({ style: 'gpt2', dtype: 'F32' }).filter(({ name }) => !name.endsWith('.attn.bias'));
const folder = (change: (tensor: TensorBytes) => TensorBytes | null, more: FileContents = {}) =>
  read({ [W]: writeSafetensors(tensors.flatMap(tensor => change(tensor) ?? [])), ...more });

describe('as they are met in the wild', () => {
  test.each(['model.', 'module.transformer.', '_orig_mod.', 'gpt2.'])('names under %s', async wrapping => {
    const { tensors: found } = await folder(tensor => ({ ...tensor, name: wrapping + tensor.name }));
    expect(found.get(`${wrapping}wte.weight`)?.shape).toEqual([257, 32]);
  });

  test('model_type that only architectures tell', async () => {
    const { model_type: _, ...config } = SMALL_GPT2_CONFIG;
    expect((await read({ 'config.json': config })).graph.arch).toBe('gpt2');
    const other = { ...config, architectures: ['MambaForCausalLM'] };
    await expect(read({ 'config.json': other })).rejects.toMatchObject({ code: 'unsupported_model' });
  });

  test('padded rows of the embeddings are cut off, and only rows', async () => {
    const padded = (tensor: TensorBytes, rows: number): TensorBytes => ({
      ...tensor,
      shape: [tensor.shape[0]! + rows, tensor.shape[1]!],
      bytes: Buffer.concat([tensor.bytes, new Uint8Array(rows * 32 * 4).fill(1)]),
    });
    const { tensors: found } = await folder(tensor =>
      /^w[tp]e/.test(tensor.name) ? padded(tensor, tensor.name === 'wte.weight' ? 63 : 8) : tensor,
    );
    expect(found.get('wte.weight')).toMatchObject({ shape: [257, 32] });
    expect(found.get('wpe.weight')).toMatchObject({ shape: [1024, 32] });
    const { begin, end } = found.get('wte.weight')!;
    expect(end - begin).toBe(257 * 32 * 4);
    const norm = folder(tensor =>
      tensor.name === 'ln_f.weight'
        ? { ...tensor, shape: [33], bytes: Buffer.concat([tensor.bytes, new Uint8Array(4)]) }
        : tensor,
    );
    await expect(norm.then(checkpoint => matchWeights(checkpoint.graph, checkpoint.tensors))).rejects.toMatchObject({
      code: 'bad_tensor',
      detail: { tensor: 'ln_f.weight' },
    });
  });

  test('a few more ids than rows: they are taken out, and it is said', async () => {
    const added_tokens = [...BYTE_TOKENIZER.added_tokens, { id: 257, content: '[PAD]', special: true }];
    const { tokenizerJson, tokenBytes, warnings } = await read({
      'tokenizer.json': { ...BYTE_TOKENIZER, added_tokens },
    });
    expect(warnings).toEqual([{ code: 'tokenizer_surplus', detail: { surplus: 1, vocab_size: 257 } }]);
    expect(tokenBytes).toHaveLength(257);
    expect(JSON.stringify(tokenizerJson)).not.toContain('[PAD]');
  });

  test('no tokenizer, and one of another kind: ids are the text', async () => {
    const none = await read({}, ['tokenizer.json']);
    const other = await read({ 'tokenizer.json': { model: { type: 'Nothing' } } });
    for (const { tokenizerJson, tokenBytes, warnings } of [none, other]) {
      expect(tokenizerJson).toBeNull();
      expect(new TextDecoder().decode(tokenBytes[17])).toBe('\\[17\\]');
      expect(warnings.map(({ code }) => code)).toEqual(['ids_as_text']);
    }
    expect(none.warnings[0]?.detail.why).toBe('tokenizer.json is missing');
    expect(other.warnings[0]?.detail.why).toContain('"Nothing"');
  });

  test('a head for classes: said where there is no head for tokens', async () => {
    const score = { name: 'score.weight', dtype: 'F32', shape: [2, 32], bytes: new Uint8Array(256) } as const;
    const head = { name: 'lm_head.weight', dtype: 'F32', shape: [257, 32], bytes: new Uint8Array(257 * 128) } as const;
    const classifier = await read({ [W]: writeSafetensors([...tensors, score]) });
    expect(classifier.warnings).toEqual([{ code: 'classifier', detail: { tensor: 'score.weight' } }]);
    expect((await read({ [W]: writeSafetensors([...tensors, score, head]) })).warnings).toEqual([]);
  });
});

describe('refused', () => {
  test('config.json that is missing', async () => {
    await expect(read({}, ['config.json'])).rejects.toMatchObject({
      code: 'missing_file',
      detail: { file: 'config.json' },
    });
  });

  test.each(['config.json', 'tokenizer.json'])('%s that is no JSON', async name => {
    await expect(read({ [name]: '{"a":' })).rejects.toMatchObject({ code: 'bad_json', detail: { file: name } });
    await expect(read({ [name]: Uint8Array.of(0x7b, 0xff, 0x7d) })).rejects.toMatchObject({ code: 'bad_json' });
  });

  test.each<[string, FileContents, string]>([
    ['another architecture', { 'config.json': { model_type: 'mamba' } }, 'unsupported_model'],
    [
      'an unknown activation',
      { 'config.json': { ...SMALL_GPT2_CONFIG, activation_function: 'mish' } },
      'unsupported_config',
    ],
    [
      'a tokenizer whose bytes have no row',
      { 'config.json': { ...SMALL_GPT2_CONFIG, vocab_size: 200 } },
      'tokenizer_mismatch',
    ],
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
