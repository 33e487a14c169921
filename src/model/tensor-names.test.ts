// Wrapped names of tensors: every wrapper, nested ones, heads outside, and two models in one file.
import { describe, expect, test } from 'vitest';
import { tensorFinder, unwrapped } from './tensor-names.ts';

const WANTED = ['wte.weight', 'h.0.ln_1.weight', 'ln_f.weight', 'lm_head.weight'];

describe('unwrapped', () => {
  test.each([
    ['h.0.ln_1.weight', '', 'h.0.ln_1.weight'],
    ['transformer.h.0.ln_1.weight', 'transformer.', 'h.0.ln_1.weight'],
    ['_orig_mod.module.model.gpt2.transformer.wte.weight', '_orig_mod.module.model.gpt2.transformer.', 'wte.weight'],
    ['models.wte.weight', '', 'models.wte.weight'],
    ['model.', 'model.', ''],
  ])('%s', (name, wrapping, plain) => {
    expect(unwrapped(name)).toEqual({ wrapping, plain });
  });
});

describe('tensorFinder', () => {
  test.each([
    '',
    'transformer.',
    'model.',
    'module.',
    '_orig_mod.',
    'gpt2.',
    'module.transformer.',
    '_orig_mod.model.',
  ])('all under "%s"', wrapping => {
    const find = tensorFinder(
      WANTED,
      WANTED.map(name => wrapping + name),
    );
    for (const name of WANTED) expect(find(name)).toBe(wrapping + name);
    expect(find('wpe.weight')).toBeUndefined();
  });

  test('a head outside its model', () => {
    const body = WANTED.slice(0, 3).map(name => `module.transformer.${name}`);
    expect(tensorFinder(WANTED, [...body, 'module.lm_head.weight'])('lm_head.weight')).toBe('module.lm_head.weight');
    expect(tensorFinder(WANTED, [...body, 'lm_head.weight'])('lm_head.weight')).toBe('lm_head.weight');
    expect(tensorFinder(WANTED, [...body, 'gpt2.lm_head.weight'])('lm_head.weight')).toBeUndefined();
  });

  test('of two models in one file the more complete one, and never a mixture', () => {
    const whole = WANTED.map(name => `model.${name}`);
    const part = ['gpt2.wte.weight', 'gpt2.ln_f.weight'];
    const find = tensorFinder(WANTED, [...part, ...whole]);
    for (const name of WANTED) expect(find(name)).toBe(`model.${name}`);
    const broken = tensorFinder(WANTED, [...part, ...whole.filter(name => name !== 'model.wte.weight')]);
    expect(broken('wte.weight')).toBeUndefined();
  });

  test('of two whole ones the one with the shorter names', () => {
    const find = tensorFinder(WANTED, [...WANTED.map(name => `model.${name}`), ...WANTED]);
    expect(find('wte.weight')).toBe('wte.weight');
  });
});
