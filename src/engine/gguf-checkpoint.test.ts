// GGUF files as checkpoints: parts, what is no model, what an architecture does not have.
import { describe, expect, test } from 'vitest';
import { float32, type GgufFile, type GgufTensor, ggufBytes, writeGguf } from '../../e2e/support/gguf-file.ts';
import { type Config, goldenGguf } from '../../e2e/support/gguf-golden.ts';
import { loadGolden } from '../../e2e/support/golden.ts';
import { memoryFiles } from '../../e2e/support/memory-files.ts';
import { decidesNumbers, isWeights, modelFiles, openCheckpoint } from '../checkpoint/formats.ts';
import { modelsAmong } from '../checkpoint/gguf/splits.ts';
import { readCheckpoint } from './checkpoint.ts';

const golden = await loadGolden('qwen3');
const QWEN = golden.config as Config;
const made = goldenGguf(golden, QWEN);

const noRead = (): Promise<Uint8Array> => Promise.reject(new Error('nothing is to be read'));
const open = (contents: Readonly<Record<string, Uint8Array>>) => openCheckpoint(memoryFiles(contents));
const changed = (change: Partial<GgufFile>) =>
  open({ 'a.gguf': writeGguf({ metadata: made.metadata, tensors: made.tensors, ...change }) });
const with_ = (...more: GgufFile['metadata']) => changed({ metadata: [...made.metadata, ...more] });
const tensor = (name: string, dtype: GgufTensor['dtype'], shape: readonly number[]): GgufTensor => ({
  name,
  dtype,
  shape,
  bytes: new Uint8Array(ggufBytes(dtype, shape)),
});

describe('which files', () => {
  test('a file, or parts, in order; what shows images is none', () => {
    const names = ['b-00002-of-00002.gguf', 'a.gguf', 'b-00001-of-00002.gguf', 'mmproj-a-f16.gguf', 'README.md'];
    expect(modelsAmong(names)).toEqual([
      { name: 'a.gguf', files: ['a.gguf'] },
      { name: 'b-00001-of-00002.gguf', files: ['b-00001-of-00002.gguf', 'b-00002-of-00002.gguf'] },
    ]);
    expect(modelsAmong(['mmproj.gguf']).map(({ name }) => name)).toEqual(['mmproj.gguf']);
    expect([isWeights('a.gguf'), decidesNumbers('a.gguf')]).toEqual([true, true]);
  });

  test('a folder with other weights keeps to them', async () => {
    const present = new Set(['config.json', 'model.safetensors', 'model.gguf']);
    expect(await modelFiles(present, noRead)).toEqual(['config.json', 'model.safetensors']);
    expect(await modelFiles(new Set(['model.gguf', 'README.md']), noRead)).toEqual(['model.gguf']);
  });

  test.each([
    [['b-00001-of-00003.gguf'], /b-00002-of-00003.gguf, b-00003-of-00003.gguf are missing, of the 3 parts/],
    [['a.gguf', 'b.gguf'], /several models \(a.gguf, b.gguf\)/, 'choose_file'],
  ])('%j', async (names, message, code = 'missing_file') => {
    await expect(modelFiles(new Set(names), noRead)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

describe('parts', () => {
  const part = (number: number, count: number, tensors: readonly GgufTensor[], first = false) =>
    writeGguf({
      metadata: [
        ...(first ? made.metadata : []),
        ['split.no', { type: 2, bytes: Uint8Array.of(number, 0) }],
        ['split.count', { type: 2, bytes: Uint8Array.of(count, 0) }],
        ['split.tensors.count', made.tensors.length],
      ],
      tensors,
    });
  const half = Math.floor(made.tensors.length / 2);
  const [front, back] = [made.tensors.slice(0, half), made.tensors.slice(half)];
  const names = ['m-00001-of-00003.gguf', 'm-00002-of-00003.gguf', 'm-00003-of-00003.gguf'] as const;
  const parts = { [names[0]]: part(0, 3, [], true), [names[1]]: part(1, 3, front), [names[2]]: part(2, 3, back) };

  test('make one model, the first of them without tensors', async () => {
    const stored = await open(parts);
    const { tensors, weightFiles } = await stored.weights();
    expect(weightFiles).toEqual(names);
    expect(tensors.size).toBe(made.tensors.length);
    expect(tensors.get('norm.weight')?.file).toMatch(/^m-0000[23]/);
  });

  test.each([
    ['under the name of another', { ...parts, [names[1]]: part(2, 3, front) }, /part 3 of 3; its name says 2 of 3/],
    ['of another number', { ...parts, [names[1]]: part(1, 4, front) }, /part 2 of 4/],
    ['with a tensor twice', { ...parts, [names[2]]: part(2, 3, made.tensors) }, /lies in m-00002-of-00003.gguf too/],
    ['with too few', { ...parts, [names[2]]: part(2, 3, back.slice(1)) }, /tensors, not \d+/],
    ['alone, without its name', { 'a.gguf': part(1, 3, front) }, /part 2 of 3; its name says 1 of 1/],
  ])('%s', async (_, contents, message) => {
    await expect(open(contents)).rejects.toMatchObject({
      code: 'bad_gguf',
      message: expect.stringMatching(message),
      detail: { file: expect.stringMatching(/gguf$/) },
    });
  });
});

describe('what is refused by its name', () => {
  const architecture = (name: string) => changed({ metadata: [['general.architecture', name]] });
  test.each<[string, () => Promise<unknown>, string, RegExp]>([
    ['an unknown architecture', () => architecture('mamba'), 'unsupported_model', /"mamba" do not run here/],
    ['none', () => changed({ metadata: [] }), 'unsupported_model', /"" do not run here/],
    ['an adapter', () => with_(['general.type', 'adapter']), 'unsupported_model', /LoRA/],
    ['a projector', () => architecture('clip'), 'unsupported_model', /mmproj/],
    ['a control vector', () => architecture('controlvector'), 'unsupported_model', /control vector/],
    ['experts', () => with_(['qwen3.expert_count', 8]), 'unsupported_model', /mixture of 8 experts/],
    ['a window', () => with_(['qwen3.attention.sliding_window', 9]), 'unsupported_config', /sliding_window: 9/],
    ['a cap', () => with_(['qwen3.attn_logit_softcapping', 50]), 'unsupported_config', /softcapping: 50/],
    ['both directions', () => with_(['qwen3.attention.causal', false]), 'unsupported_config', /earlier positions/],
    ['a scaling', () => with_(['qwen3.rope.scaling.type', 'su']), 'unsupported_config', /"su"; supported/],
    [
      'a stray tensor',
      () => changed({ tensors: [...made.tensors, tensor('blk.0.attn_sinks.weight', 'F32', [4])] }),
      'unsupported_config',
      /attn_sinks/,
    ],
    [
      'a missing size',
      () => changed({ metadata: made.metadata.filter(([key]) => !key.endsWith('block_count')) }),
      'bad_gguf',
      /qwen3.block_count is missing/,
    ],
    [
      'a size of another type',
      () =>
        changed({ metadata: made.metadata.map(([key, value]) => [key, key.endsWith('block_count') ? 'two' : value]) }),
      'bad_gguf',
      /qwen3.block_count is no number/,
    ],
    [
      'layers that differ',
      () =>
        changed({
          metadata: made.metadata.map(([key, value]) => [
            key,
            key.endsWith('feed_forward_length') ? [144, 145] : value,
          ]),
        }),
      'unsupported_config',
      /layers of 144 and of 145/,
    ],
    [
      'heads that turn in part',
      () =>
        changed({ metadata: made.metadata.map(([key, value]) => [key, key.endsWith('dimension_count') ? 16 : value]) }),
      'unsupported_config',
      /turns whole heads/,
    ],
  ])('%s', async (_, opened, code, message) => {
    await expect(opened()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('a Git LFS pointer', async () => {
    const text = new TextEncoder().encode('version https://git-lfs.github.com/spec/v1');
    await expect(open({ 'a.gguf': text })).rejects.toMatchObject({
      code: 'bad_gguf',
      message: expect.stringMatching(/LFS/),
    });
  });
});

test('a window that no text outgrows is none', async () => {
  await expect(with_(['qwen3.attention.sliding_window', 128])).resolves.toBeDefined();
});

test('yarn, and numbers as config.json had them', async () => {
  const stored = await with_(
    ['qwen3.rope.scaling.type', 'yarn'],
    ['qwen3.rope.scaling.factor', float32(4)],
    ['qwen3.rope.scaling.original_context_length', 32],
  );
  expect(stored.config).toMatchObject({
    rms_norm_eps: 1e-6,
    rope_theta: 1e6,
    rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32 },
  });
});

test('all that the engine asks of a checkpoint, ends of text and template too', async () => {
  const metadata = [
    ...made.metadata,
    ['tokenizer.ggml.model', 'gpt2'],
    ['tokenizer.ggml.pre', 'gpt-2'],
    [
      'tokenizer.ggml.tokens',
      Array.from({ length: 173 }, (_, id) => (id === 2 ? '<end>' : String.fromCodePoint(0x100 + id))),
    ],
    ['tokenizer.ggml.token_type', Array.from({ length: 173 }, (_, id) => (id === 2 ? 3 : 1))],
    ['tokenizer.ggml.eot_token_id', 3],
    ['general.sampling.temp', 0.6],
    ['general.sampling.top_k', 20],
    ['tokenizer.chat_template', '{{ messages }}'],
  ] as const;
  const file = writeGguf({ metadata, tensors: made.tensors });
  const checkpoint = await readCheckpoint(memoryFiles({ 'a.gguf': file }));
  expect(checkpoint.eosIds).toEqual([2, 3]);
  expect(checkpoint.defaults).toEqual({ temperature: 0.6, top_k: 20 });
  expect(checkpoint.warnings).toEqual([]);
  expect(checkpoint.tokenizerConfig).toMatchObject({
    eos_token: '<end>',
    chat_template: [{ name: 'default', template: '{{ messages }}' }],
    add_bos_token: false,
  });
  expect(checkpoint.weightFiles).toEqual(['a.gguf']);
});
