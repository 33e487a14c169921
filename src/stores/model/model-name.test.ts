// Names and addresses of models, as they are typed and pasted.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NucleusError } from '../../lib/error.ts';
import { sourceName } from '../../lib/model-source.ts';
import { parseModelName } from './model-name.ts';

const COMMIT = '607a30d783dfa663caf39e06633721c8d4cfcd7e';

describe('a model', () => {
  test.each([
    ['gpt2/gpt2', 'gpt2/gpt2', 'main'],
    [' openai-community/gpt2@607a30d ', 'openai-community/gpt2', '607a30d'],
    ['a/b@refs/pr/1', 'a/b', 'refs/pr/1'],
    ['a/b@refs%2Fpr%2F1', 'a/b', 'refs/pr/1'],
    ['a/b@v1.0+cpu', 'a/b', 'v1.0+cpu'],
    ['a/tree', 'a/tree', 'main'],
    ['gpt2', 'openai-community/gpt2', 'main'],
    ['distilgpt2@v1', 'distilbert/distilgpt2', 'v1'],
    ['another-old-one', 'another-old-one', 'main'],
    ['https://huggingface.co/distilbert/distilgpt2', 'distilbert/distilgpt2', 'main'],
    ['https://huggingface.co/distilbert/distilgpt2/', 'distilbert/distilgpt2', 'main'],
    ['HTTP://www.HuggingFace.co/a/b', 'a/b', 'main'],
    ['huggingface.co/a/b', 'a/b', 'main'],
    ['hf.co/a/b.git', 'a/b', 'main'],
    ['https://huggingface.co/gpt2', 'openai-community/gpt2', 'main'],
    ['https://huggingface.co/gpt2/tree/main', 'openai-community/gpt2', 'main'],
    ['https://huggingface.co/a/b?library=transformers#usage', 'a/b', 'main'],
    ['https://huggingface.co/a/b#files', 'a/b', 'main'],
    ['https://huggingface.co/a/b/tree/v1', 'a/b', 'v1'],
    ['https://huggingface.co/a/b/tree/v1/', 'a/b', 'v1'],
    ['https://huggingface.co/a/b/tree/main/onnx', 'a/b', 'main'],
    ['https://huggingface.co/a/b/tree/refs%2Fpr%2F3', 'a/b', 'refs/pr/3'],
    ['https://huggingface.co/a/b/tree/refs%2fpr%2f3/onnx', 'a/b', 'refs/pr/3'],
    ['https://huggingface.co/a/b/tree/refs/pr/3', 'a/b', 'refs/pr/3'],
    ['https://huggingface.co/a/b/tree/feature/x', 'a/b', 'feature/x'],
    ['https://huggingface.co/a/b/tree/v1%2B', 'a/b', 'v1+'],
    [`https://huggingface.co/a/b/tree/${COMMIT}/onnx`, 'a/b', COMMIT],
    ['https://huggingface.co/a/b/blob/main/config.json', 'a/b', 'main'],
    ['https://huggingface.co/a/b/blob/feature/x/config.json', 'a/b', 'feature/x'],
    ['https://huggingface.co/a/b/blob/v2/model.safetensors?download=true', 'a/b', 'v2'],
    [`https://huggingface.co/a/b/resolve/${COMMIT}/onnx/model.onnx?download=true`, 'a/b', COMMIT],
    ['https://huggingface.co/a/b/raw/refs%2Fconvert%2Fparquet/x.json', 'a/b', 'refs/convert/parquet'],
    [`https://huggingface.co/a/b/commit/${COMMIT}`, 'a/b', COMMIT],
    ['https://huggingface.co/a/b/commits/main', 'a/b', 'main'],
    ['https://huggingface.co/a/b/tree', 'a/b', 'main'],
    ['https://huggingface.co/a/b/discussions/3', 'a/b', 'main'],
  ])('%s', (typed, repo, revision) => {
    expect(parseModelName(typed)).toEqual({ kind: 'hub', repo, revision });
  });
});

describe('a file of a model', () => {
  test.each([
    ['a/b:c.Q4_K_M.gguf', 'main', 'c.Q4_K_M.gguf'],
    [' a/b@v1:c.gguf ', 'v1', 'c.gguf'],
    ['a/b@refs/pr/1:Q8/c-00001-of-00002.gguf', 'refs/pr/1', 'Q8/c-00001-of-00002.gguf'],
    ['https://huggingface.co/a/b/resolve/main/c.gguf', 'main', 'c.gguf'],
    ['https://huggingface.co/a/b/blob/main/c.gguf?download=true', 'main', 'c.gguf'],
    ['https://huggingface.co/a/b/resolve/main/Q8/c%20d.gguf', 'main', 'Q8/c d.gguf'],
    [`https://huggingface.co/a/b/blob/${COMMIT}/Q8/c.gguf`, COMMIT, 'Q8/c.gguf'],
    ['https://huggingface.co/a/b/resolve/refs%2Fpr%2F1/Q8/c.gguf', 'refs/pr/1', 'Q8/c.gguf'],
    ['https://huggingface.co/a/b/resolve/refs/pr/1/c.gguf', 'refs/pr/1', 'c.gguf'],
    ['https://huggingface.co/a/b/blob/feature/x/c.gguf', 'feature/x', 'c.gguf'],
  ])('%s', (typed, revision, file) => {
    const source = parseModelName(typed);
    expect(source).toEqual({ kind: 'hub', repo: 'a/b', revision, file });
    expect(parseModelName(sourceName(source))).toEqual(source);
  });
});

describe('none', () => {
  test.each([
    '',
    'a/b/c',
    'a/b:c.bin',
    'a/b:../c.gguf',
    'a/b:',
    'a/b:c.gguf:d.gguf',
    '../../b',
    'a/..',
    'a/b@',
    'a/b@../x',
    'a/b@x//y',
    'a b/c',
    'https://evil.test/a/b',
    'https://huggingface.co.evil.test/a/b',
    'https://huggingface.co/',
    'https://huggingface.co/datasets/a',
    'https://huggingface.co/datasets/a/b',
    'https://huggingface.co/spaces/a/b',
    'https://huggingface.co/a/b/tree/..%2F..%2Fc',
    'https://huggingface.co/a/b/tree/%E0%A4%A',
    'https://huggingface.co/a/b/unknown/c',
    '<b>/x',
    'javascript:alert(1)',
  ])('%j', typed => {
    expect(() => parseModelName(typed)).toThrow(expect.objectContaining({ code: 'bad_model_name' }));
  });
});

test('whatever is typed, what comes out is a plain name, and reads back as itself', () => {
  const piece = fc.constantFrom(
    'a',
    'b.c',
    '..',
    '/',
    '@',
    '%2F',
    '%',
    'tree',
    'blob',
    'main',
    'https://hf.co/',
    '?',
    '#',
    ' ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map(parts => parts.join('')),
      ),
      typed => {
        try {
          const source = parseModelName(typed);
          if (source.kind !== 'hub') throw new Error('no model of the Hub');
          expect(`${source.repo}@${source.revision}`).toMatch(/^[\w.-]+(?:\/[\w.-]+)?@[\w.+/-]+$/);
          expect(source.repo + source.revision).not.toContain('..');
          expect(parseModelName(`${source.repo}@${source.revision}`)).toEqual(source);
        } catch (error) {
          expect(error).toBeInstanceOf(NucleusError);
        }
      },
    ),
  );
});
