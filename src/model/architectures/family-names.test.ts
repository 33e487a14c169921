// The sentence of what there is names every family once, by the name people know.
import { expect, test } from 'vitest';
import { NucleusError } from '../../lib/error.ts';
import { buildGraph } from './architectures.ts';
import { familyNames } from './family-names.ts';

test('a type without a name stands as it is, two types of a family are one', () => {
  expect(familyNames(['llama', 'gemma3', 'gemma3_text', 'mamba'])).toBe('Llama, Gemma 3, mamba');
});

test('a model of another kind is refused with the families that there are', () => {
  expect(() => buildGraph({ model_type: 'mamba' })).toThrow(NucleusError);
  try {
    buildGraph({ model_type: 'mamba' });
  } catch (error) {
    const families = error instanceof NucleusError ? String(error.detail.families) : '';
    expect(families).toContain('GPT-2, Llama, Mistral');
    // Names, not types.
    expect(families).not.toMatch(/_|gpt2|llama/);
  }
});
