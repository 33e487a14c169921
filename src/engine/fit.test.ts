// Which formats a model's weights can have, the bytes of each as they are laid out, and which one is taken by itself.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { tensorsOf } from '../../e2e/support/golden.ts';
import { randomModel, randomModelFile } from '../../e2e/support/random-model.ts';
import type { Dtype } from '../checkpoint/dtypes.ts';
import { WEIGHT_FORMATS, type WeightFormat } from '../lib/weight-format.ts';
import { fitOf } from './fit.ts';

type Config = Readonly<Record<string, unknown>>;
const LLAMA = {
  model_type: 'llama',
  num_hidden_layers: 1,
  hidden_size: 64,
  num_attention_heads: 2,
  num_key_value_heads: 2,
  intermediate_size: 96,
  vocab_size: 37,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
};

/** An adapter of which the largest buffer alone is known. */
const adapter = (limit = 2 ** 27) => ({
  device: { limits: { maxBufferSize: limit, maxStorageBufferBindingSize: limit } } as GPUDevice,
  software: true,
});

// Sizes of buffers are asked for with their uses; Node has no WebGPU to name them.
beforeAll(() => {
  vi.stubGlobal('GPUBufferUsage', { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128, INDIRECT: 256 });
});
afterAll(() => {
  vi.unstubAllGlobals();
});

function modelOf(dtype: (name: string) => Dtype, config: Config = LLAMA) {
  const model = randomModel({ config, seed: 3, dtype: 'F32' });
  const ranges = tensorsOf(randomModelFile(model));
  const tensors = [...ranges].map(([name, range]) => [name, { ...range, dtype: dtype(name), file: 'f' }] as const);
  return { graph: model.graph, tensors: new Map(tensors) };
}

const fitIn = (dtype: Dtype, config: Config = LLAMA, wanted?: WeightFormat) =>
  fitOf(
    adapter(),
    modelOf(() => dtype, config),
    { wanted },
  );
const named = ({ formats }: ReturnType<typeof fitIn>) => formats.map(({ format, dtype }) => `${format} ${dtype}`);

describe('the formats of a model', () => {
  test.each<[Dtype, readonly string[]]>([
    ['F32', ['stored f32', 'f16 f16', 'int8 int8', 'int4 int4']],
    ['F16', ['stored f16', 'f32 f32', 'int8 int8', 'int4 int4']],
    ['BF16', ['stored bf16', 'f32 f32', 'f16 f16', 'int8 int8', 'int4 int4']],
  ])('%s', (dtype, names) => {
    expect(named(fitIn(dtype))).toEqual(names);
  });

  test('blocks stay as they are: one matrix of them is enough', () => {
    expect(named(fitIn('Q8_0'))).toEqual(['stored q8_0']);
    expect(
      named(
        fitOf(
          adapter(),
          modelOf(name => (name.includes('down_proj') ? 'Q8_0' : 'F16')),
        ),
      ),
    ).toEqual(['stored f16']);
    expect(fitIn('Q8_0', LLAMA, 'int8').chosen).toMatchObject({ format: 'stored', dtype: 'q8_0' });
  });

  test('rows that are no whole blocks leave f16, once', () => {
    const odd = { ...LLAMA, hidden_size: 36, intermediate_size: 44 };
    expect(named(fitIn('F32', odd))).toEqual(['stored f32', 'f16 f16']);
    expect(named(fitIn('F16', odd))).toEqual(['stored f16', 'f32 f32']);
    expect(fitIn('F32', odd, 'int8').chosen.format).toBe('f16');
  });
});

test('the bytes of each: 4, 2, 34 / 32 and 20 / 32 a number; tables of int4 have eight bits', () => {
  // Wide enough that no plane of a row is padded.
  const config = { ...LLAMA, hidden_size: 256, intermediate_size: 512 };
  const vectors = 3 * 1024;
  const [body, table] = [4 * 256 * 256 + 3 * 256 * 512, 37 * 256];
  const bytes = Object.fromEntries(
    fitIn('F32', config).formats.map(({ format, weightBytes }) => [format, weightBytes]),
  );
  expect(bytes).toEqual({
    stored: vectors + 4 * (body + table),
    f16: vectors + 2 * (body + table),
    int8: vectors + (34 / 32) * (body + table),
    int4: vectors + (20 / 32) * body + (34 / 32) * table,
  });
});

describe('what is taken', () => {
  test('as stored by itself, the format that is wanted where one is; the needs are of that', () => {
    const stored = fitIn('F32');
    expect(stored.chosen.format).toBe('stored');
    for (const wanted of WEIGHT_FORMATS.slice(1)) {
      const { chosen, context, halfContext } = fitIn('F32', LLAMA, wanted);
      expect(chosen.format).toBe(wanted);
      const less = stored.chosen.weightBytes - chosen.weightBytes;
      expect(context.baseBytes).toBe(stored.context.baseBytes - less);
      expect(halfContext.baseBytes).toBe(stored.halfContext.baseBytes - less);
    }
  });

  test('f32 of f32 is as stored', () => {
    expect(fitIn('F32', LLAMA, 'f32').chosen.format).toBe('stored');
  });
});

describe('a row that does not fit the adapter', () => {
  /** The longest row has 4,096 numbers; all else is far smaller. */
  const wide = { ...LLAMA, hidden_size: 32, num_attention_heads: 1, num_key_value_heads: 1, intermediate_size: 4096 };
  const model = modelOf(() => 'F32', wide);

  test.each<[number, string, readonly string[]]>([
    [2 ** 27, 'stored', []],
    [4096 * 4 - 4, 'f16', ['stored']],
    [4096 * 2 - 4, 'int8', ['stored', 'f16']],
  ])('of %d bytes: %s', (limit, format, unfit) => {
    const { chosen, formats, refusal } = fitOf(adapter(limit), model);
    expect(chosen.format).toBe(format);
    expect(formats.filter(({ reason }) => reason !== '').map(each => each.format)).toEqual(unfit);
    if (unfit.length > 0) expect(formats[0]?.reason).toMatch(/^A part of it takes 16.4 kB in one piece/);
    // Values of a step are larger than the row.
    expect(refusal === null).toBe(limit === 2 ** 27);
  });

  test('one that was asked for is refused', () => {
    expect(fitOf(adapter(4096 * 2 - 4), model, { wanted: 'f16' }).refusal).toMatchObject({ code: 'model_too_large' });
  });
});

describe('a device that tells a small memory', () => {
  const wide = { ...LLAMA, hidden_size: 1024, intermediate_size: 2048, vocab_size: 16_384 };
  const model = modelOf(() => 'F32', wide);
  const inMemory = (bytes: number, wanted?: WeightFormat) =>
    fitOf(adapter(), model, { wanted, memory: bytes / 2 ** 30 });
  const storedBytes = () => fitOf(adapter(), model).chosen.weightBytes;

  test.each([
    ['stored', 2, 0],
    ['f16', 2, -1],
    ['int8', 1, -1],
    // Nothing fits: the smallest has the best chance.
    ['int4', 0, 1],
  ])('%s where there are %d times the bytes of the weights, and %d', (format, times, more) => {
    const { chosen, formats, smaller, refusal } = inMemory(times * storedBytes() + more);
    expect(chosen.format).toBe(format);
    expect(refusal).toBeNull();
    expect(formats.filter(({ heavy }) => !heavy).map(each => each.format)).toEqual(
      format === 'int4' ? [] : [format, ...smaller.map(each => each.format)],
    );
  });

  test('one that was asked for is taken all the same; eight GiB may be more', () => {
    expect(inMemory(1000, 'f16').chosen.format).toBe('f16');
    expect(inMemory(8 * 2 ** 30).formats.some(({ heavy }) => heavy)).toBe(false);
    expect(fitOf(adapter(), model, { memory: null }).chosen.format).toBe('stored');
  });

  test('what is smaller than the chosen one, the largest first, is tried where memory gives out', () => {
    expect(inMemory(2 * storedBytes()).smaller.map(({ format }) => format)).toEqual(['f16', 'int8', 'int4']);
    expect(inMemory(2 * storedBytes(), 'int8').smaller.map(({ format }) => format)).toEqual(['int4']);
  });
});
