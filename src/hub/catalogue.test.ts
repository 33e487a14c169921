// The catalogue, and what counts as the name of a model.
import { describe, expect, test } from 'vitest';
import { CATALOGUE, parseModelName } from './catalogue.ts';
import { cacheKey, sourceName } from './sources.ts';

test('the default ships with the page, the others come from the Hub and have good names', () => {
  expect(CATALOGUE.map(entry => cacheKey(entry.source))).toEqual([
    'shipped/nucleus-3m',
    'hub/openai-community/gpt2@main',
    'hub/distilbert/distilgpt2@main',
    'hub/openai-community/gpt2-medium@main',
    'hub/openai-community/gpt2-large@main',
  ]);
  for (const { source } of CATALOGUE) if (source.kind === 'hub') expect(parseModelName(source.repo)).toEqual(source);
});

test('names for people', () => {
  expect(CATALOGUE.map(entry => sourceName(entry.source))).toContain('openai-community/gpt2');
  expect(sourceName(parseModelName('a/b@v1'))).toBe('a/b@v1');
  expect(sourceName({ kind: 'local', name: 'mine' })).toBe('mine');
});

describe('parseModelName', () => {
  test.each([
    ['openai-community/gpt2', 'openai-community/gpt2', 'main'],
    ['  a/b.c_d-1  ', 'a/b.c_d-1', 'main'],
    ['a/b@607a30d783dfa663caf39e06633721c8d4cfcd7e', 'a/b', '607a30d783dfa663caf39e06633721c8d4cfcd7e'],
    ['a/b@refs/pr/3', 'a/b', 'refs/pr/3'],
    ['https://huggingface.co/openai-community/gpt2', 'openai-community/gpt2', 'main'],
    ['https://huggingface.co/openai-community/gpt2/tree/v1.0', 'openai-community/gpt2', 'v1.0'],
    ['https://huggingface.co/a/b/blob/main/config.json', 'a/b', 'main'],
    ['https://huggingface.co/a/b/', 'a/b', 'main'],
  ])('%s', (text, repo, revision) => {
    expect(parseModelName(text)).toEqual({ kind: 'hub', repo, revision });
  });

  test.each([
    '',
    'gpt2',
    'a/b/c',
    '/b',
    'a/',
    'a/../b',
    '../b',
    'a/..',
    'a/b--c',
    '-a/b',
    'a/b.',
    'a b/c',
    'a/b?x',
    'a/b#x',
    'a/b@',
    'a/b@..',
    'a/b@a//b',
    'a/b@/x',
    'a/b@x y',
    'http://evil.example/a/b',
    `${'x'.repeat(97)}/b`,
    'a/é',
  ])('refuses %j', text => {
    expect(() => parseModelName(text)).toThrow(expect.objectContaining({ code: 'bad_model_name' }));
  });
});
