// Models in GGUF files: of the Hub by file or by choice, and among files that a person opens.
import { describe, expect, test } from 'vitest';
import { float32, writeGguf } from '../../e2e/support/gguf-file.ts';
import { server, session, startHubForEachTest } from '../../e2e/support/hub-load.ts';
import { collect, REPO } from '../../e2e/support/hub-model.ts';
import { openCheckpoint } from '../checkpoint/formats.ts';
import { asNucleusError } from '../lib/error.ts';
import type { ModelSource } from '../lib/model-source.ts';
import { inspectModel, openModel } from './load.ts';

startHubForEachTest();

const HUB: ModelSource = { kind: 'hub', repo: REPO, revision: 'main' };
const tensor = (name: string, rows: number) => ({
  name,
  dtype: 'F32' as const,
  shape: [rows, 8],
  bytes: new Uint8Array(rows * 32).fill(rows),
});
const model = (rows: number): Uint8Array =>
  writeGguf({
    metadata: [
      ['general.architecture', 'gpt2'],
      ['gpt2.context_length', 16],
      ['gpt2.embedding_length', 8],
      ['gpt2.block_count', 1],
      ['gpt2.attention.head_count', 2],
      ['gpt2.attention.layer_norm_epsilon', float32(1e-5)],
    ],
    tensors: [tensor('token_embd.weight', rows)],
  });
const LARGE = model(3000);
const SMALL = model(40);

/** Opens a model and streams all of it. */
async function load(wanted: ModelSource) {
  const files = await openModel(session({ source: wanted }).options);
  const pieces: Uint8Array[] = [];
  for (const name of files.names) pieces.push(await collect(files.stream(name)));
  return { files, weights: Buffer.concat(pieces) };
}

/** The choices of an error. */
async function choicesAt(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(() => null, asNucleusError);
  expect(error?.code).toBe('choose_file');
  return JSON.parse(String(error?.detail.choices));
}

describe('of the Hub', () => {
  test('the only one is loaded, stored, and read from the cache', async () => {
    server.update(REPO, { 'model.Q8_0.gguf': LARGE, 'mmproj-model.gguf': SMALL, 'README.md': 'a card' });
    const { files, weights } = await load(HUB);
    expect(files.names).toEqual(['model.Q8_0.gguf']);
    expect(weights).toEqual(Buffer.from(LARGE));
    server.requests.length = 0;
    const again = await load(HUB);
    expect([again.files.fromCache, server.requests.length]).toEqual([true, 0]);
    expect(await again.files.digest()).toBe(await files.digest());
  });

  test('before a load only the header is fetched, by range', async () => {
    server.update(REPO, { 'model.gguf': LARGE });
    const files = await inspectModel(session({ source: HUB }).options);
    const stored = await openCheckpoint(files);
    expect(stored.config).toMatchObject({ model_type: 'gpt2', vocab_size: 3000 });
    const asked = server.requests.filter(({ path }) => path.endsWith('.gguf'));
    expect(asked.every(({ range }) => range.startsWith('bytes='))).toBe(true);
  });

  test('of several one is chosen, with its size; parts count as one', async () => {
    const parts = { 'q4/b-00001-of-00002.gguf': SMALL, 'q4/b-00002-of-00002.gguf': SMALL };
    server.update(REPO, { 'a.Q8_0.gguf': LARGE, ...parts });
    expect(await choicesAt(inspectModel(session({ source: HUB }).options))).toEqual([
      { file: 'a.Q8_0.gguf', parts: 1, bytes: LARGE.length },
      { file: 'q4/b-00001-of-00002.gguf', parts: 2, bytes: 2 * SMALL.length },
    ]);
    const whole = await load({ ...HUB, file: 'a.Q8_0.gguf' });
    const first = await load({ ...HUB, file: 'q4/b-00001-of-00002.gguf' });
    expect([whole.files.names, first.files.names]).toEqual([['a.Q8_0.gguf'], Object.keys(parts)]);
    expect([whole.files.key, whole.files.name]).toEqual([`hub/${REPO}@main:a.Q8_0.gguf`, `${REPO}:a.Q8_0.gguf`]);
    // Both are stored, each under its own key.
    expect((await load({ ...HUB, file: 'a.Q8_0.gguf' })).files.fromCache).toBe(true);
  });

  test('a file may be named where other weights are there too', async () => {
    server.update(REPO, { 'config.json': '{}', 'model.safetensors': 'x', 'a.gguf': SMALL });
    expect((await openModel(session({ source: { ...HUB, file: 'a.gguf' } }).options)).names).toEqual(['a.gguf']);
    expect((await openModel(session({ source: HUB }).options)).names).toContain('model.safetensors');
  });

  test('one that is not there, and a part that is not', async () => {
    server.update(REPO, { 'b-00001-of-00002.gguf': SMALL });
    for (const [file, missing] of [
      ['c.gguf', 'c.gguf'],
      ['b-00001-of-00002.gguf', 'b-00002-of-00002.gguf'],
    ] as const)
      await expect(openModel(session({ source: { ...HUB, file } }).options)).rejects.toMatchObject({
        code: 'missing_file',
        detail: { file: missing },
      });
  });
});

describe('opened files', () => {
  const source: ModelSource = { kind: 'local', name: 'mine' };
  const opened = (...contents: readonly (readonly [string, Uint8Array])[]) =>
    contents.map(([name, bytes]) => new File([new Uint8Array(bytes)], name));

  test('a file by itself, and the only one of a folder', async () => {
    const files = opened(['model.gguf', SMALL], ['README.md', new Uint8Array(3)]);
    expect((await openModel(session({ source, files }).options)).names).toEqual(['model.gguf']);
  });

  test('of several none is guessed', async () => {
    const files = opened(['a.gguf', SMALL], ['b.gguf', LARGE]);
    await expect(openModel(session({ source, files }).options)).rejects.toMatchObject({ code: 'choose_file' });
  });

  test('one that went away since it was opened', async () => {
    const [file] = opened(['a.gguf', SMALL]);
    const gone = Object.assign(file!, {
      slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }),
    });
    const files = await openModel(session({ source, files: [gone] }).options);
    await expect(openCheckpoint(files)).rejects.toMatchObject({
      code: 'integrity',
      detail: { file: 'a.gguf', opened: 1 },
    });
  });

  test('something else under that name', async () => {
    const files = await openModel(session({ source, files: opened(['a.gguf', new Uint8Array(99)]) }).options);
    await expect(openCheckpoint(files)).rejects.toMatchObject({ code: 'bad_gguf', detail: { file: 'a.gguf' } });
  });
});
