// Runs as files: JSON comes back as it was, hostile JSON is refused with its place, CSV is what a reader of CSV expects.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvCell, writeRunCsv } from './runCsv.ts';
import { readRunJson, writeRunJson } from './runJson.ts';
import { kept, runs, TOKENIZER } from './sharedRun.fixture.ts';
import type { RunToShare } from './sharedRun.ts';

const bytesOf = (id: number): Uint8Array => TOKENIZER.bytes(id);
const json = (run: RunToShare): string => writeRunJson(run, bytesOf, 1_700_000_000);
const refusal = (text: string): unknown => {
  const read = readRunJson(text);
  return read.ok ? 'read' : read.problem;
};
const [SAMPLE] = fc.sample(
  runs.filter(run => run.tokens.some(token => token.draw !== undefined)),
  { numRuns: 1, seed: 7 },
);
if (SAMPLE === undefined) throw new Error('no sample');

/** The file with one value changed. */
function changed(path: readonly (string | number)[], value: unknown): string {
  const root: unknown = JSON.parse(json(SAMPLE as RunToShare));
  let at = root;
  for (const key of path.slice(0, -1)) at = Reflect.get(at as object, key);
  Reflect.set(at as object, path.at(-1) ?? '', value);
  return JSON.stringify(root);
}

describe('JSON', () => {
  test('comes back with ids, origins, draws, settings, seeds, model and adapter', () => {
    fc.assert(
      fc.property(runs, run => {
        const read = readRunJson(json(run));
        if (!read.ok) throw new Error(JSON.stringify(read.problem));
        const { tokens, ...around } = read.value;
        const { tokens: written, ...others } = run;
        expect(around).toEqual(others);
        expect(tokens.map(kept)).toEqual(written.map(kept));
        expect(tokens.map(token => token.logprob)).toEqual(written.map(token => token.stats?.logprob ?? null));
      }),
      { numRuns: 150 },
    );
  });

  test('speaks the names of the OpenAI API and says what its numbers are', () => {
    const parsed = JSON.parse(json(SAMPLE));
    expect(parsed.about).toContain('before sampling');
    expect(parsed.format).toBe('nucleus.run');
    const drawn = SAMPLE.tokens.findIndex(token => token.draw !== undefined);
    const entry = parsed.logprobs.content[drawn];
    expect(entry).toMatchObject({ logprob: SAMPLE.tokens[drawn]?.stats?.logprob, id: SAMPLE.tokens[drawn]?.id });
    expect(Uint8Array.from(entry.bytes)).toEqual(SAMPLE.tokens[drawn]?.bytes);
    expect(Object.keys(entry.top_logprobs[0])).toEqual(['token', 'logprob', 'bytes', 'id']);
    expect(entry.top_logprobs[0].logprob).toBe(2 - 3);
    expect(entry.draw.u).toBe(SAMPLE.tokens[drawn]?.draw?.u);
  });

  test('an impossible log-probability is null, never a broken number', () => {
    const token = { id: 5, bytes: bytesOf(5), special: false, origin: 'typed' } as const;
    const stats = { logprob: Number.NEGATIVE_INFINITY, rank: 9, entropy: 1, logZ: 0 };
    const run = { ...SAMPLE, tokens: [{ ...token, stats }], text: TOKENIZER.decode([5]) };
    const read = readRunJson(json(run));
    expect(read.ok && read.value.tokens[0]?.logprob).toBeNull();
  });

  test.each([
    ['nothing', '', { kind: 'not_json' }],
    ['cut', json(SAMPLE).slice(0, -40), { kind: 'not_json' }],
    ['another JSON', '{"model_type":"gpt2"}', { kind: 'not_ours' }],
    ['a list', '[1]', { kind: 'not_ours' }],
    ['null', 'null', { kind: 'not_ours' }],
    ['a newer one', changed(['version'], 2), { kind: 'newer', version: 2 }],
    ['no version', changed(['version'], '1'), { kind: 'unsound', where: 'version', what: 'is no number' }],
    ['another text', changed(['text'], 'x'), { kind: 'unsound', where: 'text', what: 'is not what the tokens spell' }],
  ])('%s is refused', (_, text, problem) => {
    expect(refusal(text)).toEqual(problem);
  });

  test.each([
    [['logprobs', 'content', 0, 'id'], -1, 'token 0, id'],
    [['logprobs', 'content', 0, 'id'], 2 ** 32, 'token 0, id'],
    [['logprobs', 'content', 0, 'id'], '5', 'token 0, id'],
    [['logprobs', 'content', 0, 'bytes'], [300], 'token 0, bytes'],
    [['logprobs', 'content', 0, 'position'], 3, 'token 0'],
    [['logprobs', 'content', 0, 'origin'], 'stolen', 'token 0, origin'],
    [['logprobs', 'content', 0, 'logprob'], 3, 'token 0, logprob'],
    [['logprobs', 'content'], { length: 1e9 }, 'logprobs.content'],
    [['settings', 'temperature'], 1e9, 'settings.temperature'],
    [['settings', 'stop'], 'x', 'settings.stop'],
    [['seed'], '12x', 'seed'],
    [['seed'], '9999999999999999', 'seed'],
    [['last_seed'], -1, 'last_seed'],
    [['model', 'key'], '../../../etc', 'model.key'],
    [['model', 'key'], 'hub/a/b/../../c', 'model.key'],
    [['adapter', 'software'], 'yes', 'adapter.software'],
    [['tokenizer'], 'x'.repeat(100), 'tokenizer'],
  ] as const)('%j = %j is refused by its place', (path, value, where) => {
    expect(refusal(changed(path, value))).toMatchObject({ kind: 'unsound', where });
  });

  test('whatever JSON comes, nothing is thrown', () => {
    const keys = fc.constantFrom(
      'format',
      'version',
      'text',
      'logprobs',
      'settings',
      'model',
      'adapter',
      'draw_settings',
    );
    const files = fc
      .dictionary(keys, fc.jsonValue())
      .map(part => JSON.stringify({ ...JSON.parse(json(SAMPLE)), ...part }));
    fc.assert(fc.property(fc.oneof(files, fc.json(), fc.string()), text => void readRunJson(text)));
  });
});

describe('CSV', () => {
  test.each([
    ['=1+1', `"'=1+1"`],
    [' @x', `"' @x"`],
    ['-', `"'-"`],
    ['\t=', `"'\t="`],
    ['＋1', `"'＋1"`],
    ['a "b"\n', '"a ""b""\n"'],
    ['plain, text', '"plain, text"'],
  ])('%j is the cell %s', (text, cell) => expect(csvCell(text)).toBe(cell));

  test('numbers stay numbers, what is none is empty', () => {
    expect([-2.5, 1e-12, Number.NEGATIVE_INFINITY, Number.NaN, null, undefined].map(csvCell)).toEqual([
      '-2.5',
      '1e-12',
      '',
      '',
      '',
      '',
    ]);
  });

  test('a row a token, every row as long as the head, bytes exact', () => {
    fc.assert(
      fc.property(runs, run => {
        const [head = [], ...rows] = readCsv(writeRunCsv(run));
        expect(rows.length).toBe(run.tokens.length);
        expect(head).toContain('logprob_before_sampling');
        for (const [i, row] of rows.entries()) {
          const token = run.tokens[i];
          expect(row.length).toBe(head.length);
          expect(row[head.indexOf('id')]).toBe(String(token?.id));
          const hex = row[head.indexOf('bytes_hex')]?.replace(/^'/, '') ?? '';
          expect(Uint8Array.from(hex === '' ? [] : hex.split(' ').map(byte => Number.parseInt(byte, 16)))).toEqual(
            token?.bytes,
          );
          const logprob = row[head.indexOf('logprob_before_sampling')];
          expect(logprob).toBe(token?.stats === undefined ? '' : String(token.stats.logprob));
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** A plain reader of RFC 4180. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (quoted && c === '"' && text[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (c === '"') quoted = !quoted;
    else if (!quoted && c === ',') {
      rows.at(-1)?.push(cell);
      cell = '';
    } else if (!quoted && c === '\r' && text[i + 1] === '\n') {
      rows.at(-1)?.push(cell);
      cell = '';
      rows.push([]);
      i++;
    } else cell += c;
  }
  return rows.slice(0, -1);
}
