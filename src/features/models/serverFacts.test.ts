// Addresses as they are typed, and a table that says what follows from what a server gives.
import { expect, test } from 'vitest';
import type { ServerFacts } from '../../protocol/server.ts';
import { factRows, readAddress } from './serverFacts.ts';

test.each([
  ['localhost:8080', 'http://localhost:8080'],
  ['192.168.1.7:8000/v1', 'http://192.168.1.7:8000'],
  ['https://gpu.example.org/llama/v1/', 'https://gpu.example.org/llama'],
  ['gpu.example.org', 'https://gpu.example.org'],
  [' http://10.0.0.7:8000/v1/completions ', 'http://10.0.0.7:8000'],
  ['', null],
  ['https://me:secret@gpu.example.org', null],
  ['ftp://gpu.example.org', null],
  ['http://', null],
])('%j', (typed, address) => {
  expect(readAddress(typed)).toBe(address);
});

test('every answer has its consequence', () => {
  const facts: ServerFacts = {
    address: 'http://localhost:8000',
    model: 'm',
    models: ['m'],
    software: 'vllm',
    context: 4096,
    vocabulary: null,
    candidates: 20,
    ids: 'all',
    tokenizes: true,
    detokenizes: true,
    takesIds: true,
    scores: 'prompt_logprobs',
  };
  const given = (row: ServerFacts): string[] => factRows(row).map(each => each.given);
  expect(given(facts)).toEqual([
    '20 at most',
    'with every candidate',
    'yes',
    'by prompt_logprobs',
    '4,096',
    'not told',
    'no',
  ]);
  const less = { ...facts, ids: 'none', scores: null, tokenizes: false, takesIds: false, context: null } as const;
  expect(given(less)).toEqual(['20 at most', 'none', 'no', 'no', 'not told', 'not told', 'no']);
  expect(factRows(less).every(({ follows }) => follows.endsWith('.'))).toBe(true);
});
