// The way of a token: what each step fetches and when, what is dropped, and the measurement of the cache.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { until, V } from '../../../e2e/support/scripted-engine.ts';
import { idle, type Page, type PageOptions, readyPage } from '../../../e2e/support/scripted-page.ts';
import { settle } from '../../../e2e/support/settle.ts';
import { defined } from '../../lib/assert.ts';
import { KEPT_MS } from '../../stores/gpu-work/times.ts';
import { passTo } from '../shared/pass.ts';
import { type ProbeLog, probeAnswers } from './follow.fixture.ts';
import { lengthsOf, secondsToMeasure } from './types.ts';

const dims = { n_layer: 1, n_embd: 8, n_head: 1, n_kv_head: 1, head_size: 8, n_ctx: 64, vocab_size: V };
const LONG = 'Once upon a time there was a small fox who lived in the forest. '.repeat(12);

let page: Page | undefined;
let log: ProbeLog;

async function open(options: PageOptions = {}): Promise<void> {
  log = probeAnswers();
  page = await readyPage({ ...options, intercept: log.intercept });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  page?.dispose();
  page = undefined;
  vi.useRealTimers();
});

const here = (): Page => defined(page, 'page');
const follow = () => here().follow.getState();
const types = () => log.asked.map(command => command.type);

function lookAt(step: Parameters<ReturnType<Page['view']['getState']>['setFollowStep']>[0]): void {
  here().view.getState().setFollowStep(step);
  follow().enter();
}

describe('the pass', () => {
  const tokens = [5, 6, 7].map(id => ({ id, bytes: new Uint8Array(), special: false, origin: 'typed' as const }));

  test('reads the token before the place; the first token has its own', () => {
    expect(passTo(tokens, 'end')).toMatchObject({ position: 2, ids: Uint32Array.of(5, 6, 7) });
    expect(passTo(tokens, 2)).toMatchObject({ position: 1, ids: Uint32Array.of(5, 6) });
    expect(passTo(tokens, 0)).toMatchObject({ position: 0, ids: Uint32Array.of(5) });
    expect(passTo([], 'end')).toBeNull();
    expect(passTo(tokens, 4)).toBeNull();
  });

  test('lengths that are measured: halves, the whole last', () => {
    expect(lengthsOf(100)).toEqual([6, 12, 25, 50, 100]);
    expect(lengthsOf(5)).toEqual([2, 5]);
    expect(lengthsOf(1)).toEqual([]);
    expect(secondsToMeasure(1, length => length)).toBe(0);
    expect(secondsToMeasure(4, length => length)).toBe(2 * (2 + 4));
    expect(secondsToMeasure(4, length => length / 1000)).toBeCloseTo((6 * 6) / 1000, 9);
  });
});

describe('what a step fetches', () => {
  test('nothing while the view is closed, nor for steps that need nothing', async () => {
    await open();
    here().view.getState().setFollowStep('embed');
    await settle();
    expect(types()).toEqual([]);
    lookAt('tokenise');
    await settle();
    here().view.getState().setFollowStep('softmax');
    await settle();
    expect(types()).toEqual([]);
  });

  test('vectors once for all steps that read them, attention only in its own', async () => {
    await open();
    lookAt('embed');
    await settle();
    const { tokens } = here().document.getState();
    expect(log.asked).toMatchObject([{ type: 'trace', position: tokens.length - 1 }]);
    expect(follow().probe.status).toBe('ready');
    expect(follow().followed?.trace?.position).toBe(tokens.length - 1);
    here().view.getState().setFollowStep('layers');
    here().view.getState().setFollowStep('logits');
    await settle();
    expect(types()).toEqual(['trace']);
    here().view.getState().setFollowStep('attention');
    await settle();
    expect(types()).toEqual(['trace', 'attention']);
    expect(follow().followed).toMatchObject({ trace: { type: 'traced' }, attention: { type: 'attention' } });
  });

  test('a head that is the embedding gives the rows of the likeliest token and of the one in the text', async () => {
    await open({ model: { tied: true } });
    here().document.getState().selectToken(4);
    lookAt('logits');
    await settle();
    const { selected } = here().rows.getState();
    if (selected.status !== 'ready') throw new Error(`the row is ${selected.status}`);
    const likeliest = selected.row.ranked.order[0];
    const actual = here().document.getState().tokens[4]?.id;
    expect([...(follow().followed?.heads?.ids ?? [])]).toEqual([likeliest, actual]);
    expect(follow().followed?.heads?.rows).toHaveLength(2 * dims.n_embd);
    const asked = types().length;
    here().view.getState().setFollowStep('embed');
    here().view.getState().setFollowStep('logits');
    await settle();
    expect(types()).toHaveLength(asked);
  });

  test('another place has its own pass; the first and the second token have the same', async () => {
    await open();
    lookAt('embed');
    await settle();
    here().document.getState().selectToken(3);
    expect(follow().followed).toBeNull();
    await settle();
    expect(log.asked.at(-1)).toMatchObject({ type: 'trace', position: 2 });
    here().document.getState().selectToken(1);
    await settle();
    here().document.getState().selectToken(0);
    expect(follow().followed?.pass.position).toBe(0);
    await settle();
    expect(types()).toEqual(['trace', 'trace', 'trace']);
  });

  test('another text drops what was there; an empty one asks for nothing', async () => {
    await open();
    lookAt('embed');
    await settle();
    here().document.getState().edit(0, 4, 'Twice');
    expect(follow().followed).toBeNull();
    await settle();
    expect(follow().followed?.trace).not.toBeNull();
    here().document.getState().setText('');
    await settle();
    expect(follow().followed).toBeNull();
    expect(types()).toEqual(['trace', 'trace']);
  });

  test('a run comes first; afterwards the new last token is followed', async () => {
    await open();
    lookAt('embed');
    await settle();
    await here().generation.getState().step();
    await idle(here());
    await settle();
    expect(types()).toEqual(['trace', 'trace']);
    expect(follow().followed?.pass.position).toBe(here().document.getState().tokens.length - 1);
  });

  test('what would take long waits for a button, which fetches the row too', async () => {
    await open({ firstText: LONG, model: { dims: { ...dims, n_ctx: 512 }, parameters: 124e6 } });
    lookAt('embed');
    await settle();
    const { probe } = follow();
    expect(probe.status === 'costly' && probe.seconds).toBeGreaterThan(1);
    expect(types()).toEqual([]);
    follow().compute();
    await settle();
    expect(follow().probe.status).toBe('ready');
    expect(types()).toEqual(['trace']);
    expect(here().rows.getState().selected.status).toBe('ready');
  });

  test('a failure is told and can be tried again; a text beyond the context is left to the row', async () => {
    await open();
    log.fail = 'no room';
    lookAt('layers');
    await settle();
    expect(follow().probe).toMatchObject({ status: 'failed', error: { code: 'out_of_memory' } });
    log.fail = null;
    follow().compute();
    await settle();
    expect(follow().probe.status).toBe('ready');
    here().document.getState().setText(LONG);
    await settle();
    expect(here().rows.getState().selected.status).toBe('failed');
    expect(types()).toEqual(['trace', 'trace']);
  });

  test('a view that is left gives its memory back, unless it is opened again soon', async () => {
    await open();
    lookAt('attention');
    await settle();
    here().view.getState().setFollowStep('layers');
    await settle();
    follow().leave();
    await vi.advanceTimersByTimeAsync(KEPT_MS - 1);
    follow().enter();
    await vi.advanceTimersByTimeAsync(KEPT_MS);
    expect(types()).not.toContain('close_view');
    follow().leave();
    // The view of attention looks at the same memory: it stays.
    here().attention.getState().enter();
    await vi.advanceTimersByTimeAsync(KEPT_MS);
    await settle();
    const closed = log.asked.flatMap(command => (command.type === 'close_view' ? [command.view] : []));
    expect(closed).toEqual(['trace']);
  });
});

describe('the cache', () => {
  test('is measured at several lengths, and a change of the text leaves the times as those of another text', async () => {
    await open();
    follow().enter();
    expect(follow().secondsToMeasure()).toBeGreaterThan(0);
    follow().measure();
    await settle();
    const { tokens, revision } = here().document.getState();
    expect(follow().measuring).toMatchObject({ status: 'done', done: 3, total: 3 });
    expect(follow().measured).toMatchObject({ tokens: tokens.length, revision });
    expect(follow().measured?.lengths.map(each => each.length)).toEqual(lengthsOf(tokens.length));
    here().document.getState().edit(0, 0, 'A ');
    expect(follow().measured?.revision).not.toBe(here().document.getState().revision);
  });

  test('goes on where a run interrupted it, and can be stopped', async () => {
    await open();
    follow().enter();
    log.held = true;
    follow().measure();
    await until(() => follow().measured?.lengths.length === 1);
    await here().generation.getState().step();
    log.held = false;
    await settle();
    expect(follow().measuring.status).toBe('done');
    const asked = log.asked.flatMap(command => (command.type === 'measure_cache' ? [command.lengths.length] : []));
    expect(asked[0]).toBe(3);
    expect(new Set(asked.slice(1))).toEqual(new Set([2]));
    expect(follow().measured?.lengths).toHaveLength(3);

    log.held = true;
    follow().measure();
    await until(() => follow().measured?.lengths.length === 1);
    follow().stopMeasuring();
    await settle();
    expect(follow().measuring.status).toBe('stopped');
    expect(follow().measured?.lengths).toHaveLength(1);
  });
});
