// Commands on a scripted engine: a run pauses, is answered and goes on; what stops it loses nothing; nothing is fetched that a person has not allowed.
import { describe, expect, test } from 'vitest';
import { logitsAfter, turn, until } from '../../../e2e/support/scripted-engine.ts';
import { idle, ids, type Page, readyPage, text } from '../../../e2e/support/scripted-page.ts';
import type { Command } from '../../protocol/commands.ts';
import type { EngineEvent } from '../../protocol/events.ts';
import { rankOf, rankRow, rowStatistics } from '../../sampling/row.ts';
import { TOKENIZER } from '../share/sharedRun.fixture.ts';
import type { Around } from './answering.ts';
import { worked } from './expression/worked.ts';
import type { LibraryRecord } from './kept.ts';
import { EMPTY, readLibrary } from './library.ts';
import { EXPERIMENTS } from './presets.ts';
import { roundsOf } from './rounds.ts';
import { createCommandsStore } from './store.ts';
import type { CommandsStore, Definition, Library } from './types.ts';

/** Writes `written` token by token; where it holds a stop string it ends there, as the engine does. */
function writes(
  command: Extract<Command, { type: 'generate' }>,
  written: string,
  say: (event: EngineEvent) => void,
): void {
  const { run, tokens, settings } = command;
  const found = settings.stop.map(stop => ({ stop, at: written.indexOf(stop) })).find(({ at }) => at >= 0);
  const shown = TOKENIZER.encode(found ? written.slice(0, found.at) : written).slice(0, settings.max_new_tokens);
  say({ type: 'prefilled', run, reused: 0, computed: tokens.length, ms: 1 });
  for (const [i, id] of shown.entries()) {
    const position = tokens.length + i;
    const row = rankRow(logitsAfter(tokens.slice(0, 1)));
    const { logit } = rowStatistics(row.logits, id);
    const { logZ, entropy } = row;
    const top = { topIds: Uint32Array.of(id), topLogits: Float32Array.of(logit) };
    say({
      type: 'token',
      run,
      position,
      id,
      logit,
      logZ,
      entropy,
      rank: rankOf(row, id),
      pAfter: 1,
      u: 0.5,
      ms: i,
      ...top,
    });
  }
  const reason = found ? 'stop_string' : 'end_of_text';
  const generated = shown.length + (found ? 1 : 0);
  say({
    type: 'finished',
    run,
    reason,
    stop: found?.stop ?? '',
    piece: new Uint8Array(),
    generated,
    prefillMs: 1,
    decodeMs: 1,
  });
  say({ type: 'done', run });
}

interface Bench {
  readonly page: Page;
  readonly commands: CommandsStore;
  readonly fetches: { readonly url: string; readonly options: RequestInit }[];
  readonly kept: { library: Library };
}

interface BenchOptions {
  /** What each run writes, one after the other; then nothing. */
  readonly written?: readonly string[];
  readonly text?: string;
  readonly library?: Partial<Library>;
  readonly off?: boolean;
  readonly around?: Partial<Around>;
  readonly memory?: Map<string, unknown>;
}

async function bench(options: BenchOptions = {}): Promise<Bench> {
  const written = [...(options.written ?? [])];
  const page = await readyPage({
    firstText: options.text ?? 'USER: "Hm?"\n',
    model: { dims: { n_layer: 1, n_embd: 8, n_head: 1, n_kv_head: 1, head_size: 8, n_ctx: 4096, vocab_size: 2048 } },
    ...(options.memory ? { memory: options.memory } : {}),
    intercept: (command, say) => {
      if (command.type !== 'generate') return false;
      writes(command, written.shift() ?? '', say);
      return true;
    },
  });
  page.settings.getState().change({ max_new_tokens: 400 });
  const fetches: Bench['fetches'] = [];
  const kept = { library: { ...EMPTY, ...options.library } };
  const record: LibraryRecord = {
    read: () => Promise.resolve(readLibrary(structuredClone(kept.library))),
    change: change => {
      kept.library = readLibrary(structuredClone(change(kept.library)));
      return Promise.resolve();
    },
    hear: () => () => {},
  };
  const made = createCommandsStore({
    ...page,
    ...page.work,
    record,
    date: () => 5,
    workOut: request => Promise.resolve(worked(request)),
    fetch: (url, init) => {
      fetches.push({ url: url.href, options: init });
      return Promise.resolve(new Response('{"now": {"t": 21.5}}'));
    },
    watchPolicy: () => ({ refused: () => false, end: () => {} }),
    ...options.around,
  });
  page.work.onEnd(made.dispose);
  const commands = made.store;
  await until(() => commands.getState().ready);
  if (options.off !== true) commands.getState().turn(true);
  return { page, commands, fetches, kept };
}

const define = (part: Partial<Definition>): Definition => ({
  name: 'ASK',
  purpose: 'anything',
  by: 'text',
  source: 'forty-two',
  path: '',
  enabled: true,
  ...part,
});

const run = (b: Bench) => b.page.generation.getState().run();
const status = (b: Bench) => b.page.generation.getState().status;
const trouble = (b: Bench) => b.commands.getState().question?.trouble;
const ASKS = 'COMMAND=ASK<EOC>';

describe('a run that asks', () => {
  test('pauses at the end sign, takes the answer as external tokens and goes on with the same seed', async () => {
    const b = await bench({ written: [`${ASKS}`, 'REPLY: 42.'], library: { definitions: [define({})] } });
    await run(b);
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS}\nASK_DATA: "forty-two"\nREPLY: 42.`);
    const [first, second] = b.page.worker.of('generate');
    expect(first?.settings.stop).toEqual(['<EOC>']);
    expect(second?.seed).toBe(first?.seed);
    expect(second?.settings.max_new_tokens).toBeLessThan(400);
    // For penalties what came from outside counts as typed.
    const [round] = roundsOf(b.page.document.getState().tokens);
    expect([...(second?.drawn ?? [])].slice(round?.from, round?.to)).toEqual(
      Array.from({ length: (round?.to ?? 0) - (round?.from ?? 0) }, () => 0),
    );
    expect(round).toMatchObject({
      text: '\nASK_DATA: "forty-two"\n',
      told: { command: 'ASK', by: 'text', at: 5, source: 'forty-two' },
    });
    expect(status(b)).toMatchObject({ kind: 'finished', reason: 'end_of_text' });
    // One step of the history, and none of the document is lost.
    b.page.document.getState().undo();
    expect(text(b.page)).toBe('USER: "Hm?"\n');
    b.page.document.getState().redo();
    expect(roundsOf(b.page.document.getState().tokens)).toHaveLength(1);
  });

  test('off by default: the end sign is text like any other', async () => {
    const b = await bench({ off: true, written: [`${ASKS} on`], library: { definitions: [define({})] } });
    await run(b);
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS} on`);
    expect(b.page.worker.of('generate')).toHaveLength(1);
  });

  test('another document is off until it is turned on', async () => {
    const b = await bench({ library: { definitions: [define({})] } });
    expect(b.commands.getState().active).toBe(true);
    await b.page.documents.getState().acts?.create({ text: `x ${ASKS}`, keep: true });
    expect(b.commands.getState().active).toBe(false);
    await run(b);
    expect(roundsOf(b.page.document.getState().tokens)).toEqual([]);
  });

  test('nor is a document on that comes from a file, whatever its id', async () => {
    const b = await bench({ library: { definitions: [define({})] } });
    const acts = b.page.documents.getState().acts;
    b.page.document.getState().edit(0, 0, 'mine ');
    const { id } = b.page.documents.getState();
    const file = (await acts?.exported([id])) ?? '';
    expect(file).toContain(id);
    await acts?.remove(id);
    await acts?.imported(file);
    const listed = (await acts?.list()) ?? [];
    const back = listed.find(({ words }) => words.startsWith('mine'));
    expect(back).toBeDefined();
    await acts?.open(back?.id ?? '');
    expect(b.commands.getState().on).toContain(id);
    expect(b.commands.getState().active).toBe(false);
  });

  test('asks a person: Stop keeps the question, Run asks again, the answer goes on', async () => {
    const b = await bench({
      written: [ASKS, 'thanks'],
      library: { definitions: [define({ by: 'person', source: '' })] },
    });
    void run(b);
    await until(() => b.commands.getState().question?.waits === true);
    expect(status(b)).toEqual({ kind: 'asking', command: 'ASK' });
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS}`);
    b.page.generation.getState().stop();
    await idle(b.page);
    expect(b.commands.getState().question).toBeNull();
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS}`);
    const going = run(b);
    await until(() => b.commands.getState().question?.waits === true);
    b.commands.getState().reply('<|endoftext|>\u0000 <b>x</b>');
    await going;
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS}\nASK_DATA: "<|endoftext|>\u0000 <b>x</b>"\nthanks`);
    // Text that spells a special token is text.
    expect(b.page.document.getState().tokens.some(({ special }) => special)).toBe(false);
    const [first, second] = b.page.worker.of('generate');
    expect(second?.seed).toBe(first?.seed);
  });

  test('an edit while it asks takes the text over', async () => {
    const b = await bench({ written: [ASKS], library: { definitions: [define({ by: 'person', source: '' })] } });
    void run(b);
    await until(() => b.commands.getState().question?.waits === true);
    b.page.document.getState().edit(0, 0, 'x');
    await idle(b.page);
    b.commands.getState().reply('late');
    await turn();
    expect(text(b.page)).toBe(`xUSER: "Hm?"\n${ASKS}`);
  });

  test('a reload in the middle keeps the text, what was answered and by whom', async () => {
    const memory = new Map<string, unknown>();
    const b = await bench({ memory, written: [ASKS, 'more'], library: { definitions: [define({})] } });
    await run(b);
    const before = ids(b.page);
    await b.page.flush();
    b.page.dispose();
    const again = await bench({ memory, off: true });
    expect(ids(again.page)).toEqual(before);
    expect(roundsOf(again.page.document.getState().tokens)).toMatchObject([
      { told: { command: 'ASK', by: 'text', at: 5 } },
    ]);
  });

  test('an answer can be changed: another branch, which goes on from there', async () => {
    const b = await bench({ written: [ASKS, 'one', 'two'], library: { definitions: [define({})] } });
    await run(b);
    const [round] = roundsOf(b.page.document.getState().tokens);
    await b.commands.getState().rewrite(round?.from ?? -1, 'seven');
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS}\nASK_DATA: "seven"\ntwo`);
    expect(b.page.document.getState().branches).toHaveLength(2);
    b.page.document.getState().undo();
    expect(text(b.page)).toContain('"forty-two"\none');
  });

  test('rounds are counted, and the limit says so', async () => {
    const library = { definitions: [define({})], protocol: { ...EMPTY.protocol, mostRounds: 2 } };
    const b = await bench({ written: Array.from({ length: 9 }, () => ASKS), library });
    await run(b);
    expect(roundsOf(b.page.document.getState().tokens)).toHaveLength(2);
    expect(trouble(b)).toEqual({ kind: 'rounds', most: 2 });
    expect(text(b.page).endsWith(ASKS)).toBe(true);
    // Run goes on with two more.
    await run(b);
    expect(roundsOf(b.page.document.getState().tokens)).toHaveLength(4);
  });

  test('a person may answer what nobody could', async () => {
    const b = await bench({ written: [ASKS, 'fine'] });
    await run(b);
    expect(trouble(b)).toEqual({ kind: 'unknown' });
    b.commands.getState().answerMyself();
    b.commands.getState().reply('x'.repeat(2001));
    expect(trouble(b)).toEqual({ kind: 'too_long', length: 2001, most: 2000 });
    b.commands.getState().reply('seven');
    await until(() => text(b.page).endsWith('fine'));
    expect(text(b.page)).toBe(`USER: "Hm?"\n${ASKS}\nASK_DATA: "seven"\nfine`);
    expect(b.commands.getState().question).toBeNull();
  });
});

describe('what is not answered', () => {
  const HUGE = 'x'.repeat(1_000_000);
  test.each([
    ['unknown', ASKS, [], { kind: 'unknown' }],
    ['no name', 'COMMAND=ask me!<EOC>', [define({})], { kind: 'unknown' }],
    ['off', ASKS, [define({ enabled: false })], { kind: 'disabled' }],
    [
      'a megabyte',
      ASKS,
      [define({ by: 'expression', source: '"x".repeat(1000000)' })],
      { kind: 'too_long', length: 1_000_000, most: 2000 },
    ],
    [
      'what tries to fetch',
      ASKS,
      [define({ by: 'expression', source: 'fetch("https://evil.org")' })],
      { kind: 'expression' },
    ],
    [
      'not listed',
      ASKS,
      [define({ by: 'address', source: 'https://api.example.com/x' })],
      { kind: 'address', why: 'not_listed' },
    ],
    [
      'out of the list',
      'COMMAND=ASK(../../admin)<EOC>',
      [define({ by: 'address', source: 'https://two.example.com/v1/{argument}' })],
      { kind: 'address', why: 'path' },
    ],
    [
      'a host by argument',
      'COMMAND=ASK(evil.org/)<EOC>',
      [define({ by: 'address', source: 'https://{argument}two.example.com/v1/' })],
      { kind: 'address', why: 'placeholder' },
    ],
  ] as const)('%s: a sentence, no request, nothing lost', async (_, written, definitions, expected) => {
    const allowed = [{ prefix: 'https://two.example.com/v1/', near: false }];
    const b = await bench({ written: [written], library: { definitions, allowed } });
    await run(b);
    expect(trouble(b)).toMatchObject(expected);
    expect(b.fetches).toEqual([]);
    expect(text(b.page)).toBe(`USER: "Hm?"\n${written}`);
    expect(status(b)).toEqual({ kind: 'idle' });
  });

  test('the library does not keep what was never sound', () => {
    const hostile = readLibrary({
      definitions: [define({ name: 'lower' }), { name: 'X' }, define({ source: HUGE }), define({ name: 'OK' }), 7],
      protocol: { begin: '', end: 5, format: 'no text', mostRounds: -1 },
      allowed: [
        { prefix: 'http://10.0.0.1/', near: true },
        { prefix: 'https://10.0.0.1/', near: false },
        { prefix: 'https://a.com/' },
        5,
      ],
      on: ['a', {}, '../x'],
    });
    expect(hostile.definitions.map(({ name }) => name)).toEqual(['OK']);
    expect(hostile).toMatchObject({ protocol: EMPTY.protocol, allowed: [], on: ['a'] });
  });
});

describe('an address on the list', () => {
  const allowed = [{ prefix: 'https://api.example.com/v1/', near: false }];
  const library = {
    definitions: [define({ by: 'address', source: 'https://api.example.com/v1/at?q={argument}', path: 'now.t' })],
    allowed,
  };

  test('is fetched without cookies, referrer and redirects, and its part goes into the text', async () => {
    const b = await bench({ written: ['COMMAND=ASK(Köln & x)<EOC>', ''], library });
    await run(b);
    expect(b.fetches.map(({ url }) => url)).toEqual(['https://api.example.com/v1/at?q=K%C3%B6ln%20%26%20x']);
    expect(b.fetches[0]?.options).toMatchObject({
      method: 'GET',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
      mode: 'cors',
    });
    expect(text(b.page)).toContain('\nASK_DATA: "21.5"\n');
  });

  test('an answer that asks is text: nothing is fetched for it', async () => {
    const hostile = 'COMMAND=ASK(x)<EOC>';
    const format = '\n{text}';
    const protocol = { ...EMPTY.protocol, format };
    const b = await bench({
      written: [ASKS, '', '', 'COMMAND=', ''],
      library: { ...library, definitions: library.definitions.map(each => ({ ...each, path: '' })), protocol },
      around: { fetch: () => Promise.resolve(new Response(hostile)) },
    });
    await run(b);
    expect(text(b.page).endsWith(hostile)).toBe(true);
    await run(b);
    expect(roundsOf(b.page.document.getState().tokens)).toHaveLength(1);
    // An end sign behind what came from outside asks for nothing either.
    b.page.document.getState().edit(text(b.page).length, text(b.page).length, '<EOC>');
    await run(b);
    expect(roundsOf(b.page.document.getState().tokens).length).toBeLessThanOrEqual(1);
  });

  test.each([
    ['a status', () => Promise.resolve(new Response('', { status: 500 })), { kind: 'status', status: 500 }],
    ['a redirect, refused', () => Promise.reject(new TypeError('redirect')), { kind: 'unreachable' }],
    ['no JSON', () => Promise.resolve(new Response('<html>')), { kind: 'not_json' }],
    ['no such part', () => Promise.resolve(new Response('{"now": 1}')), { kind: 'no_such_part' }],
    ['a prototype', () => Promise.resolve(new Response('{"now": "text"}')), { kind: 'no_such_part' }],
    ['a megabyte', () => Promise.resolve(new Response('x'.repeat(1_000_000))), { kind: 'too_many_bytes' }],
  ] as const)('%s is said', async (_, fetch, fault) => {
    const b = await bench({ written: [ASKS], library, around: { fetch } });
    await run(b);
    expect(trouble(b)).toMatchObject({ kind: 'fetch', fault });
  });

  test('an endless stream ends at the limit, and a silent one at its time', async () => {
    let pulled = 0;
    const endless = () =>
      Promise.resolve(
        new Response(new ReadableStream({ pull: stream => stream.enqueue(new Uint8Array(65_536).fill(++pulled)) })),
      );
    const one = await bench({ written: [ASKS], library, around: { fetch: endless } });
    await run(one);
    expect(trouble(one)).toMatchObject({ fault: { kind: 'too_many_bytes' } });
    expect(pulled).toBeLessThan(10);
    const silent = (_: URL, init: RequestInit) =>
      new Promise<Response>((_resolve, reject) =>
        init.signal?.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    const two = await bench({ written: [ASKS], library, around: { fetch: silent } });
    const going = run(two);
    await until(() => [...two.page.waits].some(({ ms }) => ms === 10_000 && status(two).kind === 'asking'));
    for (const wait of [...two.page.waits]) if (wait.ms === 10_000) wait.callback();
    await going;
    expect(trouble(two)).toMatchObject({ fault: { kind: 'slow' } });
  });
});

test('files bring definitions, none enabled and no addresses; what is there stays', async () => {
  const b = await bench({
    library: { definitions: [define({}), define({ name: 'B' })], allowed: [{ prefix: 'https://a.com/', near: false }] },
  });
  const file = b.commands.getState().exported();
  expect(file).not.toContain('a.com');
  const hostile = file
    .replace('"B"', '"C"')
    .replace('"commands"', '"allowed": [{"prefix": "https://evil.org/", "near": true}], "on": ["x"], "commands"')
    .replaceAll('"purpose"', '"enabled": true, "purpose"');
  expect(b.commands.getState().imported(hostile)).toBe(2);
  const { definitions, allowed, on } = b.commands.getState();
  expect(definitions.map(({ name, enabled }) => [name, enabled])).toEqual([
    ['ASK', true],
    ['B', true],
    ['C', false],
  ]);
  expect(allowed).toEqual([{ prefix: 'https://a.com/', near: false }]);
  expect(on).toHaveLength(1);
  expect(b.kept.library.definitions).toHaveLength(3);
  for (const none of ['', '{', '[]', '{"format": "x"}']) expect(b.commands.getState().imported(none)).toBeNull();
});

test.each(EXPERIMENTS.map(each => [each.title, each] as const))(
  '%s opens as a document whose command answers',
  async (_, experiment) => {
    const [definition] = experiment.definitions;
    const b = await bench({ off: true, written: [`COMMAND=${definition?.name}<EOC>`, 'REPLY'] });
    const before = b.page.documents.getState().id;
    await b.commands.getState().openExperiment(experiment);
    expect(b.page.documents.getState().id).not.toBe(before);
    expect(b.commands.getState().active).toBe(true);
    await run(b);
    const [round] = roundsOf(b.page.document.getState().tokens);
    expect(round?.text).toMatch(
      /_DATA: "(?:18°C, cloudy, wind 12 km\/h, Paris|BTCUSD \$64,250|Maya Moreau, France)"\n$/,
    );
    expect(b.fetches).toEqual([]);
  },
);
