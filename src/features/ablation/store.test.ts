// Ablation: what is asked of the worker and when, what is shown as current, the sweep, and the end of the view.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { logitsAfter, until, V } from '../../../e2e/support/scripted-engine.ts';
import { idle, ids, type Page, type PageOptions, readyPage } from '../../../e2e/support/scripted-page.ts';
import type { Command } from '../../protocol/commands.ts';
import type { Part } from '../../protocol/probe-commands.ts';
import { divergence, logprobOf } from '../../sampling/compare.ts';
import { KEPT_MS, SETTLE_MS } from '../../stores/gpu-work/times.ts';
import { ablatedLogits, ablatedLogprobs } from './ablation.fixture.ts';

const dims = { n_layer: 2, n_embd: 12, n_head: 3, n_kv_head: 3, head_size: 4, n_ctx: 64, vocab_size: V };
const HEAD: Part = { kind: 'head', layer: 1, head: 2 };
const MLP: Part = { kind: 'mlp', layer: 0 };

let page: Page;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  page.dispose();
  vi.useRealTimers();
});

const state = () => page.ablation.getState();
/** What is shown is of the text, the place and the switches as they are. */
const isCurrent = (): boolean => state().probe.status === 'ready';
/** Seconds that a button asks about. */
const asking = (): number => {
  const { probe } = state();
  return probe.status === 'costly' ? probe.seconds : Number.NaN;
};
const asked = () => page.worker.of('ablate');

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

async function current(): Promise<void> {
  await pass(SETTLE_MS);
  await until(() => isCurrent());
}

/** A page with the view open and its first comparison there. */
async function opened(options: PageOptions = {}): Promise<void> {
  page = await readyPage({ model: { dims }, ...options });
  await pass(1000);
  state().enter();
}

/** Waits in the worker until `release`, or until it is cancelled. */
function held(types: readonly Command['type'][]) {
  let open = false;
  const intercept: PageOptions['intercept'] = (command, say) => {
    if (open || !types.includes(command.type)) return false;
    const { run } = command;
    const wait = (): void => {
      const cancelled = page.worker.of('cancel').some(each => each.run === run);
      if (cancelled) say({ type: 'failed', run, error: { code: 'cancelled', message: '', detail: {} } });
      else setImmediate(wait);
    };
    wait();
    return true;
  };
  const release = (): void => {
    open = true;
  };
  return { intercept, release };
}

describe('comparison', () => {
  test('nothing is asked before the view is open', async () => {
    page = await readyPage({ model: { dims } });
    state().toggle(HEAD);
    await pass(1000);
    expect(asked()).toHaveLength(0);
    expect(state().comparison).toBeNull();
  });

  test('with everything on it is the model beside itself, by one request at the end of the text', async () => {
    await opened();
    await current();
    expect(asked()).toHaveLength(1);
    const { comparison } = state();
    expect(comparison?.position).toBe(ids(page).length);
    expect(comparison?.ablated).toEqual(comparison?.plain);
    expect(Array.from(comparison?.plain.row?.logits ?? [])).toEqual(
      Array.from(logitsAfter(Uint32Array.from(ids(page)))),
    );
  });

  test('a part that is off changes row and log-probabilities as the worker says; the model as it is is not asked for again', async () => {
    await opened();
    await current();
    state().toggle(HEAD);
    expect(isCurrent()).toBe(false);
    await current();
    expect(asked().map(({ off }) => off)).toEqual([[], [HEAD]]);
    const all = Uint32Array.from(ids(page));
    const { comparison } = state();
    expect(Array.from(comparison?.ablated.row?.logits ?? [])).toEqual(Array.from(ablatedLogits(all, [HEAD], 'zero')));
    expect(Array.from(comparison?.ablated.logprobs.slice(1) ?? [])).toEqual(
      Array.from(ablatedLogprobs(all, 1, [HEAD], 'zero')),
    );
    expect(comparison?.ablated.logprobs).toHaveLength(all.length);
    if (!comparison?.plain.row || !comparison.ablated.row) throw new Error('no rows');
    expect(divergence(comparison.plain.row, comparison.ablated.row)).toBeGreaterThan(0);
  });

  test('reset and undo bring back what was computed before, without a request', async () => {
    await opened();
    state().toggle(HEAD);
    await current();
    const first = state().comparison;
    state().toggleLayer(0);
    await current();
    expect(state().off).toHaveLength(3);
    const before = asked().length;
    state().undo();
    expect(isCurrent()).toBe(true);
    expect(state().comparison?.ablated).toEqual(first?.ablated);
    state().reset();
    expect(isCurrent()).toBe(true);
    expect(state().comparison?.ablated).toEqual(state().comparison?.plain);
    expect(state().off).toEqual([]);
    state().undo();
    expect(state().off).toEqual([HEAD]);
    state().undo();
    expect(state().canUndo).toBe(false);
    expect(asked()).toHaveLength(before);
  });

  test('the mean as baseline is another question', async () => {
    await opened();
    state().toggle(MLP);
    await current();
    const zero = state().comparison?.ablated.row;
    state().setBaseline('mean');
    await current();
    expect(asked().at(-1)).toMatchObject({ baseline: 'mean', off: [MLP] });
    expect(state().comparison?.ablated.row?.logits).not.toEqual(zero?.logits);
  });

  test('at a place in the middle the row before it is asked for, and the whole text', async () => {
    await opened();
    await current();
    page.document.getState().selectToken(3);
    expect(isCurrent()).toBe(false);
    await current();
    const all = Uint32Array.from(ids(page));
    expect(asked().at(-1)).toMatchObject({ from: 3, off: [] });
    expect(asked().at(-1)?.tokens).toEqual(all.slice(0, 3));
    expect(Array.from(state().comparison?.plain.row?.logits ?? [])).toEqual(Array.from(logitsAfter(all.slice(0, 3))));
    expect(state().comparison?.plain.logprobs).toHaveLength(all.length);
    expect(state().target).toBe(all[3]);
    page.document.getState().selectToken(0);
    await current();
    expect(state().comparison?.plain.row).toBeNull();
  });

  test('an edit outdates it and brings another', async () => {
    await opened();
    await current();
    page.document.getState().edit(0, 4, 'Twice');
    expect(isCurrent()).toBe(false);
    const old = state().comparison;
    await current();
    expect(state().comparison?.ids).not.toEqual(old?.ids);
    expect(state().comparison?.ids).toEqual(Uint32Array.from(ids(page)));
  });

  test('many toggles in a row end in one request for the last of them', async () => {
    await opened();
    await current();
    for (const h of [0, 1, 2]) state().toggle({ kind: 'head', layer: 0, head: h });
    await current();
    expect(asked()).toHaveLength(2);
    expect(asked().at(-1)?.off).toHaveLength(3);
  });

  test('what takes long waits for the button, which says how long; a stop leaves the button', async () => {
    const { intercept, release } = held(['ablate']);
    await opened({ model: { dims, parameters: 500e6 }, intercept });
    await pass(1000);
    expect(asking()).toBeCloseTo((ids(page).length * 1e9) / 1.5e9, 3);
    expect(asked()).toHaveLength(0);
    const computing = state().compute();
    expect(state().probe.status).toBe('working');
    await until(() => asked().length === 1);
    state().stop();
    await computing;
    expect(state().probe.status).toBe('stopped');
    await pass(5000);
    expect(asked()).toHaveLength(1);
    release();
    await state().compute();
    await until(() => isCurrent());
  });

  test('the first pass, which compiles, says nothing about the cost; a later one that is slow does', async () => {
    const took = [5000, 10, 60_000];
    await opened({
      intercept: command => {
        if (command.type === 'ablate') page.clock.now += took.shift() ?? 10;
        return false;
      },
    });
    await current();
    state().toggle(HEAD);
    await current();
    state().toggle(MLP);
    await current();
    expect(took).toEqual([]);
    state().toggleLayer(1);
    await pass(1000);
    expect(asking()).toBeGreaterThan(1);
    expect(asked()).toHaveLength(3);
  });

  test('a run comes first; the view follows with the new text', async () => {
    const { intercept, release } = held(['ablate']);
    await opened({ intercept });
    await pass(SETTLE_MS);
    await until(() => asked().length === 1);
    const run = page.generation.getState().run();
    expect(state().probe.status).toBe('running');
    await idle(page);
    await run;
    release();
    await current();
    expect(state().comparison?.ids).toEqual(Uint32Array.from(ids(page)));
  });

  test('a text that is too long says so, with the way on', async () => {
    await opened({ firstText: 'Anna and Tom went home. '.repeat(20).trim() });
    await pass(1000);
    expect(state().probe).toMatchObject({ status: 'too_long', error: { code: 'prompt_too_long' } });
    expect(asked()).toHaveLength(0);
    page.generation.getState().keepTail();
    await pass(1000);
    await until(() => isCurrent());
    expect(state().probe.status).toBe('ready');
  });

  test('memory that is not there fails in words, is not tried again unasked, and can be tried again', async () => {
    let broken = true;
    await opened({
      intercept: (command, say) => {
        if (command.type !== 'ablate' || !broken) return false;
        say({ type: 'failed', run: command.run, error: { code: 'out_of_memory', message: '', detail: {} } });
        return true;
      },
    });
    await pass(SETTLE_MS);
    await until(() => state().probe.status === 'failed');
    expect(state().probe).toMatchObject({ error: { code: 'out_of_memory' } });
    state().setTarget(5);
    await pass(1000);
    expect(asked()).toHaveLength(1);
    broken = false;
    await state().compute();
    await until(() => isCurrent());
  });

  test('another model switches everything on and knows nothing', async () => {
    await opened();
    state().toggle(HEAD);
    await current();
    await page.model.getState().loadModel({ kind: 'hub', repo: 'a/b', revision: 'main' });
    expect(state()).toMatchObject({ off: [], comparison: null, canUndo: false, sweep: null });
    await current();
    expect(state().comparison?.off).toEqual([]);
  });
});

describe('sweep', () => {
  test('tries every head; the effect of one is what switching it off shows', async () => {
    await opened();
    await current();
    page.document.getState().selectToken(4);
    await current();
    await state().runSweep();
    const { sweep } = state();
    expect(state().sweepCurrent).toBe(true);
    expect(sweep?.swept.map(({ part }) => part)).toHaveLength(6);
    expect(sweep?.id).toBe(ids(page)[4]);
    const last = sweep?.swept.at(-1);
    expect(last?.part).toEqual(HEAD);
    state().only(HEAD);
    await current();
    const { comparison } = state();
    if (!comparison?.plain.row || !comparison.ablated.row || !sweep?.plain || !last) throw new Error('nothing');
    expect(logprobOf(comparison.plain.row, sweep.id)).toBe(sweep.plain.logprob);
    expect(logprobOf(comparison.ablated.row, sweep.id)).toBe(last.logprob);
  });

  test('asks for the likeliest token at the end, for another where one is chosen, and for more parts', async () => {
    await opened();
    await current();
    const likeliest = state().comparison?.plain.row?.order[0];
    expect(state().target).toBe(likeliest);
    state().setTarget(77);
    state().setScope('all');
    await state().runSweep();
    expect(page.worker.of('sweep')).toHaveLength(1);
    expect(page.worker.of('sweep')[0]).toMatchObject({ id: 77, baseline: 'zero' });
    expect(state().sweep?.swept).toHaveLength(10);
    state().setTarget(null);
    expect(state().target).toBe(likeliest);
    expect(state().sweepCurrent).toBe(false);
    state().setTarget(77);
    expect(state().sweepCurrent).toBe(true);
    state().setBaseline('mean');
    expect(state().sweepCurrent).toBe(false);
  });

  test('a stop keeps what has come, and the next one goes on with the rest', async () => {
    await opened();
    await current();
    const sweeping = state().runSweep();
    await until(() => (state().sweep?.swept.length ?? 0) >= 2);
    state().stopSweep();
    await sweeping;
    const came = state().sweep?.swept.length ?? 0;
    expect(state().sweepTask.status).toBe('stopped');
    expect(came).toBeLessThan(6);
    await state().runSweep();
    expect(page.worker.of('sweep')[1]?.parts).toHaveLength(6 - came);
    expect(state().sweep?.swept).toHaveLength(6);
    expect(new Set(state().sweep?.swept.map(({ part }) => JSON.stringify(part))).size).toBe(6);
    expect(state().sweepTask).toMatchObject({ status: 'done', done: 6, total: 6 });
  });

  test('a row interrupts it and it goes on; an edit before the place ends it', async () => {
    await opened();
    await current();
    const sweeping = state().runSweep();
    await until(() => (state().sweep?.swept.length ?? 0) >= 1);
    page.document.getState().selectToken(2);
    await pass(100);
    await sweeping;
    expect(page.worker.of('row').length + page.worker.of('prefill').length).toBeGreaterThan(0);
    expect(state().sweep?.swept).toHaveLength(6);
    expect(state().sweepCurrent).toBe(false);
    page.document.getState().selectToken('end');
    await current();
    expect(state().sweepCurrent).toBe(true);
    state().setScope('all');
    const again = state().runSweep();
    await until(() => (state().sweep?.swept.length ?? 0) >= 1);
    page.document.getState().edit(0, 4, 'Twice');
    await again;
    expect(state().sweepTask.status).toBe('stopped');
    expect(state().sweepCurrent).toBe(false);
  });
});

describe('leaving', () => {
  test('gives the memory back after a while, not when the view is back by then', async () => {
    await opened();
    await current();
    state().leave();
    expect(isCurrent()).toBe(false);
    await pass(KEPT_MS - 1);
    state().enter();
    expect(isCurrent()).toBe(true);
    await pass(KEPT_MS);
    expect(page.worker.of('close_view')).toHaveLength(0);
    state().leave();
    await pass(KEPT_MS);
    expect(page.worker.of('close_view')).toMatchObject([{ view: 'ablation' }]);
    state().leave();
    await pass(KEPT_MS);
    expect(page.worker.of('close_view')).toHaveLength(1);
  });

  test('ends its work and asks for nothing more', async () => {
    const { intercept } = held(['sweep']);
    await opened({ intercept });
    await current();
    const sweeping = state().runSweep();
    await until(() => page.worker.of('sweep').length === 1);
    state().toggle(HEAD);
    state().leave();
    await sweeping;
    expect(state().sweepTask.status).toBe('stopped');
    await pass(1000);
    page.document.getState().edit(0, 4, 'Twice');
    await pass(1000);
    expect(asked()).toHaveLength(1);
  });
});
