// The command line of the engine: its numbers against float64 results, and its one line for everything that is wrong; as a program where that
// matters.
import { cp, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logsumexp } from '../../src/reference/ops.ts';
import { type Config, goldenGguf } from '../support/gguf-golden.ts';
import { caseOf7, gpt2Names, loadGolden } from '../support/golden.ts';
import { expectedGguf, GGUF_TOLERANCE, goldenGgufPath } from '../support/golden-blocks.ts';
import { expectNear } from '../support/near.ts';
import { asProgram, inProcess, type Outcome } from '../support/program.ts';
import { main } from './logits.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PROGRAM = 'e2e/tools/logits.ts';
const TOLERANCE = 5e-5;

const logits = (...args: string[]): Promise<Outcome> => inProcess((stdout, stderr) => main(args, { stdout, stderr }));

interface Answer {
  readonly adapter: string;
  readonly log_z: number;
  readonly top: { readonly id: number; readonly logit: number; readonly logprob: number }[];
  readonly logprobs: number[];
  readonly greedy: number[];
  readonly tokens: number[];
}

async function answer(...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await logits(...args);
  expect(code, stderr).toBe(0);
  expect(stdout.trimEnd()).not.toContain('\n');
  return JSON.parse(stdout) as Answer;
}

test('as a program: numbers on standard output, or one line on standard error and exit code 1', async () => {
  const numbers = ['e2e/golden/gpt2-f32', '--tokens', '5,3,8', '--greedy', '4'];
  const { code, stdout } = await asProgram([PROGRAM, ...numbers]);
  // Dawn has words of its own for standard error where it opens an adapter.
  expect({ code, stdout, stderr: '' }).toEqual(await logits(...numbers));
  for (const wrong of [['e2e/golden/none', '--tokens', '1'], []])
    expect(await asProgram([PROGRAM, ...wrong])).toEqual(await logits(...wrong));
});

describe.each([...gpt2Names, 'llama-gqa', 'gemma3', 'gptj'] as const)('%s', name => {
  test('log-probabilities of every token, the likeliest after the last, and the greedy continuation', async () => {
    const golden = await loadGolden(name);
    const { tokens, logprob_of_next, logits_last } = caseOf7(golden);
    const got = await answer(`e2e/golden/${name}`, '--tokens', tokens.join(','), '--greedy', '16');
    expect(got.adapter).not.toBe('');
    expect(got.tokens).toEqual(tokens);
    expectNear(got.logprobs, logprob_of_next, TOLERANCE);
    expect(got.greedy).toEqual(golden.expected.greedy_after_7);
    const z = logsumexp(Float64Array.from(logits_last));
    expectNear([got.log_z], [z], TOLERANCE);
    const likeliest = logits_last.map((logit, id) => ({ id, logit })).sort((a, b) => b.logit - a.logit);
    expect(got.top.length).toBe(20);
    const wanted = likeliest.slice(0, 20);
    expectNear(
      got.top.map(({ logit }) => logit),
      wanted.map(({ logit }) => logit),
      TOLERANCE,
    );
    expectNear(
      got.top.map(({ logprob }) => logprob),
      got.top.map(({ id }) => (logits_last[id] ?? Number.NaN) - z),
      TOLERANCE,
    );
  });
});

test('a GGUF file, and a folder that holds one', async () => {
  const golden = await loadGolden('gpt2-f32');
  const folder = await mkdtemp(path.join(tmpdir(), 'nucleus-gguf-'));
  const file = path.join(folder, 'model.gguf');
  await writeFile(file, goldenGguf(golden, golden.config as Config).file);
  const { tokens, logprob_of_next } = caseOf7(golden);
  const got = await answer(file, '--tokens', tokens.join(','), '--greedy', '16');
  expectNear(got.logprobs, logprob_of_next, TOLERANCE);
  expect(got.greedy).toEqual(golden.expected.greedy_after_7);
  expect((await answer(folder, '--tokens', tokens.join(','))).logprobs).toEqual(got.logprobs);
  await rm(folder, { recursive: true });
});

test('a GGUF file of quantised blocks', async () => {
  const expected = await expectedGguf('gpt2-q8_0');
  const { tokens, logprob_of_next, top } = caseOf7({ expected });
  const got = await answer(goldenGgufPath('gpt2-q8_0'), '--tokens', tokens.join(','), '--greedy', '16');
  expectNear(got.logprobs, logprob_of_next, GGUF_TOLERANCE);
  expectNear(
    got.top.map(({ logprob }) => logprob),
    top.slice(0, got.top.length).map(([, logprob]) => logprob),
    GGUF_TOLERANCE,
  );
  expect(got.greedy).toEqual(expected.greedy_after_7);
  // A format says on standard error that it changes nothing.
  const asked = await logits(goldenGgufPath('gpt2-q8_0'), '--tokens', tokens.join(','), '--format', 'int4');
  expect(asked.stderr).toMatch(/^--format int4 changes nothing: \S+ is Q8_0, and blocks are computed as they are$/m);
  expect(JSON.parse(asked.stdout)).toMatchObject({ logprobs: got.logprobs });
});

test('formats: f32 has the numbers that are stored so, the smaller ones are near, each farther away than the one before', async () => {
  const { tokens } = caseOf7(await loadGolden('gpt2-f32'));
  const given = ['e2e/golden/gpt2-f32', '--tokens', tokens.join(',')];
  const stored = await answer(...given);
  const moved: number[] = [];
  for (const format of ['f32', 'f16', 'int8', 'int4']) {
    const { logprobs } = await answer(...given, '--format', format);
    expect(logprobs.length).toBe(stored.logprobs.length);
    moved.push(Math.max(...logprobs.map((logprob, t) => Math.abs(logprob - (stored.logprobs[t] ?? Number.NaN)))));
  }
  const [f32, f16, int8, int4] = moved;
  expect(f32).toBeLessThan(1e-6);
  expect(f16).toBeGreaterThan(1e-4);
  expect(int8).toBeGreaterThan(4 * Number(f16));
  expect(int4).toBeGreaterThan(2 * Number(int8));
  expect(int4).toBeLessThan(1.5);
});

test('a full context, and no more greedy ids than there is room for', async () => {
  const golden = await loadGolden('gpt2-odd');
  const full = golden.expected.cases.reduce((a, b) => (b.tokens.length > a.tokens.length ? b : a));
  const got = await answer('e2e/golden/gpt2-odd', '--tokens', full.tokens.join(','), '--greedy', '5');
  expectNear(got.logprobs, full.logprob_of_next, TOLERANCE);
  expect(got.greedy).toEqual([full.argmax.at(-1)]);
});

test('a text is tokenised as it stands', async () => {
  const text = await answer('public/models/nucleus-3m', '--text', 'Once upon a time', '--greedy', '2');
  expect(text.tokens.length).toBeGreaterThan(1);
  const ids = await answer('public/models/nucleus-3m', '--tokens', text.tokens.join(', '), '--greedy', '2');
  expect(ids).toEqual(text);
});

describe('one line on standard error and exit code 1', () => {
  const golden = 'e2e/golden/gpt2-f32';
  let broken = '';

  beforeAll(async () => {
    broken = await mkdtemp(path.join(tmpdir(), 'nucleus-logits-'));
    for (const kind of ['cut', 'weightless', 'config']) {
      await cp(path.join(ROOT, golden), path.join(broken, kind), { recursive: true });
    }
    await truncate(path.join(broken, 'cut/model.safetensors'), 5000);
    await rm(path.join(broken, 'weightless/model.safetensors'));
    await truncate(path.join(broken, 'config/config.json'), 20);
  });
  afterAll(() => rm(broken, { recursive: true, force: true }));

  test.each([
    ['no such folder', () => ['e2e/golden/none', '--tokens', '1'], /none.*no such folder/],
    ['no such GGUF file', () => ['e2e/golden/gpt2-f32/none.gguf', '--tokens', '1'], /none.gguf.*no such file/],
    ['a file as folder', () => ['README.md', '--tokens', '1'], /README.md.*not a folder/],
    ['missing weights', () => [path.join(broken, 'weightless'), '--tokens', '1'], /model.safetensors is missing/],
    ['cut weights', () => [path.join(broken, 'cut'), '--tokens', '1'], /./],
    ['a broken config.json', () => [path.join(broken, 'config'), '--tokens', '1'], /config.json is not valid JSON/],
    ['an id past the vocabulary', () => [golden, '--tokens', '3,97'], /97 .*vocabulary of 97/],
    ['a negative id', () => [golden, '--tokens', '1,-2'], /"-2" is not a whole number/],
    ['no id', () => [golden, '--tokens', ''], /"" is not a whole number/],
    ['too long a prompt', () => [golden, '--tokens', Array(999).fill(1).join(',')], /999 tokens do not fit/],
    ['a text without a tokenizer', () => [golden, '--text', 'x'], /tokenizer.json is missing/],
    ['an empty text', () => ['public/models/nucleus-3m', '--text', ''], /no token/],
    ['tokens and text', () => [golden, '--tokens', '1', '--text', 'x'], /^usage/],
    ['neither', () => [golden], /^usage/],
    ['no argument', () => [], /^usage/],
    [
      'an unknown format',
      () => [golden, '--tokens', '1', '--format', 'int3'],
      /"int3" is none of f32, f16, int8, int4/,
    ],
    ['an unknown option', () => [golden, '--tokens', '1', '--top', '3'], /--top.*usage/],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await logits(...args());
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});
