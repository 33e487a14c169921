// Quantised repositories are refused by the method they name, with the model they were made from where anything names it.
import { expect, test, vi } from 'vitest';
import { baseOfCard, refuseQuantised } from './quantised.ts';

const noCard = () => Promise.reject(new Error('there is none'));

test.each([
  ['gptq', { quantization_config: { quant_method: 'gptq', bits: 4 } }],
  ['awq', { quantization_config: { quant_method: 'awq' } }],
  ['bitsandbytes', { quantization_config: { load_in_8bit: true } }],
  ['bitsandbytes', { quantization_config: { load_in_4bit: true, quant_method: 'bitsandbytes' } }],
  ['fp8', { quantization_config: { quant_method: 'fp8', weight_block_size: [128, 128] } }],
  ['mxfp4', { quantization_config: { quant_method: 'mxfp4' } }],
  ['compressed-tensors', { compression_config: { quant_method: 'compressed-tensors' } }],
  ['gptq', { text_config: { quantization_config: { quant_method: 'gptq' } } }],
  ['in an unknown way', { quantization_config: { bits: 4 } }],
])('%s', async (method, config) => {
  const refused = refuseQuantised(config, noCard);
  await expect(refused).rejects.toMatchObject({ code: 'quantised', detail: { method } });
});

test.each([{}, { quantization_config: null }, { quantization_config: {} }, null, 'text'])(
  '%j is none',
  async config => {
    const card = vi.fn(noCard);
    await refuseQuantised(config, card);
    expect(card).not.toHaveBeenCalled();
  },
);

test('the model it was made from: as the card says, else as the configuration does', async () => {
  const config = { quantization_config: { quant_method: 'awq' }, _name_or_path: 'acme/whole' };
  const card = async () => '---\nlicense: mit\nbase_model: Qwen/Qwen3-0.6B\n---\n# A model';
  await expect(refuseQuantised(config, card)).rejects.toMatchObject({
    message: 'this repository is quantised (awq); try Qwen/Qwen3-0.6B',
    detail: { base: 'Qwen/Qwen3-0.6B' },
  });
  await expect(refuseQuantised(config, noCard)).rejects.toMatchObject({ detail: { base: 'acme/whole' } });
  const local = { ...config, _name_or_path: '/home/someone/model' };
  await expect(refuseQuantised(local, noCard)).rejects.toMatchObject({ detail: { method: 'awq' } });
});

test.each([
  ['---\nbase_model: a/b\n---', 'a/b'],
  ['---\r\nbase_model:\r\n- a/b\r\n- c/d\r\n---', 'a/b'],
  ['---\ntags:\n- x\nbase_model:\n  - "a/b-1.5_x"\nlicense: mit\n---', 'a/b-1.5_x'],
  ["---\nbase_model: ['a/b', c/d]\n---", 'a/b'],
  ['---\nbase_model: https://example.org/x\n---', null],
  ['---\nbase_model_relation: quantized\n---', null],
  ['no front matter\nbase_model: a/b', null],
  ['# text\n---\nbase_model: a/b\n---', null],
  ['', null],
])('a card that begins %j', (card, base) => {
  expect(baseOfCard(card)).toBe(base);
});
