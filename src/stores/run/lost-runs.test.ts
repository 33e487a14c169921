// Runs whose device or worker goes under them: they go on by themselves to the text of a run that nothing befell, wherever it struck.
import { describe, expect, test } from 'vitest';
import { until } from '../../../e2e/support/scripted-engine.ts';
import { ids, loseDevice, type Page, text } from '../../../e2e/support/scripted-page.ts';
import { visitsOf } from '../../../e2e/support/visits.ts';
import type { Command } from '../../protocol/commands.ts';
import type { EngineEvent } from '../../protocol/events.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { DocumentToken } from '../document/types.ts';
import { lossLine } from '../model/loss-line.ts';
import { breakRun, REASONS, type Reason } from './loss.fixture.ts';

const { visit } = visitsOf('real');

/** All but the hour at which they were drawn. */
const told = (tokens: readonly DocumentToken[]) =>
  tokens.map(({ draw, ...rest }) => ({ ...rest, draw: { ...draw, at: 0 } }));
const status = (p: Page) => p.generation.getState().status;
const line = (p: Page): string | null => lossLine(p.model.getState(), status(p))?.text ?? null;

/** Strikes so many runs, each after `tokens` tokens; 0: once the text is read; -1: before that. */
function strikes(tokens: number, times = 1, reason: Reason = 'device lost') {
  let page: Page | null = null;
  let left = times;
  const intercept = (command: Command, say: (event: EngineEvent) => void): boolean => {
    if (command.type !== 'generate' || left === 0 || page === null) return false;
    left--;
    let come = 0;
    const last = tokens === 0 ? 'prefilled' : 'token';
    breakRun(page, command.run, reason, ({ type }) => tokens < 0 || (type === last && ++come >= tokens));
    if (tokens < 0) say({ type: 'prefilled', run: command.run, reused: 0, computed: 0, ms: 0 });
    return tokens < 0;
  };
  return { intercept, on: (p: Page) => (page = p) };
}

const SETTINGS: Partial<GenerationSettings> = { max_new_tokens: 8, temperature: 1.3, top_p: 0.97 };

async function drawn(
  settings: Partial<GenerationSettings>,
  struck: ReturnType<typeof strikes> | null,
): Promise<{ p: Page; all: number[] }> {
  const p = await visit(struck ? { intercept: struck.intercept } : {});
  struck?.on(p);
  p.settings.getState().change({ ...SETTINGS, ...settings });
  await p.generation.getState().run();
  return { p, all: ids(p) };
}

const CASES: readonly (readonly [string, Partial<GenerationSettings>])[] = [
  ['plain', {}],
  ['mirostat', { mirostat_tau: 4, mirostat_eta: 0.2 }],
  ['penalties', { repetition_penalty: 1.4, frequency_penalty: 0.6, presence_penalty: 0.4 }],
  ['a constraint', { constraint: { kind: 'regex', text: '[a-z ]{40,60}' } }],
  ['guidance', { guidance_scale: 1.7, negative_prompt: 'Twice' }],
];

describe.each(CASES)('with %s', (_, settings) => {
  test('a run that is struck in prefill, in decode or at its last token has the ids, seed and numbers of one that is not', async () => {
    const whole = await drawn(settings, null);
    const { generated } = whole.p.generation.getState().stats;
    expect(generated).toBeGreaterThan(2);
    for (const at of [-1, 0, 1, 3, generated]) {
      const struck = strikes(at);
      const { p, all } = await drawn(settings, struck);
      expect(p.worker.of('load')).toHaveLength(2);
      expect(all).toEqual(whole.all);
      expect(status(p)).toEqual(status(whole.p));
      expect(p.generation.getState().stats.generated).toBe(generated);
      const drawnTokens = ({ document }: Page) => document.getState().tokens.filter(({ origin }) => origin === 'drawn');
      expect(drawnTokens(p)).toEqual(drawnTokens(whole.p));
      expect(line(p)).toBeNull();
    }
  });
});

test.each(REASONS)('%s: one sentence while it is opened again, none after it', async reason => {
  const whole = await drawn({}, null);
  const struck = strikes(3, 1, reason);
  const p = await visit({ intercept: struck.intercept });
  struck.on(p);
  p.settings.getState().change(SETTINGS);
  const run = p.generation.getState().run();
  await until(() => p.model.getState().loss.kind === 'reopening');
  expect(line(p)).toMatch(/Opening it again; your text is safe, and the run goes on by itself/);
  expect(status(p).kind).toBe('generating');
  await run;
  expect(line(p)).toBeNull();
  expect(ids(p)).toEqual(whole.all);
  p.document.getState().undo();
  expect(text(p)).toBe('Once upon a time there was a small');
});

test('lost twice: goes on with a lighter load; three times: one clear sentence, and what was drawn stays', async () => {
  const whole = await drawn({}, null);
  const twice = await drawn({}, strikes(2, 2));
  expect(twice.all).toEqual(whole.all);
  expect(twice.p.worker.of('load').map(({ light = false }) => light)).toEqual([false, false, true]);
  const thrice = await drawn({}, strikes(1, 3));
  expect(thrice.all).toEqual(whole.all.slice(0, thrice.all.length));
  expect(status(thrice.p)).toMatchObject({ kind: 'failed', error: { code: 'device_lost' } });
  expect(line(thrice.p)).toMatch(/lost three times within two minutes\. Restart the browser.*text is kept/);
  expect(thrice.p.generation.getState().stats.generated).toBe(3);
  await thrice.p.model.getState().retry();
  await thrice.p.generation.getState().run();
  expect(status(thrice.p).kind).toBe('finished');
});

test('Run pressed while the model is opened again begins by itself, and nothing is left to say', async () => {
  const p = await visit();
  loseDevice(p);
  const run = p.generation.getState().run();
  expect(status(p).kind).toBe('waiting');
  await run;
  expect(status(p).kind).toBe('finished');
  expect(line(p)).toBeNull();
});

test('lost at rest it says to press Run, and whoever has done so is not told again', async () => {
  const p = await visit();
  loseDevice(p);
  await until(() => p.model.getState().load.status === 'ready');
  expect(line(p)).toMatch(/has been opened again\. Press Run to go on/);
  await p.generation.getState().run();
  expect(status(p).kind).toBe('finished');
  expect(line(p)).toBeNull();
});

test('lost at any moment between the press of Run and what is asked of the engine: nothing is left to say', async () => {
  const { all } = await drawn({}, null);
  for (let moments = 0; ; moments++) {
    const p = await visit();
    p.settings.getState().change(SETTINGS);
    const run = p.generation.getState().run();
    for (let moment = 0; moment < moments; moment++) await Promise.resolve();
    if (p.worker.of('generate').length > 0) {
      expect(moments).toBeGreaterThan(1);
      await run;
      return;
    }
    loseDevice(p);
    await run;
    expect(status(p).kind).toBe('finished');
    expect(ids(p)).toEqual(all);
    expect(line(p), `after ${moments} moments`).toBeNull();
  }
});

test('tokens that may begin a stop string are drawn anew, and kept where the run does not go on', async () => {
  const told: number[][] = [];
  const page = async (goesOn: boolean): Promise<Page> => {
    let struck = 0;
    const p = await visit({
      intercept: (command, say) => {
        if (command.type === 'load' && struck > 0 && !goesOn) {
          say({ type: 'failed', run: command.run, error: { code: 'network', message: '', detail: {} } });
          return true;
        }
        if (command.type !== 'generate') return false;
        told.push([...command.tokens]);
        if (struck++ > 0) return false;
        const { run, tokens } = command;
        const [topIds, topLogits] = [new Uint32Array(0), new Float32Array(0)];
        const numbers = { logit: 1, logZ: 2, entropy: 1, rank: 1, pAfter: 0.5, u: 0.1, topIds, topLogits, ms: 1 };
        say({ type: 'token', run, position: tokens.length, id: 5, ...numbers });
        say({ type: 'token', run, position: tokens.length + 1, id: 6, ...numbers, held: true });
        say({ type: 'lost', run: 0, device: 1, reason: 'destroyed', message: '' });
        say({ type: 'failed', run, error: { code: 'device_lost', message: '', detail: {} } });
        return true;
      },
    });
    p.settings.getState().change({ max_new_tokens: 3 });
    await p.generation.getState().run();
    return p;
  };
  const went = await page(true);
  expect(told[1]).toEqual([...(told[0] ?? []), 5]);
  expect(ids(went)).toHaveLength((told[0]?.length ?? 0) + 3);
  const broke = await page(false);
  expect(ids(broke).slice(-2)).toEqual([5, 6]);
});

test('a person may stop it while the device is opened again, and may load another model', async () => {
  for (const how of ['stop', 'load'] as const) {
    const struck = strikes(2);
    const p = await visit({ intercept: struck.intercept });
    struck.on(p);
    const run = p.generation.getState().run();
    await until(() => p.model.getState().loss.kind === 'reopening');
    if (how === 'stop') p.generation.getState().stop();
    else void p.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    await run;
    expect(status(p)).toMatchObject({ kind: 'finished', reason: 'cancelled' });
    await until(() => p.model.getState().load.status === 'ready');
  }
});

test('several answers and a search are those that nothing befell', async () => {
  const page = async (struckAt: Command['type'] | null): Promise<Page> => {
    let p: Page | null = null;
    let told = 0;
    p = await visit({
      intercept: command => {
        if (command.type === struckAt && told === 0 && p !== null)
          breakRun(p, command.run, 'device lost', ({ type }) => type !== 'done' && ++told === 3);
        return false;
      },
    });
    return p;
  };
  const answers = async (struck: boolean) => {
    const p = await page(struck ? 'answers' : null);
    p.settings.getState().change(SETTINGS);
    p.settings.getState().setSeed('7');
    await p.answers.getState().draw();
    expect(p.worker.of('load')).toHaveLength(struck ? 2 : 1);
    const { status: how, round } = p.answers.getState();
    return { how, answers: round?.answers.map(({ tokens, ...rest }) => ({ ...rest, tokens: told(tokens) })) };
  };
  const plain = await answers(false);
  expect(plain.how).toBe('done');
  expect(await answers(true)).toEqual(plain);
  const search = async (struck: boolean) => {
    const p = await page(struck ? 'search' : null);
    await p.search.getState().start();
    expect(p.worker.of('load')).toHaveLength(struck ? 2 : 1);
    const { status: how, findings, fallen, told: last } = p.search.getState();
    return { how, findings, fallen, step: last?.step, live: last?.live };
  };
  expect(await search(true)).toEqual(await search(false));
});
