// The command line of tokenizers: its ids, every form of files, and its one line for everything that is wrong; as a program where that matters.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ggufModel } from '../support/page-models.ts';
import { asProgram, inProcess, type Outcome } from '../support/program.ts';
import { main } from './tokenize.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const GOLDEN = 'e2e/golden/tokenizers';

const tokenize = (input: string, ...args: string[]): Promise<Outcome> =>
  inProcess((stdout, stderr) => main(args, { stdin: Readable.from([input]), stdout, stderr }));

async function idsOf(texts: readonly string[], where: string): Promise<number[][]> {
  const { code, stdout, stderr } = await tokenize(JSON.stringify(texts), where);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as number[][];
}

let folder = '';

test('as a program: ids on standard output, or one line on standard error and its exit code', async () => {
  const texts = JSON.stringify(['Once upon a time', '\u4f60']);
  const where = `${GOLDEN}/llama2-layout`;
  expect(await asProgram(['--no-gpu', 'e2e/tools/tokenize.ts', where], texts)).toEqual(await tokenize(texts, where));
  expect(await asProgram(['--no-gpu', 'e2e/tools/tokenize.ts'], '[]')).toEqual(await tokenize('[]'));
  expect(await asProgram(['--no-gpu', 'e2e/tools/tokenize.ts', 'none.json'], '[]')).toEqual(
    await tokenize('[]', 'none.json'),
  );
});

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nucleus-tokenize-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['a folder', `${GOLDEN}/llama2-layout`],
  ['a tokenizer.json', `${GOLDEN}/gemma-layout/tokenizer.json`],
  ['a tokenizer.model', `${GOLDEN}/sentencepiece-bpe/tokenizer.model`],
])('%s', async (_, where) => {
  const file = path.join(ROOT, where.endsWith('layout') ? where : path.dirname(where), 'expected.json');
  const { texts } = JSON.parse(await readFile(file, 'utf8')) as { texts: [string, number[]][] };
  expect(
    await idsOf(
      texts.map(([text]) => text),
      where,
    ),
  ).toEqual(texts.map(([, ids]) => ids));
});

test('vocab.json with merges.txt, and vocab.txt', async () => {
  const shipped = JSON.parse(await readFile(path.join(ROOT, 'public/models/nucleus-3m/tokenizer.json'), 'utf8')) as {
    model: { vocab: object; merges: (string | string[])[] };
  };
  const lines = shipped.model.merges.map(merge => (typeof merge === 'string' ? merge : merge.join(' ')));
  await writeFile(path.join(folder, 'vocab.json'), JSON.stringify(shipped.model.vocab));
  await writeFile(path.join(folder, 'merges.txt'), `#version: 0.2\n${lines.join('\n')}\n`);
  const texts = ['Once upon a time', "it's 2024,\n\n  done "];
  expect(await idsOf(texts, folder)).toEqual(await idsOf(texts, 'public/models/nucleus-3m'));

  const words = await mkdtemp(path.join(folder, 'words-'));
  await writeFile(path.join(words, 'vocab.txt'), '[PAD]\n[UNK]\n[CLS]\n[SEP]\nhello\n,\nwor\n##ld\n\u4f60\n');
  expect(await idsOf(['Hello, W\u00f6rld \u4f60x', '[CLS]'], words)).toEqual([
    [4, 5, 6, 7, 8, 1],
    [1, 1, 1],
  ]);
});

test('a GGUF file, and a folder that holds one', async () => {
  const inside = await mkdtemp(path.join(folder, 'gguf-'));
  await writeFile(path.join(inside, 'model.gguf'), ggufModel().whole);
  const texts = ['Once upon a time', "it's 2024,\n\n  done ", '<|endoftext|>'];
  const wanted = await idsOf(texts, 'public/models/nucleus-3m');
  expect(await idsOf(texts, path.join(inside, 'model.gguf'))).toEqual(wanted);
  expect(await idsOf(texts, inside)).toEqual(wanted);
});

describe('one line on standard error', () => {
  beforeAll(async () => {
    await cp(path.join(ROOT, GOLDEN, 'sentencepiece-bpe/tokenizer.model'), path.join(folder, 'whole.model'));
    const bytes = await readFile(path.join(folder, 'whole.model'));
    await writeFile(path.join(folder, 'cut.model'), bytes.subarray(0, 5000));
    await writeFile(path.join(folder, 'cut.gguf'), bytes.subarray(0, 5000));
    await writeFile(path.join(folder, 'tekken.json'), '{}');
    await writeFile(
      path.join(folder, 'ctc.json'),
      '{"model":{"type":"WordLevel","vocab":{"a":0}},"decoder":{"type":"CTC"}}',
    );
  });

  test.each<[string, () => string[], string, number, RegExp]>([
    ['no argument', () => [], '[]', 2, /^usage/],
    ['two arguments', () => ['a', 'b'], '[]', 2, /^usage/],
    ['no such file', () => ['none.json'], '[]', 1, /none.json.*no such file/],
    ['no GGUF file', () => [path.join(folder, 'cut.gguf')], '[]', 1, /does not begin with "GGUF"/],
    ['no tokenizer', () => ['e2e/golden/gpt2-f32'], '[]', 1, /holds no tokenizer/],
    ['no JSON', () => ['README.md'], '[]', 1, /tokenizer.json is not valid JSON/],
    ['a model that is cut off', () => [path.join(folder, 'cut.model')], '[]', 1, /no SentencePiece model/],
    ['tekken.json', () => [path.join(folder, 'tekken.json')], '[]', 1, /tekken.json/],
    ['what is not done', () => [path.join(folder, 'ctc.json')], '[]', 1, /"CTC" is not supported/],
    ['no texts', () => [`${GOLDEN}/gemma-layout`], 'x', 1, /standard input is not valid JSON/],
    ['no list of texts', () => [`${GOLDEN}/gemma-layout`], '["a",1]', 1, /not a JSON array of strings/],
  ])('%s', async (_, args, input, wanted, message) => {
    const { code, stdout, stderr } = await tokenize(input, ...args());
    expect([code, stdout]).toEqual([wanted, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});
