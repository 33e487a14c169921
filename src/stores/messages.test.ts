// Every error has its sentence and its way on, whatever its detail.
import { expect, test } from 'vitest';
import { checkCapability } from '../client/capability.ts';
import { ERROR_CODES } from '../lib/error.ts';
import { ACTION_LABELS, finishWords, messageFor, noticeWords, wayOn } from './messages.ts';

const DETAILS = [
  {},
  { file: 'config.json', status: 404, repo: 'a/b' },
  { tokens: 600, limit: 512, excess: 88 },
  { coming: 1, kept: 'it has the searches of the first settings, from the end of the text' },
  { file: 'a.gguf', opened: 1 },
  { bytes: 2e9, limit: 1e9, found: 'llama', field: 'n_inner', value: 'x' },
  {
    again: 1,
    seconds: 30,
    id: 5,
    position: 9,
    tensor: 'wte.weight',
    kernel: 'matmul',
    name: 'gpt2',
    advice: 'Update.',
  },
];

test.each([...ERROR_CODES])('%s', code => {
  for (const detail of DETAILS) {
    for (const message of ['', 'the engine said so.', 'long '.repeat(200)]) {
      const { text, action } = messageFor({ code, message, detail });
      expect(text).toMatch(/^["A-Z\d].*[.!]$/s);
      expect(text).not.toMatch(/undefined|NaN|null|\[object|\.\.|\(\)| {2}|""/);
      expect(text.length).toBeLessThan(320);
      expect(ACTION_LABELS[action]).toBeDefined();
    }
  }
});

test('the facts are in the sentence', () => {
  const words = (code: (typeof ERROR_CODES)[number], detail: Record<string, string | number>) =>
    messageFor({ code, message: '', detail }).text;
  expect(words('prompt_too_long', { tokens: 600, limit: 512, excess: 88 })).toContain('88 tokens too long');
  expect(words('prompt_too_long', { tokens: 513, limit: 512, excess: 1 })).toContain('1 token too long');
  // It may be less than the model reads.
  expect(words('prompt_too_long', { tokens: 600, limit: 512, excess: 88 })).toMatch(
    /the context allowed here holds 512\. .*allow more in Models where the model has more/,
  );
  expect(words('bad_tokenizer', { file: 'merges.txt' })).toContain("The model's merges.txt cannot be read");
  expect(words('missing_file', { file: 'tokenizer.json' })).toContain('tokenizer.json');
  expect(words('not_found', { url: 'https://hub.test/api/models/a/b/revision/main?blobs=true' })).toContain(
    'The model a/b was not found',
  );
  expect(words('not_found', { url: 'https://hub.test/a/b/resolve/0123abcd/tokenizer.json' })).toContain(
    'The file tokenizer.json of a/b was not found',
  );
  // A name without an owner.
  expect(words('not_found', { url: 'https://hub.test/api/models/gpt2/revision/main' })).toContain('The model gpt2 was');
  expect(words('not_found', { url: 'https://hub.test/gpt2/resolve/main/config.json' })).toContain(
    'The file config.json of gpt2 was not found',
  );
  expect(words('not_found', { url: 'https://hub.test/else?x=1' })).toContain('The address else was not found');
  const missing = 'model.safetensors is missing; there are only weights of another kind';
  expect(messageFor({ code: 'missing_file', message: missing, detail: { file: 'model.safetensors' } }).text).toMatch(
    /^The file model\.safetensors is missing: there are only weights of another kind\. A model needs/,
  );
  const several = { file: 'config.json', files: 'config.json and model.safetensors' };
  expect(words('missing_file', several)).toMatch(/^The files config\.json and model\.safetensors are missing\./);
  expect(words('network', { url: 'https://hub.test/a/b/resolve/0123abcd/model.safetensors', offline: 0 })).toContain(
    'The connection broke while fetching model.safetensors of a/b.',
  );
  expect(words('network', { url: 'https://hub.test/api/models/a/b', offline: 1 })).toContain(
    'The browser is offline while fetching the model a/b.',
  );
  // Nothing is promised that is not so.
  expect(words('network', { offline: 1 })).not.toContain('kept');
  expect(words('network', { offline: 0, arrived: 5 })).toContain('what has arrived is kept');
  expect(words('rate_limited', { seconds: 3 })).not.toContain('kept');
  expect(words('unsupported_model', { found: 'mamba', families: 'Llama, OPT' })).toMatch(
    /"mamba".*These do: Llama, OPT\.$/,
  );
  // Nobody can fetch it but who opened it.
  expect(words('integrity', { file: 'a.gguf' })).toContain('fetch it again');
  expect(words('integrity', { file: 'a.gguf', opened: 1 })).toMatch(
    /^The file a\.gguf cannot be read any more: .* on the disk since it was opened\. Open it again\.$/,
  );
  expect(words('device_lost', { again: 1 })).toContain('Restart the browser');
  expect(messageFor({ code: 'prompt_too_long', message: '', detail: {} }).action).toBe('keep_tail');
});

test('advice of the page is shown whole, however long, for every browser there is advice for', () => {
  const agents = [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Mobile Safari/604.1',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15',
  ];
  for (const userAgent of agents) {
    const facts = { secure: true, hasGpu: false, hasWorker: true, userAgent, origin: 'https://page.test' };
    const error = checkCapability(facts);
    if (error === null) throw new Error('nothing speaks against it');
    const { text } = messageFor({ code: error.code, message: error.message, detail: error.detail });
    expect(text.endsWith(String(error.detail.advice))).toBe(true);
    expect(text).not.toContain('…');
  }
});

test('words of the engine are cut between two words', () => {
  const { text } = messageFor({ code: 'internal', message: 'several words '.repeat(30), detail: {} });
  expect(text).toMatch(/\b(several|words)…\)/);
});

test('every reason and every notice has words', () => {
  for (const reason of ['stop_string', 'end_of_text', 'length', 'context_full', 'cancelled'] as const) {
    for (const steps of ['run', 'step'] as const) {
      expect(finishWords({ reason, steps, stop: '\n', generated: 1 })).toMatch(/1 token[^s]/);
      expect(finishWords({ reason, steps, stop: '\n', generated: 2 })).toContain('2 tokens');
      expect(finishWords({ reason, steps, stop: '\n', generated: 0 })).not.toMatch(/after 0/);
      expect(finishWords({ reason, steps: 'step', stop: '\n', generated: 1 })).not.toContain('maximum');
    }
  }
  const notices = ['cache_full', 'cache_unavailable', 'ids_as_text', 'tokenizer_surplus', 'classifier'] as const;
  expect(new Set(notices.map(noticeWords)).size).toBe(notices.length);
  // A model of opened files cannot be downloaded.
  for (const notice of ['cache_full', 'cache_unavailable'] as const)
    expect(noticeWords(notice)).toMatch(/downloaded again, or its files have to be opened again/);
});

test('an end that Run alone would meet again has a way over it, and says what that does', () => {
  const ended = (reason: Parameters<typeof wayOn>[0]['reason']) =>
    wayOn({ steps: 'run', reason, stop: '.', generated: 0 });
  expect(ended('end_of_text')).toMatchObject({ kind: 'go_past', text: expect.stringMatching(/rules that token out/) });
  expect(ended('stop_string')).toMatchObject({ kind: 'go_past', text: expect.stringMatching(/writes it into/) });
  expect(ended('context_full')).toMatchObject({
    kind: 'keep_tail',
    text: expect.stringMatching(/drops the beginning/),
  });
  expect(ended('length')).toBeNull();
  expect(ended('cancelled')).toBeNull();
});
