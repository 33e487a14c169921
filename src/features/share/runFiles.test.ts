// Runs as files: JSON comes back as it was, hostile JSON is refused with its place, CSV is what a reader of CSV expects.
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { tokenText } from '../../tokenizer/text.ts';
import { unknownSettings } from './reading.ts';
import { readRunJson } from './readRunJson.ts';
import { csvCell, writeRunCsv } from './runCsv.ts';
import { RUN_SHAPES, type RunShape, writeRunJson } from './runJson.ts';
import { kept, runs, TOKENIZER } from './sharedRun.fixture.ts';
import type { RunToShare } from './sharedRun.ts';

const bytesOf = (id: number): Uint8Array => TOKENIZER.bytes(id);
const json = (run: RunToShare, shape: RunShape = 'chat.completion'): string =>
  writeRunJson(run, shape, bytesOf, 1_700_000_000);
const refusal = (text: string): unknown => {
  const read = readRunJson(text);
  return read.ok ? 'read' : read.problem;
};
const [SAMPLE] = fc.sample(
  runs.filter(run => run.tokens.some(token => token.draw !== undefined)),
  { numRuns: 1, seed: 7 },
);
if (SAMPLE === undefined) throw new Error('no sample');

const FINITE = v.pipe(v.number(), v.finite());
const CANDIDATE = { token: v.string(), logprob: FINITE, bytes: v.array(v.pipe(v.number(), v.integer())) };
const AROUND = { id: v.string(), created: v.pipe(v.number(), v.integer()), model: v.string() };
const USAGE = v.object({
  prompt_tokens: v.number(),
  completion_tokens: v.number(),
  total_tokens: v.number(),
});
const FINISH = v.picklist(['stop', 'length']);
/** Required fields of the API's chat completion object. */
const CHAT_COMPLETION = v.object({
  ...AROUND,
  object: v.literal('chat.completion'),
  choices: v.strictTuple([
    v.object({
      index: v.literal(0),
      message: v.object({ role: v.literal('assistant'), content: v.string(), refusal: v.null() }),
      logprobs: v.object({
        content: v.array(v.object({ ...CANDIDATE, top_logprobs: v.array(v.object(CANDIDATE)) })),
        refusal: v.null(),
      }),
      finish_reason: FINISH,
    }),
  ]),
  usage: USAGE,
});
/** Required fields of the API's legacy completion object. */
const COMPLETION = v.object({
  ...AROUND,
  object: v.literal('text_completion'),
  choices: v.strictTuple([
    v.object({
      index: v.literal(0),
      text: v.string(),
      logprobs: v.strictObject({
        tokens: v.array(v.string()),
        token_logprobs: v.array(FINITE),
        top_logprobs: v.array(v.record(v.string(), FINITE)),
        text_offset: v.array(v.pipe(v.number(), v.integer())),
      }),
      finish_reason: FINISH,
    }),
  ]),
  usage: USAGE,
});

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
        for (const shape of RUN_SHAPES) {
          const read = readRunJson(json(run, shape));
          if (!read.ok) throw new Error(JSON.stringify(read.problem));
          const { tokens, ...around } = read.value;
          const { tokens: written, finish: _, ...others } = run;
          expect(around).toEqual(others);
          expect(tokens.map(kept)).toEqual(written.map(kept));
          expect(tokens.map(token => token.logprob)).toEqual(written.map(token => token.stats?.logprob ?? null));
        }
      }),
      { numRuns: 150 },
    );
  });

  test('validates as what the OpenAI API answers, in both shapes', () => {
    fc.assert(
      fc.property(runs, run => {
        const chat = v.parse(CHAT_COMPLETION, JSON.parse(json(run, 'chat.completion')));
        const legacy = v.parse(COMPLETION, JSON.parse(json(run, 'text_completion')));
        const count = run.tokens.length;
        for (const { usage } of [chat, legacy]) {
          expect(usage.prompt_tokens + usage.completion_tokens).toBe(count);
          expect(usage.total_tokens).toBe(count);
        }
        const { logprobs } = legacy.choices[0];
        expect(Object.values(logprobs).map(each => each.length)).toEqual([count, count, count, count]);
        const [points, content] = [Array.from(run.text), chat.choices[0].logprobs.content];
        for (const [i, { stats, bytes }] of run.tokens.entries()) {
          expect(content[i]?.logprob).toBe(stats?.logprob ?? -9999);
          expect(logprobs.token_logprobs[i]).toBe(stats?.logprob ?? -9999);
          expect(content[i]?.bytes).toEqual(Array.from(bytes));
          const own = tokenText(bytes);
          if (own.includes('\ufffd')) expect(logprobs.tokens[i]).toMatch(/^bytes:(\\x[0-9a-f]{2})+$/);
          else expect(points.slice(logprobs.text_offset[i]).join('').startsWith(own)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('the first token has -9999.0 in the lists of the API and null in ours; finish_reason is that of the run', () => {
    const token = { id: 5, bytes: bytesOf(5), special: false, origin: 'typed' } as const;
    const run = { ...SAMPLE, tokens: [token], text: TOKENIZER.decode([5]), finish: 'length' } as const;
    const chat = JSON.parse(json(run));
    expect(chat.choices[0].finish_reason).toBe('length');
    expect(chat.choices[0].logprobs.content[0].logprob).toBe(-9999);
    expect(chat.nucleus.tokens[0].logprob).toBeNull();
    expect(JSON.parse(json(run, 'text_completion')).choices[0].logprobs.token_logprobs).toEqual([-9999]);
  });

  test('our own fields stand beside it under one name', () => {
    const parsed = JSON.parse(json(SAMPLE));
    expect(parsed.nucleus.about).toContain('before sampling');
    expect(parsed.nucleus.format).toBe('nucleus.run');
    const at = SAMPLE.tokens.findIndex(token => token.draw !== undefined);
    const [token, entry] = [SAMPLE.tokens[at], parsed.choices[0].logprobs.content[at]];
    expect(Object.keys(entry)).toEqual(['token', 'logprob', 'bytes', 'top_logprobs']);
    expect(Object.keys(entry.top_logprobs[0])).toEqual(['token', 'logprob', 'bytes']);
    expect(entry.top_logprobs[0].logprob).toBe(2 - 3);
    expect(parsed.nucleus.tokens[at]).toMatchObject({ id: token?.id, draw: { u: token?.draw?.u } });
    const { name, digest } = SAMPLE.model;
    expect(parsed.nucleus.model).toMatchObject({ name, digest });
  });

  test('a file of version 1 is read; what can be drawn again was drawn by its model', () => {
    const { settings, adapter, fingerprint, lastSeed, seed } = SAMPLE;
    const entry = (id: number, draw: object | null) => ({
      token: '?',
      logprob: -1,
      bytes: Array.from(bytesOf(id)),
      top_logprobs: [],
      id,
      origin: draw === null ? 'typed' : 'drawn',
      draw,
    });
    const draw = { settings: 0, seed: 7, u: 0.5, probability_after: 0.25, outdated: false };
    const content = [entry(5, null), entry(6, draw), entry(7, { ...draw, outdated: true })];
    const file = {
      format: 'nucleus.run',
      version: 1,
      model: { key: 'shipped/nucleus-3m', commit: '', name: 'nucleus-3m' },
      tokenizer: fingerprint,
      adapter,
      settings,
      seed,
      last_seed: lastSeed,
      draw_settings: [settings],
      text: TOKENIZER.decode([5, 6, 7]),
      logprobs: { content: content.map((each, position) => ({ ...each, position })) },
    };
    const read = readRunJson(JSON.stringify(file));
    if (!read.ok) throw new Error(JSON.stringify(read.problem));
    expect(read.value.tokens.map(token => [token.id, token.draw?.model])).toEqual([
      [5, undefined],
      [6, { name: 'nucleus-3m', digest: '' }],
      [7, null],
    ]);
  });

  test('a setting that is missing is off, one that is unknown is kept and named', () => {
    const { top_k: _, ...less } = SAMPLE.settings;
    const settings = { ...less, quadratic_sampling: 0.8 };
    const read = readRunJson(changed(['nucleus', 'settings'], settings));
    if (!read.ok) throw new Error(JSON.stringify(read.problem));
    expect(read.value.settings).toEqual({ ...settings, top_k: 0 });
    expect(unknownSettings([read.value.settings])).toEqual(['quadratic_sampling']);
    const again = JSON.parse(json({ ...SAMPLE, settings: read.value.settings }));
    expect(again.nucleus.settings.quadratic_sampling).toBe(0.8);
    const long = readRunJson(changed(['nucleus', 'settings'], { ...settings, x: 'x'.repeat(5000) }));
    expect(long).toMatchObject({ problem: { where: 'nucleus.settings.quadratic_sampling' } });
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
    ['a newer one', changed(['nucleus', 'version'], 3), { kind: 'newer', version: 3 }],
    ['no version', changed(['nucleus', 'version'], '1'), { kind: 'unsound', where: 'version', what: 'is no number' }],
    [
      'another text',
      changed(['choices', 0, 'message', 'content'], 'x'),
      { kind: 'unsound', where: 'text', what: 'is not what the tokens spell' },
    ],
  ])('%s is refused', (_, text, problem) => {
    expect(refusal(text)).toEqual(problem);
  });

  test.each([
    [['nucleus', 'tokens', 0, 'id'], -1, 'token 0, id'],
    [['nucleus', 'tokens', 0, 'id'], 2 ** 32, 'token 0, id'],
    [['nucleus', 'tokens', 0, 'id'], '5', 'token 0, id'],
    [['choices', 0, 'logprobs', 'content', 0, 'bytes'], [300], 'token 0, bytes'],
    [['nucleus', 'tokens', 0, 'position'], 3, 'token 0'],
    [['nucleus', 'tokens', 0, 'origin'], 'stolen', 'token 0, origin'],
    [['nucleus', 'tokens', 0, 'logprob'], 3, 'token 0, logprob'],
    [['nucleus', 'tokens'], { length: 1e9 }, 'nucleus.tokens'],
    [['nucleus', 'tokens'], [], 'tokens'],
    [['nucleus', 'settings', 'temperature'], 1e9, 'nucleus.settings.temperature'],
    [['nucleus', 'settings', 'stop'], 'x', 'nucleus.settings.stop'],
    [['nucleus', 'settings'], 'x', 'nucleus.settings'],
    [['nucleus', 'seed'], '12x', 'nucleus.seed'],
    [['nucleus', 'seed'], '9999999999999999', 'nucleus.seed'],
    [['nucleus', 'last_seed'], -1, 'nucleus.last_seed'],
    [['nucleus', 'model', 'key'], '../../../etc', 'nucleus.model.key'],
    [['nucleus', 'model', 'key'], 'hub/a/b/../../c', 'nucleus.model.key'],
    [['nucleus', 'adapter', 'software'], 'yes', 'nucleus.adapter.software'],
    [['nucleus', 'adapter'], undefined, 'nucleus.adapter'],
    [['nucleus', 'draw_models'], [{ name: 'x', digest: '<b>' }], 'nucleus.draw_models[0].digest'],
    [['nucleus', 'tokenizer'], 'x'.repeat(100), 'nucleus.tokenizer'],
    [['choices'], [], 'choices'],
    [['object'], 'list', 'object'],
  ] as const)('%j = %j is refused by its place', (path, value, where) => {
    expect(refusal(changed(path, value))).toMatchObject({ kind: 'unsound', where });
  });

  test('whatever JSON comes, nothing is thrown', () => {
    const keys = fc.constantFrom('version', 'tokens', 'settings', 'model', 'adapter', 'draw_settings', 'draw_models');
    const sound = JSON.parse(json(SAMPLE));
    const own = fc
      .dictionary(keys, fc.jsonValue())
      .map(part => JSON.stringify({ ...sound, nucleus: { ...sound.nucleus, ...part } }));
    const around = fc
      .dictionary(fc.constantFrom('object', 'choices', 'nucleus'), fc.jsonValue())
      .map(part => JSON.stringify({ ...sound, ...part }));
    const files = fc.oneof(own, around);
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

  test('says who drew a token and whose numbers stand beside it', () => {
    const token = SAMPLE.tokens.find(each => each.draw !== undefined);
    if (token?.draw === undefined) throw new Error('no draw');
    const [A, B] = [
      { name: 'drew it', digest: 'a1'.repeat(32) },
      { ...SAMPLE.model, key: 'local/other', name: 'other', digest: 'b2'.repeat(32) },
    ];
    const drawn = { ...token, draw: { ...token.draw, model: A, outdated: true } };
    const typed = { id: 5, bytes: bytesOf(5), special: false, origin: 'typed' } as const;
    const [head = [], ...rows] = readCsv(writeRunCsv({ ...SAMPLE, model: B, tokens: [drawn, typed] }));
    const cells = (row: string[] | undefined) => ['drawn_by', 'numbers_of'].map(name => row?.[head.indexOf(name)]);
    expect(rows.map(cells)).toEqual([
      ['drew it', 'local/other'],
      ['', ''],
    ]);
    expect(rows[0]?.[head.indexOf('numbers_of_digest')]).toBe(B.digest);
  });

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
