// What is said when a server cannot be used: what to switch on, where, and never a key.
import { expect, test } from 'vitest';
import { notGivenWords, refusedWords, unreachableWords } from './server-words.ts';

const ORIGIN = 'https://nucleus.test';
const address = 'http://10.0.0.7:8000';

test.each([
  ['mixed', ['https', 'reverse proxy', address]],
  ['policy', ['connect-src', 'server-worker', address]],
  ['cors', ['--allowed-origins \'["https://nucleus.test"]\'', '--cors-origins https://nucleus.test']],
  ['cut', ['press Run to go on', 'in the text']],
  ['down', ['does not answer', 'Start it']],
])('%s', (why, words) => {
  const said = unreachableWords({ address, why }, ORIGIN);
  for (const each of words) expect(said).toContain(each);
});

test('refusals have the words of the server and what to do', () => {
  expect(refusedWords({ status: 401, key: 0, said: 'Invalid API Key' })).toMatch(/asks for a key.*Invalid API Key\.$/);
  expect(refusedWords({ status: 401, key: 1, said: '' })).toContain('does not take this key');
  expect(refusedWords({ status: 404, path: '/v1/models', said: '' })).toContain('/v1/models');
  expect(refusedWords({ status: 503, said: 'Loading model' })).toMatch(/failed \(503\).*Loading model\..*try again/);
  expect(refusedWords({ status: 400, said: '' })).toContain('does not say why');
  expect(refusedWords({ said: 'the context is full' })).toContain('the context is full.');
});

test('what a server does not give is said by what it was for', () => {
  expect(notGivenWords({ what: 'lens' })).toContain('inside of the model');
  expect(notGivenWords({ what: 'logprobs' })).toContain('log-probabilities');
  expect(notGivenWords({ what: 'grow' })).toContain('branch');
});
